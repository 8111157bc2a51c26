import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoginThrottle } from './login-throttle.ts';

describe('LoginThrottle', () => {
  it('T18 listens to five attempts a minute and makes whoever goes on wait twice as long each time', () => {
    const throttle = new LoginThrottle();
    expect([0, 1, 2, 3, 4].map((now) => throttle.begin(now))).toEqual([0, 0, 0, 0, 0]);
    expect(throttle.begin(5)).toBe(60_000);
    expect(throttle.begin(60_004)).toBe(1);
    expect([1, 2, 3, 4, 5].map((step) => throttle.begin(60_005 + step))).toEqual([0, 0, 0, 0, 0]);
    expect(throttle.begin(60_020)).toBe(120_000);
  });

  it('never waits for longer than a quarter of an hour, and forgets after as long a quiet', () => {
    const throttle = new LoginThrottle();
    let now = 0;
    const waits = [];
    for (let round = 0; round < 8; round += 1) {
      for (let n = 0; n < 5; n += 1) expect(throttle.begin(now)).toBe(0);
      const wait = throttle.begin(now);
      waits.push(wait / 60_000);
      now += wait;
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15, 15]);
    now += 15 * 60_000 + 1;
    for (let n = 0; n < 5; n += 1) expect(throttle.begin(now)).toBe(0);
    expect(throttle.begin(now)).toBe(60_000);
  });

  it('forgives all after a success', () => {
    const throttle = new LoginThrottle();
    for (let n = 0; n < 5; n += 1) throttle.begin(n);
    throttle.succeed();
    expect(throttle.begin(6)).toBe(0);
  });

  it('T18 lets no more than five through in any minute, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40_000 }), { maxLength: 100 }), (gaps) => {
        const throttle = new LoginThrottle();
        let now = 0;
        const heard: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (throttle.begin(now) === 0) heard.push(now);
        }
        for (const end of heard)
          expect(heard.filter((time) => time > end - 60_000 && time <= end).length).toBeLessThanOrEqual(5);
      }),
    );
  });
});
