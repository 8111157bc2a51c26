import { expect, it } from 'vitest';
import { Insistence } from './insistence.ts';

it('notices the fourth refusal of a flood within a minute, and begins anew', () => {
  const insistence = new Insistence();
  const note = (nowMs: number, who = 'a') => insistence.note(who, 'slow-down', nowMs);
  expect([note(0), note(1000), note(2000)]).toEqual([false, false, false]);
  expect(note(2500, 'b')).toBe(false);
  expect(note(3000)).toBe(true);
  expect([note(4000), note(5000), note(6000)]).toEqual([false, false, false]);
  expect(note(64_001)).toBe(false);
  for (let n = 0; n < 9; n += 1) expect(insistence.note('c', 'slow-mode', n)).toBe(false);
});
