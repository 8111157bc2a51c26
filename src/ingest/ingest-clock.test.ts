import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { machineClock } from './ingest-clock.ts';

it('does not call at once what is due in a hundred years, as a timer of Node would', async () => {
  let called = false;
  const cancel = machineClock.setTimer(100 * 365 * 86_400_000, () => {
    called = true;
  });
  await setTimeout(20);
  cancel();
  expect(called).toBe(false);
});
