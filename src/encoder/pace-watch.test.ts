import { expect, test } from 'vitest';
import { PaceWatch } from './pace-watch.ts';

const windowMs = 30_000;

/** The second in which it is said that an encoder of this pace does not keep up; `pace` and `isWaiting` by the second. */
function behindAt(pace: (second: number) => number, isWaiting: (second: number) => boolean = () => true) {
  const watch = new PaceWatch(windowMs);
  let media = 0;
  for (let second = 0; second < 180; second += 1) {
    if (watch.add(second * 1000, media, isWaiting(second))) return second;
    media += pace(second);
  }
  return undefined;
}

test('an encoder that makes nine tenths of real time or more keeps up', () => {
  expect(behindAt(() => 1)).toBeUndefined();
  expect(behindAt(() => 0.9)).toBeUndefined();
});

test('one that makes less does not, once it has for the whole window', () => {
  expect(behindAt(() => 0.8)).toBe(30);
  expect(behindAt((second) => (second < 60 ? 1 : 0.5))).toBeGreaterThanOrEqual(80);
});

test('a moment of load, which it catches up with, does not count', () => {
  expect(behindAt((second) => (second % 40 < 8 ? 0.3 : 1.2))).toBeUndefined();
});

test('nor does the time in which the source has nothing to give', () => {
  expect(
    behindAt(
      () => 0.5,
      () => false,
    ),
  ).toBeUndefined();
  expect(
    behindAt(
      () => 0.5,
      (second) => second % 10 !== 0,
    ),
  ).toBe(30);
});

test('nor that in which the machine slept', () => {
  const watch = new PaceWatch(windowMs);
  for (const [second, media] of [
    [0, 0],
    [10, 10],
    [4000, 11],
    [4010, 21],
    [4030, 41],
    [4040, 51],
  ] as const)
    expect(watch.add(second * 1000, media, true)).toBe(false);
});

test('it begins anew when it has been said', () => {
  const watch = new PaceWatch(windowMs);
  const said = Array.from({ length: 100 }, (_, second) => watch.add(second * 1000, second / 2, true));
  expect(said.flatMap((isBehind, second) => (isBehind ? [second] : []))).toEqual([30, 61, 92]);
});
