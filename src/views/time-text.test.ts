import { describe, expect, it } from 'vitest';
import { ar } from './texts/ar.ts';
import { en } from './texts/en.ts';
import { fa } from './texts/fa.ts';
import { inOwnOrder, momentText, sizeText, spanText } from './time-text.ts';

describe('times', () => {
  it('are told to the minute, and as spans in their largest unit', () => {
    expect(momentText(Date.UTC(2026, 10, 22, 20, 16, 59), en)).toBe('2026-11-22 20:16 UTC');
    expect([9_400, 60_000, 5_400_000].map((ms) => spanText(ms, en))).toEqual(['10 s', '1 min', '2 h']);
  });

  it('keep their order and stay in one line among words from right to left', () => {
    for (const texts of [ar, fa]) {
      expect(momentText(0, texts)).toBe('\u20661970\u201101\u201101\u00a000:00\u00a0UTC\u2069');
      expect(spanText(59_000, texts)).toBe('\u206659\u00a0s\u2069');
      expect(inOwnOrder('\u221230\u00a0s', texts)).toBe('\u2066\u221230\u00a0s\u2069');
    }
  });
});

describe('sizes', () => {
  it('are told in megabytes, and keep their order among words from right to left', () => {
    expect([0, 449_999, 9_949_999, 34_600_000].map((bytes) => sizeText(bytes, en))).toEqual([
      '0.0 MB',
      '0.4 MB',
      '9.9 MB',
      '35 MB',
    ]);
    expect(sizeText(500_000, ar)).toBe('\u20660.5\u00a0MB\u2069');
  });
});
