import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Places } from './places.ts';

const ann = { viewerId: 'ann', circuitId: 1 };

test('who has several responses takes one place, and keeps it for as long as the longest of them says', () => {
  const places = new Places();
  places.take(ann);
  places.take(ann);
  places.leave(ann, 900);
  expect(places.taken(5000)).toBe(1);
  places.leave(ann, 300);
  expect(places.has(ann, 900)).toBe(true);
  expect(places.has(ann, 901)).toBe(false);
  expect(places.taken(901)).toBe(0);
});

test('who opens a response while the place is kept takes no second one, and loses nothing of the time', () => {
  const places = new Places();
  places.keep(ann, 6000);
  places.take(ann);
  expect(places.taken(0)).toBe(1);
  places.leave(ann, 100);
  expect(places.has(ann, 6000)).toBe(true);
  expect(places.has(ann, 6001)).toBe(false);
});

test('what has ended may be told again, and was never begun, without anybody losing a place', () => {
  const places = new Places();
  places.take(ann);
  places.leave({ viewerId: 'bob' }, 100);
  expect(places.taken(0)).toBe(1);
  places.leave(ann, 100);
  places.leave(ann, 100);
  expect(places.taken(100)).toBe(1);
  expect(places.taken(101)).toBe(0);
});

test('T33 those who say nothing of a viewer take one place for each circuit, and each circuit is counted by itself', () => {
  const places = new Places();
  places.take({ circuitId: 7 });
  places.take({ circuitId: 7 });
  places.take({ circuitId: 8 });
  places.keep({ viewerId: 'ann', circuitId: 7 }, 50);
  expect(places.taken(0)).toBe(3);
  expect(places.takenOn(7, 50)).toBe(2);
  expect(places.takenOn(7, 51)).toBe(1);
});

test('T33 who opens another response on a second circuit is counted on the first one all the same', () => {
  const places = new Places();
  for (const viewerId of ['a', 'b', 'c']) {
    places.take({ viewerId, circuitId: 1 });
    places.take({ viewerId, circuitId: 2 });
    expect(places.takenOn(2, 0)).toBe(1);
    places.leave({ viewerId, circuitId: 2 }, 0);
  }
  expect([places.takenOn(1, 0), places.takenOn(2, 0)]).toEqual([3, 0]);
});

test('a bounded number of places is kept with nothing open, those of the newest', () => {
  const places = new Places(40);
  for (let viewer = 0; viewer < 50; viewer += 1) places.keep({ viewerId: String(viewer) }, 10);
  expect(places.taken(0)).toBe(40);
  expect(places.has({ viewerId: '9' }, 0)).toBe(false);
  expect(places.has({ viewerId: '10' }, 0)).toBe(true);
});

test('whatever happens, those are in who have something open or whose time is not over', () => {
  const step = fc.record({
    kind: fc.constantFrom('take', 'leave', 'keep'),
    viewerId: fc.constantFrom('a', 'b', 'c'),
    afterMs: fc.nat(50),
    forMs: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const places = new Places();
      const open = new Map<string, number>();
      const until = new Map<string, number>();
      let nowMs = 0;
      for (const { kind, viewerId, afterMs, forMs } of steps) {
        nowMs += afterMs;
        const opened = open.get(viewerId) ?? 0;
        const untilMs = nowMs + forMs;
        if (kind === 'take') {
          places.take({ viewerId });
          open.set(viewerId, opened + 1);
        } else if (kind === 'keep' || opened > 0) {
          if (kind === 'keep') places.keep({ viewerId }, untilMs);
          else places.leave({ viewerId }, untilMs);
          if (kind === 'leave') open.set(viewerId, opened - 1);
          until.set(viewerId, Math.max(untilMs, until.get(viewerId) ?? untilMs));
        }
        const isIn = (id: string): boolean => (open.get(id) ?? 0) > 0 || (until.get(id) ?? -1) >= nowMs;
        const expected = ['a', 'b', 'c'].filter(isIn);
        expect(['a', 'b', 'c'].filter((id) => places.has({ viewerId: id }, nowMs))).toEqual(expected);
        expect(places.taken(nowMs)).toBe(expected.length);
      }
    }),
  );
});
