import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cssString } from './css-string.ts';

describe('a text as a CSS string', () => {
  it('keeps letters of any script and digits readable', () => {
    expect(cssString('Hafen 7 порт 港')).toBe('"Hafen 7 порт 港"');
  });

  it('escapes whatever could end the string, the rule or the style element', () => {
    expect(cssString('</style>"\\}\n')).toBe('"\\3c \\2f style\\3e \\22 \\5c \\7d \\a "');
  });

  it('holds nothing but letters, digits, spaces and escapes, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(cssString(text)).toMatch(/^"(?:[\p{L}\p{N} ]|\\[0-9a-f]{1,6} )*"$/u);
      }),
    );
  });

  it('reads back as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        expect(readCssString(cssString(text))).toBe(text.toWellFormed().replaceAll('\0', '\uFFFD'));
      }),
    );
  });

  it('replaces what no CSS string can hold', () => {
    expect(readCssString(cssString('a\0b\uD800c'))).toBe('a\uFFFDb\uFFFDc');
  });
});

/** Reads a CSS string as browsers do (CSS Syntax 4.3.7): an escape takes the one space behind it. */
function readCssString(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\([0-9a-f]{1,6}) ?/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}
