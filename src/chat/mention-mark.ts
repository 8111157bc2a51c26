import { createHash } from 'node:crypto';
import { foldMention } from './markup.ts';

/**
 * The class that all mentions of one name bear (`at-1f3a9c`), so that a page can mark those of its own reader. A hash, because a class can hold
 * no spaces; two names in sixteen million share one, and then one of them is marked once too often. Of people without a name it is the tag that counts:
 * what stands before it is another word in each language.
 */
export function mentionClass(name: string): string {
  const own = foldMention(name).replace(/^.*(?=#)/su, '');
  return `at-${createHash('sha256').update(own).digest('hex').slice(0, 6)}`;
}
