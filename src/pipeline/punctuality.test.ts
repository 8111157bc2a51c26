import { describe, expect, it } from 'vitest';
import { Punctuality } from './punctuality.ts';

/** Pieces of an eighth of a second, made at this pace from `from` to `to`; where the media has got to. */
function make(punctuality: Punctuality, span: { from: number; to: number; end: number; pace: number }): number {
  let { end } = span;
  for (let now = span.from; now < span.to; now += 0.125 / span.pace) {
    end += 0.125;
    punctuality.add(now, end);
  }
  return end;
}

describe('whether a rendition is made in time', () => {
  it('is so before anything is known, and while it keeps up', () => {
    const punctuality = new Punctuality();
    expect(punctuality.isLate(0)).toBe(false);
    make(punctuality, { from: 0, to: 60, end: 0, pace: 1 });
    expect(punctuality.isLate(60)).toBe(false);
  });

  it('is told within a second of falling far behind, and within ten of falling behind a little', () => {
    for (const [pace, within] of [
      [0.5, 1],
      [0.8, 2],
      [0.95, 10],
    ] as const) {
      const punctuality = new Punctuality();
      const end = make(punctuality, { from: 0, to: 20, end: 0, pace: 1 });
      make(punctuality, { from: 20, to: 20 + within, end, pace });
      expect({ pace, isLate: punctuality.isLate(20 + within) }).toEqual({ pace, isLate: true });
    }
  });

  it('is forgotten some seconds after it keeps up again, and at once by a new run', () => {
    const punctuality = new Punctuality();
    const end = make(punctuality, { from: 0, to: 10, end: 0, pace: 0.5 });
    expect(punctuality.isLate(11)).toBe(true);
    make(punctuality, { from: 10, to: 40, end, pace: 1 });
    expect(punctuality.isLate(40)).toBe(false);
    punctuality.reset();
    make(punctuality, { from: 50, to: 52, end: 0, pace: 1 });
    expect(punctuality.isLate(52)).toBe(false);
  });

  it('does not mind a clock that is not quite ours', () => {
    const punctuality = new Punctuality();
    make(punctuality, { from: 0, to: 600, end: 0, pace: 0.999 });
    expect(punctuality.isLate(600)).toBe(false);
  });
});
