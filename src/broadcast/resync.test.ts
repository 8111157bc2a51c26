import { expect, test } from 'vitest';
import { LinkJudge, type Verdict } from './adaptation.ts';
import { Resync } from './resync.ts';

/** Lags as they are seen once a second; returns the seconds at which the picture was sent anew, each time with a new judge, as a new response has. */
function resyncsAt(lagsMs: readonly number[], resync = new Resync()): number[] {
  const at: number[] = [];
  let judge = new LinkJudge();
  lagsMs.forEach((lagMs, second) => {
    const verdict = judge.add({ atMs: second * 1000, lagMs, isMoving: lagMs < 1000 });
    if (!resync.isDue(verdict, second * 1000)) return;
    at.push(second);
    judge = new LinkJudge();
  });
  return at;
}

const calm = (seconds: number): number[] => Array.from({ length: seconds }, () => 50);

test('after a standstill of three seconds the picture is sent anew, once, when the connection is calm again', () => {
  expect(resyncsAt([...calm(5), 1000, 2000, 3000, 900, 100, 60, ...calm(60)])).toEqual([10]);
});

test('a connection that was never late, or never by two seconds, keeps its picture', () => {
  expect(resyncsAt(calm(120))).toEqual([]);
  expect(resyncsAt([...calm(5), 1000, 1900, 100, ...calm(30), 1999, ...calm(30)])).toEqual([]);
});

test('what comes late at the beginning is no standstill', () => {
  expect(resyncsAt([4000, 3000, 1000, ...calm(60)])).toEqual([]);
});

test('nothing is sent anew while what waited is still on its way', () => {
  expect(resyncsAt([...calm(5), 3000, ...Array.from({ length: 60 }, () => 500)])).toEqual([]);
});

test('who stands still again and again is sent the picture anew every half minute at most', () => {
  const restless = Array.from({ length: 24 }, () => [50, 50, 50, 2500, 50]).flat();
  const at = resyncsAt(restless);
  expect(at.length).toBeGreaterThan(1);
  at.slice(1).forEach((second, index) => {
    expect(second - (at[index] ?? 0)).toBeGreaterThanOrEqual(30);
  });
});

test('a connection that is too slow is given another rendition, not the same again', () => {
  const slow: Verdict = { kind: 'slow', share: 0.5 };
  expect(new Resync().isDue(slow, 0)).toBe(false);
});
