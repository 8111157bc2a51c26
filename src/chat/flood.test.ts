import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remember, waitMs } from './flood.ts';

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
