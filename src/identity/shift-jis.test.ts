import { describe, expect, it } from 'vitest';
import { encodeShiftJis } from './shift-jis.ts';

const hex = (text: string): string => Buffer.from(encodeShiftJis(text)).toString('hex');

describe('encodeShiftJis', () => {
  it.each([
    ['plain letters', 'tea~\\', '7465617e5c'],
    ['kanji', '日本', '93fa967b'],
    ['kana of half width', 'ﾃｽﾄ', 'c3bdc4'],
    ['what two codes stand for, by the one that browsers take', 'ⅰ', 'fa40'],
    ['characters that only the encoder knows', '\u00A5\u203E\u2212', '5c7e817c'],
    ['what it lacks, as a reference', 'é🧅', Buffer.from('&#233;&#129477;').toString('hex')],
    ['nothing', '', ''],
  ])('encodes %s', (_what, text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  it('is undone by the decoder of the platform', () => {
    const decoder = new TextDecoder('shift_jis', { fatal: true });
    const text = 'ソーシャル・表示ﾊﾝｶｸ ABC ①ⅸ髙';
    expect(decoder.decode(encodeShiftJis(text))).toBe(text);
  });
});
