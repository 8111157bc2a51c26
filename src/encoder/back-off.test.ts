import { expect, it } from 'vitest';
import { defaultBackOff } from './back-off.ts';

it('waits half a second, then twice as long each time, up to 15 s', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => defaultBackOff.delayMs(failures));
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});
