import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLine } from './json-line.ts';

describe('jsonLine', () => {
  it('escapes what a terminal would obey, and what would turn or break the line', () => {
    const text = '\u001b]0;x\u0007 \u009b31m \u202e abc \u2028 \u200b \u{e0041}';
    const line = jsonLine({ text });
    expect(line).toMatch(/^[\x20-\x7e]*\n$/u);
    expect(JSON.parse(line)).toEqual({ text });
  });

  it('changes no value and makes one line of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonLine([text]);
        expect(JSON.parse(line)).toEqual([text]);
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
