import { expect, it } from 'vitest';
import { formatUptime } from './clock.ts';

it.each([
  [0, '0:00'],
  [59.9, '0:59'],
  [60, '1:00'],
  [3599, '59:59'],
  [3600, '1:00:00'],
  [36_061, '10:01:01'],
  [-5, '0:00'],
])('%d seconds of uptime read %s', (seconds, text) => {
  expect(formatUptime(seconds)).toBe(text);
});
