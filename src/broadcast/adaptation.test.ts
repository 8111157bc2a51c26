import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Adaptation, fittingBelow, LinkJudge, type Verdict } from './adaptation.ts';

/** A connection as it is seen once a second: what it is sent, what it carries at each moment, how restless its round trips are. */
interface SimulatedLink {
  readonly sentBytesPerSecond: number;
  carries(second: number): number;
  /** What the round trip seems longer by, at each moment; 0 unless told. */
  noiseMs?(second: number): number;
}

interface Seen {
  readonly slowAtSecond: number | undefined;
  readonly longestCalmMs: number;
}

/** Steps of 50 ms, samples of 1 s: as the reports of tor come. The burst is what a viewer is sent on joining. */
function watch(link: SimulatedLink, seconds: number, burstBytes = 60_000): Seen {
  const judge = new LinkJudge();
  const stepSeconds = 0.05;
  let queue = burstBytes;
  let left = 0;
  let longestCalmMs = 0;
  for (let step = 1; step * stepSeconds <= seconds; step += 1) {
    const now = step * stepSeconds;
    queue += link.sentBytesPerSecond * stepSeconds;
    const carried = Math.min(queue, link.carries(now) * stepSeconds);
    queue -= carried;
    left += carried;
    if (step % 20 !== 0) continue;
    const lagMs = (queue / link.sentBytesPerSecond) * 1000 + (link.noiseMs?.(now) ?? 0);
    const verdict = judge.add({ atMs: now * 1000, lagMs, isMoving: left * 3 >= link.sentBytesPerSecond });
    left = 0;
    if (verdict.kind === 'slow') return { slowAtSecond: now, longestCalmMs };
    longestCalmMs = Math.max(longestCalmMs, verdict.calmMs);
  }
  return { slowAtSecond: undefined, longestCalmMs };
}

const sent = 53_000;
const wide = 190_000;

/** The same numbers for the same seed. */
function noise(seed: number, upToMs: number): (second: number) => number {
  return (second) => {
    const x = Math.sin(seed * 12.9898 + second * 78.233) * 43_758.5453;
    return (x - Math.floor(x)) * upToMs;
  };
}

describe('a connection that carries less than it is sent', () => {
  test('is noticed within six seconds after it has fallen to seven tenths', () => {
    const fallsAt = 20;
    const seen = watch(
      { sentBytesPerSecond: sent, carries: (second) => (second < fallsAt ? wide : 37_500), noiseMs: noise(1, 60) },
      60,
    );
    expect(seen.slowAtSecond).toBeGreaterThan(fallsAt);
    expect(seen.slowAtSecond).toBeLessThanOrEqual(fallsAt + 6);
  });

  test('is noticed whenever it falls by more than a quarter, however restless its round trips are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.34, max: 0.75, noNaN: true }),
        fc.integer({ min: 10, max: 60 }),
        fc.integer(),
        fc.integer({ min: 0, max: 250 }),
        (share, fallsAt, seed, jitterMs) => {
          const carries = (second: number): number => (second < fallsAt ? wide : sent * share);
          const seen = watch({ sentBytesPerSecond: sent, carries, noiseMs: noise(seed, jitterMs) }, fallsAt + 15);
          expect(seen.slowAtSecond).toBeGreaterThan(fallsAt);
        },
      ),
    );
  });

  test('is noticed where the lag does not grow from each sample to the next', () => {
    const judge = new LinkJudge();
    const lags = [112, 82, 299, 501, 547, 749, 949, 947, 1193];
    const kinds = lags.map((lagMs, second) => judge.add({ atMs: second * 1000, lagMs, isMoving: true }).kind);
    expect(kinds.indexOf('slow')).toBe(8);
  });

  test('is noticed from the start', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.34, max: 0.75, noNaN: true }), fc.integer(), (share, seed) => {
        const seen = watch({ sentBytesPerSecond: sent, carries: () => sent * share, noiseMs: noise(seed, 60) }, 20);
        expect(seen.slowAtSecond).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('no alarm is raised', () => {
  test('by a connection that carries enough, whatever its round trips do within half a second', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.15, max: 6, noNaN: true }),
        fc.integer(),
        fc.integer({ min: 0, max: 500 }),
        (share, seed, jitterMs) => {
          const link = { sentBytesPerSecond: sent, carries: () => sent * share, noiseMs: noise(seed, jitterMs) };
          expect(watch(link, 120).slowAtSecond).toBeUndefined();
        },
      ),
    );
  });

  test('by a connection that stands still for three seconds and catches up', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 40, noNaN: true }),
        fc.double({ min: 0.5, max: 3, noNaN: true }),
        fc.double({ min: 2, max: 4, noNaN: true }),
        (stallAt, stallSeconds, share) => {
          const carries = (second: number): number =>
            second >= stallAt && second < stallAt + stallSeconds ? 0 : sent * share;
          expect(watch({ sentBytesPerSecond: sent, carries }, 60).slowAtSecond).toBeUndefined();
        },
      ),
    );
  });

  test('by one that stands still while the buffers before it go on taking what is sent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1000, max: 3000 }),
        fc.integer({ min: 0, max: 400 }),
        (phaseMs, stallMs, restLagMs) => {
          const judge = new LinkJudge();
          const stallAtMs = 20_000 + phaseMs;
          for (let atMs = 1000; atMs <= 40_000; atMs += 1000) {
            const stoodMs = Math.min(stallMs, Math.max(0, atMs - stallAtMs));
            const caughtUpMs = Math.max(0, atMs - stallAtMs - stallMs) / 2;
            const verdict = judge.add({ atMs, lagMs: restLagMs + Math.max(0, stoodMs - caughtUpMs), isMoving: true });
            expect(verdict.kind).toBe('fine');
          }
        },
      ),
    );
  });

  test('by one that stands still for half a second every few seconds', () => {
    const carries = (second: number): number => (second % 4 < 0.5 ? 0 : 2 * sent);
    expect(watch({ sentBytesPerSecond: sent, carries }, 120).slowAtSecond).toBeUndefined();
  });
});

test('a connection with room is calm for as long as it has it, and calm begins anew after trouble', () => {
  const carries = (second: number): number => (second > 30 && second < 32 ? 0 : wide);
  const seen = watch({ sentBytesPerSecond: sent, carries, noiseMs: noise(3, 200) }, 60);
  expect(seen.slowAtSecond).toBeUndefined();
  expect(seen.longestCalmMs).toBeGreaterThanOrEqual(24_000);
  expect(seen.longestCalmMs).toBeLessThan(32_000);
});

test('a connection that gets rid of nothing of a great lag is too slow, though it carries what it is sent', () => {
  const carries = (second: number): number => (second > 10 && second < 13 ? 0 : second <= 10 ? wide : sent);
  expect(watch({ sentBytesPerSecond: sent, carries }, 60).slowAtSecond).toBeLessThan(25);
});

describe('going up', () => {
  const calm = (calmMs: number, lagMs = 50): Verdict => ({ kind: 'fine', calmMs, lagMs, peakMs: lagMs });
  const slow: Verdict = { kind: 'slow', share: 0.7 };

  /** One sample a second with these lags, from a second on at which the wait is over. */
  function tryUp(adaptation: Adaptation, atSecond: number, lags: readonly number[]): string[] {
    return lags.map((lagMs, index) => adaptation.next(calm(adaptation.waitMs, lagMs), (atSecond + index) * 1000, true));
  }

  test('is tried out after a calm time, and done when the load of it arrives in time', () => {
    const adaptation = new Adaptation();
    expect(adaptation.next(calm(adaptation.waitMs - 1), 0, true)).toBe('stay');
    expect(tryUp(adaptation, 20, [50, 200, 300, 300, 300])).toEqual(['probe', 'probe', 'probe', 'probe', 'up']);
  });

  test('is tried out against the lag that is usual there while all is well', () => {
    const adaptation = new Adaptation();
    for (let second = 0; second < 70; second += 1) {
      const isTrouble = second >= 60;
      const lagMs = second % 2 === 0 ? 100 : 300;
      adaptation.next(isTrouble ? calm(0, 4000) : calm(1000, lagMs), second * 1000, true);
    }
    expect(tryUp(adaptation, 70, [100, 420, 300, 420, 420]).at(-1)).toBe('up');
    expect(tryUp(adaptation, 120, [100, 480])).toEqual(['probe', 'stay']);
  });

  test('is not tried where there is nothing higher', () => {
    const adaptation = new Adaptation();
    expect(adaptation.next(calm(adaptation.waitMs), 0, false)).toBe('stay');
  });

  test('is given up when the load of it makes the lag grow: nobody goes down for that, and the next wait is longer', () => {
    const adaptation = new Adaptation();
    const first = adaptation.waitMs;
    expect(tryUp(adaptation, 20, [50, 290, 310])).toEqual(['probe', 'probe', 'stay']);
    expect(adaptation.waitMs).toBe(2 * first);
    expect(adaptation.next(slow, 23_000, true)).toBe('stay');
    expect(adaptation.next(slow, 27_000, true)).toBe('down');
    expect(adaptation.waitMs).toBe(2 * first);
  });

  test('that had to be undone soon doubles the wait, again and again up to a bound; one that holds halves it', () => {
    const adaptation = new Adaptation();
    const first = adaptation.waitMs;
    const up = (atSecond: number): void => void tryUp(adaptation, atSecond, [50, 50, 50, 50, 50]);
    up(0);
    expect(adaptation.next(slow, 10_000, true)).toBe('down');
    expect(adaptation.waitMs).toBe(2 * first);
    up(100);
    adaptation.next(calm(0), 200_000, true);
    expect(adaptation.waitMs).toBe(first);
    for (let count = 1; count < 20; count += 1) {
      up(count * 1000);
      adaptation.next(slow, count * 1_000_000 + 10_000, true);
    }
    expect(adaptation.waitMs).toBe(600_000);
  });

  test('going down long after it is not its failure', () => {
    const adaptation = new Adaptation();
    const first = adaptation.waitMs;
    tryUp(adaptation, 0, [50, 50, 50, 50, 50]);
    expect(adaptation.next(slow, 500_000, true)).toBe('down');
    expect(adaptation.waitMs).toBe(first);
  });
});

describe('going down', () => {
  const renditions = [
    { name: '720p', codec: 'h264', bandwidth: 1_264_000 },
    { name: '360p', codec: 'h264', bandwidth: 424_000 },
    { name: '240p', codec: 'h264', bandwidth: 214_000 },
    { name: '360p-vp9', codec: 'vp9', bandwidth: 424_000 },
    { name: 'audio', codec: 'none', bandwidth: 64_000 },
  ] as const;

  test.each([
    ['720p', 0.9, '360p'],
    ['720p', 0.25, '240p'],
    ['720p', 0.05, 'audio'],
    ['360p', 0.7, '240p'],
    ['360p', 0.3, 'audio'],
    ['240p', 0.9, 'audio'],
    ['360p-vp9', 0.9, 'audio'],
    ['audio', 0.5, undefined],
    ['gone', 0.5, undefined],
  ])('from %s, of which %s arrives, leads to %s', (name, share, expected) => {
    expect(fittingBelow(renditions, name, share)?.name).toBe(expected);
  });

  test('the share that arrives is told by how fast the lag grows', () => {
    const judge = new LinkJudge();
    const verdicts = [0, 0, 300, 600, 900, 1200, 1500].map((lagMs, second) =>
      judge.add({ atMs: second * 1000, lagMs, isMoving: true }),
    );
    const slow = verdicts.find(({ kind }) => kind === 'slow');
    expect(slow).toEqual({ kind: 'slow', share: expect.closeTo(0.7, 5) });
  });
});
