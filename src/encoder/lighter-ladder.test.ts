import { expect, test } from 'vitest';
import { defaultLadder } from './ladder.ts';
import { LighterLadder } from './lighter-ladder.ts';

test('the largest goes first, one at a time, and the last one with a picture stays', () => {
  const lighter = new LighterLadder();
  const names = () => lighter.of(defaultLadder).map(({ name }) => name);
  const all = names();
  for (const name of all.slice(0, -1)) {
    expect(lighter.lighten(lighter.of(defaultLadder))?.name).toBe(name);
    expect(names()).toEqual(all.slice(all.indexOf(name) + 1));
  }
  expect(lighter.lighten(lighter.of(defaultLadder))).toBeUndefined();
  expect(names()).toEqual(all.slice(-1));
});

test('of a source that fills nothing but what was left out, the smallest is encoded all the same', () => {
  const lighter = new LighterLadder();
  lighter.lighten(defaultLadder);
  expect(lighter.of(defaultLadder.slice(0, 1))).toEqual(defaultLadder.slice(0, 1));
});
