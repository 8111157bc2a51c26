import { describe, expect, it } from 'vitest';
import { WorkLane } from './work-lane.ts';

describe('WorkLane', () => {
  it('does one piece of work at a time, in order, and turns away what finds no place', async () => {
    const lane = new WorkLane(3);
    let running = 0;
    const done: number[] = [];
    const work = (n: number) => async (): Promise<number> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done.push(n);
      return n;
    };
    const results = await Promise.all([1, 2, 3, 4].map((n) => lane.run(work(n))));
    expect(results).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }, undefined]);
    expect(done).toEqual([1, 2, 3]);
    expect(lane.isFull).toBe(false);
    expect(await lane.run(work(5))).toEqual({ value: 5 });
  });

  it('goes on after a failure, which only its owner hears of', async () => {
    const lane = new WorkLane(2);
    const [failed, next] = await Promise.allSettled([
      lane.run(() => Promise.reject(new Error('no'))),
      lane.run(() => Promise.resolve('yes')),
    ]);
    expect(failed).toMatchObject({ status: 'rejected' });
    expect(next).toMatchObject({ value: { value: 'yes' } });
  });
});
