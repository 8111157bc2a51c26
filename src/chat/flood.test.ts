import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayLinesOf } from './display-lines.ts';
import { amountWaitMs, remember, rememberAmount, type Spending, waitMs } from './flood.ts';

const limit = { count: 4, windowMs: 20_000 };

describe('a rate limit', () => {
  it('lets four through and says when the fifth may come', () => {
    let times: number[] = [];
    for (const now of [0, 1000, 2000, 3000]) {
      expect(waitMs(times, limit, now)).toBe(0);
      times = remember(times, limit, now);
    }
    expect(waitMs(times, limit, 4000)).toBe(16_000);
    expect(waitMs(times, limit, 20_000)).toBe(0);
  });

  it('never lets more than its count into any window, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9000 }), { maxLength: 80 }), (gaps) => {
        let now = 0;
        let times: number[] = [];
        const taken: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (waitMs(times, limit, now) > 0) continue;
          times = remember(times, limit, now);
          taken.push(now);
        }
        expect(times.length).toBeLessThanOrEqual(limit.count);
        for (const end of taken) {
          expect(taken.filter((time) => time > end - limit.windowMs && time <= end).length).toBeLessThanOrEqual(
            limit.count,
          );
        }
      }),
    );
  });
});

describe('a limit of amounts', () => {
  const lines = { count: 20, windowMs: 20_000 };

  it('lets through what fits, and says when the next will', () => {
    const spent: Spending[] = [
      { atMs: 0, amount: 5 },
      { atMs: 1000, amount: 10 },
    ];
    expect(amountWaitMs(spent, lines, 5, 2000)).toBe(0);
    expect(amountWaitMs(spent, lines, 6, 2000)).toBe(18_000);
    expect(amountWaitMs(spent, lines, 11, 2000)).toBe(19_000);
    expect(amountWaitMs(spent, lines, 6, 20_000)).toBe(0);
  });

  it('lets through more than it holds when nothing else is there', () => {
    expect(amountWaitMs([], lines, 86, 0)).toBe(0);
    const spent = rememberAmount([], lines, 86, 0);
    expect(amountWaitMs(spent, lines, 1, 19_999)).toBe(1);
    expect(amountWaitMs(spent, lines, 86, 20_000)).toBe(0);
  });

  it('never lets more than its amount into any window, nor asks for a wait that is longer than needed', () => {
    const steps = fc.array(fc.record({ gap: fc.nat({ max: 9000 }), amount: fc.integer({ min: 1, max: 25 }) }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(steps, (asked) => {
        let now = 0;
        let spent: Spending[] = [];
        const taken: Spending[] = [];
        const within = (end: number) =>
          taken
            .filter(({ atMs }) => atMs > end - lines.windowMs && atMs <= end)
            .reduce((sum, { amount }) => sum + amount, 0);
        for (const { gap, amount } of asked) {
          now += gap;
          const wait = amountWaitMs(spent, lines, amount, now);
          const most = lines.count - Math.min(amount, lines.count);
          expect(within(now + wait)).toBeLessThanOrEqual(most);
          if (wait > 0) {
            expect(within(now + wait - 1)).toBeGreaterThan(most);
            continue;
          }
          spent = rememberAmount(spent, lines, amount, now);
          taken.push({ atMs: now, amount: Math.min(amount, lines.count) });
          expect(within(now)).toBeLessThanOrEqual(lines.count);
        }
        expect(spent.length).toBeLessThanOrEqual(lines.count);
      }),
    );
  });
});

describe('the lines that a text fills', () => {
  it.each([
    ['', 1],
    ['a', 1],
    ['x'.repeat(48), 1],
    ['x'.repeat(49), 2],
    ['x'.repeat(512), 11],
    ['\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(48), 1],
    ['a\n\nb', 3],
    [`${'x'.repeat(49)}\nb`, 3],
  ])('of %j are counted as the column breaks them', (text, lines) => {
    expect(displayLinesOf(text)).toBe(lines);
  });
});
