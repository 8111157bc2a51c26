import { describe, expect, it } from 'vitest';
import { parseMoment } from './moment.ts';

describe('a moment', () => {
  it.each([
    ['', undefined],
    ['10m', { kind: 'in', ms: 600_000 }],
    ['0s', { kind: 'in', ms: 0 }],
    ['21:30', { kind: 'daily', ms: 77_400_000 }],
    ['00:00Z', { kind: 'daily', ms: 0 }],
    ['2026-11-23 21:30', { kind: 'at', unixMs: Date.UTC(2026, 10, 23, 21, 30) }],
    [' 2028-02-29T00:00Z ', { kind: 'at', unixMs: Date.UTC(2028, 1, 29) }],
  ])('is read from %j', (text, moment) => {
    expect(parseMoment(text)).toEqual(moment);
  });

  it.each(['soon', '24:00', '9:30', '21:60', '2026-11-31 10:00', '2026-13-01 10:00', '2026-11-23', '721h', '-5m'])(
    'is not read from %j',
    (text) => {
      expect(() => parseMoment(text)).toThrow(RangeError);
    },
  );
});
