import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBitrate, parseBitrate } from './bitrate.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatSize, parseSize } from './size.ts';

describe('units', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['0s', 0],
  ])('reads the duration %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ['1B', 1],
    ['64KiB', 65_536],
    ['16MiB', 16_777_216],
    ['0.5GiB', 536_870_912],
  ])('reads the size %s', (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });

  it('reads bit rates in thousands and millions', () => {
    expect(parseBitrate('64k')).toBe(64_000);
    expect(parseBitrate('1.2M')).toBe(1_200_000);
  });

  it.each([
    '',
    '10',
    's',
    '10 s',
    '-1s',
    '1e3s',
    '10S',
    '10sec',
    '1,5s',
    ' 10s',
    '10s\n',
    '9'.repeat(400),
    '1toString',
  ])('refuses the duration %j and says what a duration looks like', (text) => {
    expect(() => parseDuration(text)).toThrow('a duration is a number with a unit (ms, s, m, h), like "10s"');
  });

  it('refuses what is finer than its smallest step and what no number can hold', () => {
    expect(() => parseDuration('0.5ms')).toThrow('the smallest step is 1ms');
    expect(() => parseSize('999999999999GiB')).toThrow('too large');
  });

  it('does not cut size units down to the thousand', () => {
    expect(() => parseSize('16MB')).toThrow('like "16MiB"');
  });

  it.each([
    ['duration', parseDuration, formatDuration],
    ['size', parseSize, formatSize],
    ['bit rate', parseBitrate, formatBitrate],
  ] as const)('writes every %s so that it reads back the same', (_, parse, format) => {
    fc.assert(fc.property(fc.nat(), (value) => parse(format(value)) === value));
    fc.assert(fc.property(fc.nat(1000), (value) => parse(format(value * 60_000)) === value * 60_000));
  });

  it('writes the largest unit that stays whole', () => {
    expect([90_000, 7_200_000, 250, 0].map(formatDuration)).toEqual(['90s', '2h', '250ms', '0ms']);
  });
});
