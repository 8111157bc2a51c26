import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off.ts';
import {
  Backlog,
  firstMargin,
  learnMargin,
  ArrivalMeter,
  decayTarget,
  decide,
  firstTargetSeconds,
  raiseTarget,
  startPosition,
  trimEnd,
} from './live-edge.ts';

const calm = { currentTime: 100, rate: 1, target: 0.4, sinceStart: 60, isStalled: false };

describe('deciding where to play', () => {
  it('starts the target behind the edge, and never before what is buffered', () => {
    expect(startPosition([{ start: 10, end: 11.5 }], 0.4)).toBeCloseTo(11.1);
    expect(startPosition([{ start: 10, end: 10.2 }], 0.4)).toBe(10);
    expect(startPosition([], 0.4)).toBe(0);
  });

  it('plays at normal speed when the distance is right', () => {
    expect(decide({ ...calm, buffered: [{ start: 90, end: 100.4 }] })).toEqual({ kind: 'rate', rate: 1 });
  });

  it.each([
    [101.2, 1.1],
    [100.6, 1.05],
    [100.1, 0.95],
  ])('with media up to %d it plays at %d', (end, rate) => {
    expect(decide({ ...calm, buffered: [{ start: 90, end }] })).toEqual({ kind: 'rate', rate });
  });

  it('keeps catching up until it is there, instead of changing speed to and fro', () => {
    const buffered = [{ start: 90, end: 100.43 }];
    expect(decide({ ...calm, rate: 1, buffered })).toEqual({ kind: 'rate', rate: 1 });
    expect(decide({ ...calm, rate: 1.05, buffered })).toEqual({ kind: 'rate', rate: 1.05 });
  });

  it('jumps when it is more than five seconds late', () => {
    expect(decide({ ...calm, buffered: [{ start: 90, end: 105.5 }] })).toEqual({ kind: 'seek', to: 105.1 });
    expect(decide({ ...calm, buffered: [{ start: 90, end: 105.3 }] })).toEqual({ kind: 'rate', rate: 1.1 });
  });

  it('jumps earlier just after the start, when the rest of the burst comes in', () => {
    expect(decide({ ...calm, sinceStart: 1, buffered: [{ start: 99, end: 101 }] })).toEqual({
      kind: 'seek',
      to: 100.6,
    });
  });

  it('jumps to the edge when the picture stands still though there is media', () => {
    const buffered = [{ start: 99, end: 101 }];
    expect(decide({ ...calm, isStalled: true, buffered })).toEqual({ kind: 'seek', to: 100.6 });
    expect(decide({ ...calm, isStalled: true, buffered: [{ start: 99, end: 100.5 }] }).kind).toBe('rate');
  });

  it('steps over a hole in the buffer', () => {
    const buffered = [
      { start: 90, end: 100.02 },
      { start: 101, end: 102 },
    ];
    expect(decide({ ...calm, buffered })).toEqual({ kind: 'seek', to: 101 });
  });

  it('does not step over a hole that is still ahead', () => {
    const buffered = [
      { start: 90, end: 100.5 },
      { start: 101, end: 102 },
    ];
    expect(decide({ ...calm, buffered }).kind).toBe('rate');
  });

  it('never seeks to where nothing is buffered', () => {
    const position = fc.record({
      currentTime: fc.double({ min: 0, max: 1000, noNaN: true }),
      rate: fc.constantFrom(0.95, 1, 1.05, 1.1),
      target: fc.double({ min: 0.2, max: 6, noNaN: true }),
      sinceStart: fc.double({ min: 0, max: 100, noNaN: true }),
      buffered: fc
        .array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 8 })
        .map((times) => [...new Set(times)].sort((a, b) => a - b))
        .map((times) => pairs(times)),
    });
    fc.assert(
      fc.property(position, (at) => {
        const move = decide(at);
        if (move.kind === 'rate') return move.rate >= 0.95 && move.rate <= 1.1;
        return at.buffered.some((range) => range.start <= move.to && move.to <= range.end);
      }),
    );
  });

  it('throws old media away only after a minute and a half', () => {
    expect(trimEnd([{ start: 20, end: 101 }], 100)).toBeUndefined();
    expect(trimEnd([{ start: 5, end: 101 }], 100)).toBe(40);
    expect(trimEnd([], 100)).toBeUndefined();
  });
});

describe('the margin', () => {
  it('is what the browser had left when it stopped, and a little more, within reason', () => {
    expect(learnMargin(firstMargin, 0.15)).toBeCloseTo(0.15 + firstMargin);
    expect(learnMargin(0.18, 0.1)).toBe(0.18);
    expect(learnMargin(firstMargin, 5)).toBe(0.2);
  });
});

describe('the target', () => {
  it('grows with each wait up to six seconds', () => {
    expect(raiseTarget(0.1)).toBeCloseTo(0.2);
    expect(raiseTarget(0.4)).toBeCloseTo(0.6);
    expect(raiseTarget(1)).toBeCloseTo(1.3);
    expect(raiseTarget(5.9)).toBe(6);
  });

  it('sinks two hundredths a second, five times as fast before the first wait, not below what the link needs', () => {
    expect(decayTarget(1, 0.3, 10, true)).toBeCloseTo(0.8);
    expect(decayTarget(0.31, 0.3, 10, true)).toBe(0.3);
    expect(decayTarget(0.4, 0.2, 1, false)).toBeCloseTo(0.3);
  });

  it('sinks faster from far above what the link needs: after a bad minute it is normal within another', () => {
    let target = 6;
    for (let second = 0; second < 60; second += 1) target = decayTarget(target, 0.4, 1, true);
    expect(target).toBeLessThan(1.2);
  });

  it('follows the floor upwards at once', () => {
    expect(decayTarget(0.3, 0.5, 1, true)).toBe(0.5);
  });
});

describe('measuring arrivals', () => {
  it('knows nothing at first', () => {
    expect(new ArrivalMeter().floorWith(0.03)).toBe(firstTargetSeconds);
    expect(new ArrivalMeter().behind(5, 3)).toBe(0);
  });

  it('on a calm link needs little more than a piece', () => {
    expect(meterOf(0.1, () => 0).floorWith(0.03)).toBe(0.2);
    expect(meterOf(0.25, () => 0).floorWith(0.03)).toBeCloseTo(0.28);
  });

  it('on a shaky link needs the jitter too', () => {
    expect(meterOf(0.25, (index) => (index % 3) * 0.2).floorWith(0.03)).toBeGreaterThan(0.5);
  });

  it('that a server gathers for needs what it waits, however many pieces come at once then', () => {
    const meter = new ArrivalMeter();
    for (let index = 0; index < 400; index += 1) {
      const burst = Math.floor(index / 20);
      meter.add(burst + (index % 20) / 1000, index / 20, (index + 1) / 20);
    }
    expect(meter.floorWith(0.03)).toBeCloseTo(1.03, 1);
  });

  it('forgets a bad time within seconds, and where little comes at a time not before it knows better', () => {
    const meter = new ArrivalMeter();
    const wait = (from: number, seconds: number, count: number): number => {
      for (let index = 0; index < count; index += 1) {
        const start = from + index * seconds;
        meter.add(start + seconds, start, start + seconds);
      }
      return from + count * seconds;
    };
    const bad = wait(0, 2, 10);
    expect(meter.floorWith(0.03)).toBeCloseTo(2.03);
    const better = wait(bad, 0.5, 20);
    expect(meter.floorWith(0.03)).toBeCloseTo(2.03);
    const good = wait(better, 0.5, 10);
    expect(meter.floorWith(0.03)).toBeCloseTo(0.53);
    // However many pieces came before in a short time.
    const quick = wait(good, 0.1, 100);
    const badAgain = wait(quick, 2, 10);
    wait(badAgain, 0.9, 24);
    expect(meter.floorWith(0.03)).toBeCloseTo(0.93);
  });

  it('ignores one long silence', () => {
    expect(meterOf(0.25, (index) => (index === 50 ? 3 : 0)).floorWith(0.03)).toBeLessThan(0.4);
  });

  it('tells how far behind the newest media a position is, even while nothing arrives', () => {
    const meter = new ArrivalMeter();
    meter.add(10, 4.75, 5);
    expect(meter.behind(10, 4.6)).toBeCloseTo(0.4);
    expect(meter.behind(12, 5)).toBeCloseTo(2);
  });
});

describe('backing off', () => {
  it('doubles up to a bound, spread over the upper half, and begins anew after success', () => {
    const backOff = new BackOff(500, 4000);
    expect([0, 0, 0, 0, 0].map((random) => backOff.next(random))).toEqual([250, 500, 1000, 2000, 2000]);
    expect(backOff.next(0.999)).toBeLessThan(4000);
    backOff.reset();
    expect(backOff.next(0)).toBe(250);
  });
});

function pairs(times: readonly number[]): { start: number; end: number }[] {
  return times.flatMap((start, index) => {
    const end = times[index + 1];
    return index % 2 === 0 && end !== undefined ? [{ start, end }] : [];
  });
}

function meterOf(piece: number, lateness: (index: number) => number): ArrivalMeter {
  const meter = new ArrivalMeter();
  for (let index = 0; index < 100; index += 1) {
    meter.add(index * piece + lateness(index), index * piece, (index + 1) * piece);
  }
  return meter;
}

describe('after a stop', () => {
  /** What is said of pieces that come so far behind, ten times a second, from this time on. */
  function judged(backlog: Backlog, from: number, behinds: readonly number[]): string {
    return behinds.map((behind, index) => backlog.judge(from + index / 10, behind)).join(' ');
  }

  it('of more than a second, what comes late has waited, until something comes in time, which is told once', () => {
    const backlog = new Backlog();
    backlog.stopped(10);
    expect(judged(backlog, 12, [2, 1.5])).toBe('waited waited');
    backlog.moves();
    expect(judged(backlog, 12.2, [1, 0.6, 0.5, 0.1, 2])).toBe('waited waited through fresh fresh');
  });

  it('of less, nothing has waited', () => {
    const backlog = new Backlog();
    backlog.stopped(10);
    expect(judged(backlog, 10.9, [2])).toBe('fresh');
    backlog.moves();
    expect(judged(backlog, 11.2, [2, 2])).toBe('fresh fresh');
  });

  it('a link that has become slower is not taken for one that catches up for ever, and another connection at no time', () => {
    const backlog = new Backlog();
    backlog.stopped(10);
    expect(judged(backlog, 12, [2])).toBe('waited');
    backlog.moves();
    expect(judged(backlog, 41.9, [2, 2])).toBe('waited fresh');
    backlog.stopped(50);
    expect(judged(backlog, 52, [2])).toBe('waited');
    backlog.reset();
    expect(judged(backlog, 52.1, [2])).toBe('fresh');
  });
});
