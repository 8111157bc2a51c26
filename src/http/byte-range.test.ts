import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedRange } from './byte-range.ts';

test.each([
  ['bytes=0-', { kind: 'part', from: 0, to: 100 }],
  ['bytes=0-0', { kind: 'part', from: 0, to: 1 }],
  ['bytes=10-19', { kind: 'part', from: 10, to: 20 }],
  ['bytes=90-500', { kind: 'part', from: 90, to: 100 }],
  ['bytes=-10', { kind: 'part', from: 90, to: 100 }],
  ['bytes=-500', { kind: 'part', from: 0, to: 100 }],
  ['bytes=99-99', { kind: 'part', from: 99, to: 100 }],
  ['bytes=100-', { kind: 'unsatisfiable' }],
  ['bytes=-0', { kind: 'unsatisfiable' }],
  ['bytes=999-1000', { kind: 'unsatisfiable' }],
  ['bytes=20-10', { kind: 'whole' }],
  ['bytes=0-1,5-6', { kind: 'whole' }],
  ['items=0-1', { kind: 'whole' }],
  ['bytes=', { kind: 'whole' }],
  ['bytes=-', { kind: 'whole' }],
  ['bytes=0x1-', { kind: 'whole' }],
  ['bytes= 0-1', { kind: 'whole' }],
  [undefined, { kind: 'whole' }],
])('RFC 9110, 14.2: of 100 bytes, "%s" asks for %j', (range, asked) => {
  expect(askedRange(range, undefined, 100)).toEqual(asked);
});

test('RFC 9110, 13.1.5: whoever names a validator gets the whole, since there is none', () => {
  expect(askedRange('bytes=0-1', '"tag"', 100)).toEqual({ kind: 'whole' });
});

test('whatever is asked, a part lies within the file', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 1e9 }), fc.nat(), fc.nat(), (text, length, a, b) => {
      for (const range of [text, `bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${a}`]) {
        const asked = askedRange(range, undefined, length);
        if (asked.kind !== 'part') continue;
        expect(asked.from).toBeGreaterThanOrEqual(0);
        expect(asked.to).toBeGreaterThan(asked.from);
        expect(asked.to).toBeLessThanOrEqual(length);
      }
    }),
  );
});
