import { createHash } from 'node:crypto';
import { foldMention } from './markup.ts';

/**
 * The class that all mentions of one name bear (`at-1f3a9c`), so that a page can mark those of its own reader. A hash, because a class can hold
 * no spaces; two names in sixteen million share one, and then one of them is marked once too often.
 */
export function mentionClass(name: string): string {
  return `at-${createHash('sha256').update(foldMention(name)).digest('hex').slice(0, 6)}`;
}
