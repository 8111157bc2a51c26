import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charactersOf } from '../identity/clean-text.ts';
import type { Message } from './message.ts';
import { maxQuoteCharacters, quoteOf, replyIdOf } from './quote.ts';

const message: Message = { id: 7, atMs: 0, author: { name: 'hana', colour: 3 }, text: 'hello\n\nthere' };

describe('a quote', () => {
  it('holds who said it and the beginning in one line', () => {
    expect(quoteOf(message)).toEqual({ messageId: 7, name: 'hana', text: 'hello there' });
    expect(quoteOf({ ...message, author: { name: 'Anonymous', tag: 'k3f', colour: 0 } }).name).toBe('Anonymous#k3f');
  });

  it('takes eighty characters as they are, and cuts between characters after that', () => {
    const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}';
    expect(quoteOf({ ...message, text: family.repeat(80) }).text).toBe(family.repeat(80));
    expect(quoteOf({ ...message, text: family.repeat(81) }).text).toBe(`${family.repeat(80)}\u2026`);
  });

  it('is one short line whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const quoted = quoteOf({ ...message, text }).text;
        expect(quoted).not.toMatch(/[\n\r]/);
        expect([...charactersOf(quoted)].length).toBeLessThanOrEqual(maxQuoteCharacters + 1);
      }),
    );
  });
});

describe('the field of a reply', () => {
  it('is a positive decimal number and nothing else', () => {
    expect(replyIdOf('12')).toBe(12);
    for (const field of ['', '0', '-1', '1.5', '1e3', '0x10', ' 1', '9'.repeat(16), '12\n']) {
      expect(replyIdOf(field)).toBeUndefined();
    }
  });
});
