import { expect, it } from 'vitest';
import { StallWatch } from './stall-watch.ts';

const limits = { firstBytesAfterMs: 1000, stallAfterMs: 500, tickMs: 100 };

function ticksUntilStall(
  watch: StallWatch,
  fromMs: number,
  ticks: number,
  isSourceGiving = true,
): [number, string] | undefined {
  for (let tick = 1; tick <= ticks; tick++) {
    const stall = watch.tick(fromMs + tick * 100, isSourceGiving);
    if (stall !== undefined) return [tick, stall];
  }
  return undefined;
}

it('gives the first bytes their own, longer time', () => {
  expect(ticksUntilStall(new StallWatch(limits, 0), 0, 20)).toEqual([11, 'no-first-bytes']);
});

it('reports a run that stops sending', () => {
  const watch = new StallWatch(limits, 0);
  watch.tick(100, true);
  watch.progressed();
  expect(ticksUntilStall(watch, 100, 20)).toEqual([6, 'no-more-bytes']);
});

it('does not count time in which the source is silent', () => {
  const watch = new StallWatch(limits, 0);
  watch.progressed();
  expect(ticksUntilStall(watch, 0, 1000, false)).toBeUndefined();
  expect(ticksUntilStall(watch, 100_000, 20)).toEqual([6, 'no-more-bytes']);
});

it('starts again with every progress', () => {
  const watch = new StallWatch(limits, 0);
  for (let tick = 1; tick < 100; tick++) {
    expect(watch.tick(tick * 100, true)).toBeUndefined();
    if (tick % 5 === 0) watch.progressed();
  }
});

it('takes a machine that slept for hours for one late tick', () => {
  const watch = new StallWatch(limits, 0);
  watch.progressed();
  expect(watch.tick(7_200_000, true)).toBeUndefined();
});
