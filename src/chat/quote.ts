import { charactersOf } from '../identity/clean-text.ts';
import { shownName } from './markup.ts';
import type { Message, Quote } from './message.ts';

/** Grapheme clusters of a message that a reply repeats. */
export const maxQuoteCharacters = 80;

/** What a reply to this message carries of it: who, and the beginning in one line. */
export function quoteOf(message: Message): Quote {
  const { author } = message;
  return {
    messageId: message.id,
    name: shownName(author.name, author.tag),
    text: beginningOf(message.text),
  };
}

function beginningOf(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  let out = '';
  let count = 0;
  for (const character of charactersOf(line)) {
    if (count === maxQuoteCharacters) return `${out.trimEnd()}\u2026`;
    out += character;
    count += 1;
  }
  return out;
}

/** The field `reply` of a form: the id of a message, or undefined for what can be none. */
export function replyIdOf(field: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(field) ? Number(field) : undefined;
}
