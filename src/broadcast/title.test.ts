import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxTitleLength, titleFrom } from './title.ts';

describe('a title', () => {
  it('is the first line that holds something', () => {
    expect(titleFrom('\n  \n  Live from the  harbour \nsecond')).toBe('Live from the harbour');
  });

  it('loses control, direction and invisible characters', () => {
    expect(titleFrom('a\u0000b\u202ec\u200bd\u001b[31m')).toBe('abcd[31m');
  });

  it('is cut at the limit, in grapheme clusters', () => {
    expect(titleFrom('é'.repeat(maxTitleLength))).toBe('é'.repeat(maxTitleLength));
    expect(titleFrom('👍🏽'.repeat(maxTitleLength + 1))).toBe('👍🏽'.repeat(maxTitleLength));
  });

  it('survives ten thousand lines and bytes that are no text', () => {
    expect(titleFrom('\n'.repeat(10_000))).toBe('');
    expect(titleFrom('\ud800\udfff\ud800')).not.toContain('\ud800');
  });

  it('never holds a line break or a control character, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (raw) => {
        expect(titleFrom(raw)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
