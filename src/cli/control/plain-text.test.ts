import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

describe('plainText', () => {
  it('leaves letters, emoji and scripts as they are', () => {
    const text = 'Grüße, سلام, שלום, 日本語, 👩\u200d👧, می\u200cخواهم';
    expect(plainText(text)).toBe(text);
  });

  it.each([
    ['\u001b[2J\u001b[H', '\ufffd[2J\ufffd[H'],
    ['\u001b]0;title\u0007', '\ufffd]0;title\ufffd'],
    ['\u009b31m', '\ufffd31m'],
    ['a\u202ecba\u202c', 'a\ufffdcba\ufffd'],
    ['\u2066x\u2069', '\ufffdx\ufffd'],
    ['one\ntwo\r\nthree\u2028four', 'one \u21b5 two \u21b5 three \u21b5 four'],
    ['\ud800', '\ufffd'],
    ['\u{e0041}\u200b', '\ufffd\ufffd'],
  ])('makes %j harmless', (text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  it('gives one line without a control or direction character, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
