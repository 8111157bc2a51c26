import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Conduct, type Offence } from './conduct.ts';

/** Milliseconds until an offence at this pace is too much; undefined if it never is within the time. */
function endures(offence: Offence, everyMs: number, forMs: number, isWatching = false): number | undefined {
  const conduct = new Conduct();
  for (let nowMs = 0; nowMs < forMs; nowMs += everyMs) {
    if (conduct.note(7, offence, isWatching, nowMs)) return nowMs;
  }
  return undefined;
}

test('T15 a circuit that floods for a quarter of a minute is better gone, and one that only touches its limit is not', () => {
  expect(endures('refused', 10, 60_000)).toBeGreaterThan(8000);
  expect(endures('refused', 10, 60_000)).toBeLessThan(16_000);
  expect(endures('refused', 400, 600_000)).toBeUndefined();
});

test('T14 connections that never ask for anything are too many when there are a dozen at a time, and nothing when there is one', () => {
  const conduct = new Conduct();
  const rounds = Array.from({ length: 24 }, (_, index) => conduct.note(7, 'cut', false, index < 12 ? 0 : 10_000));
  expect(rounds.indexOf(true)).toBe(9);
  expect(endures('cut', 10_000, 3_600_000)).toBeUndefined();
});

test('whoever watches is borne with three times as long', () => {
  const patience = endures('unread', 1000, 600_000) ?? 0;
  expect(patience).toBeGreaterThan(0);
  expect(endures('unread', 1000, 600_000, true)).toBeGreaterThan(2.5 * patience);
});

test('one circuit does not pay for another, and a circuit that was closed begins anew', () => {
  const conduct = new Conduct();
  for (let offence = 0; offence < 9; offence += 1) conduct.note(7, 'unread', false, 0);
  expect(conduct.note(8, 'unread', false, 0)).toBe(false);
  expect(conduct.note(7, 'unread', false, 0)).toBe(true);
  expect(conduct.note(7, 'unread', false, 0)).toBe(false);
});

test('no number of circuits makes it remember more than so many', () => {
  const conduct = new Conduct();
  for (let circuitId = 0; circuitId < 20_000; circuitId += 1) conduct.note(circuitId, 'cut', false, 0);
  expect(conduct.size).toBeLessThanOrEqual(8192);
});

test('whatever the order of offences, an honest pace is never too much', () => {
  const gaps = fc.array(fc.record({ afterMs: fc.integer({ min: 5000, max: 60_000 }) }), { maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.constantFrom<Offence>('refused', 'cut', 'unread'), (pauses, offence) => {
      const conduct = new Conduct();
      let nowMs = 0;
      return pauses.every(({ afterMs }) => {
        nowMs += afterMs;
        return !conduct.note(7, offence, false, nowMs);
      });
    }),
  );
});
