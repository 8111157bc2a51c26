import { expect, it } from 'vitest';
import { countStart } from './start-count.ts';

function settingsWith(value?: string) {
  let kept = value;
  return {
    get: () => kept,
    set: (_key: string, next: string) => {
      kept = next;
      return true;
    },
  };
}

it('counts from 0, and up with every start', () => {
  const settings = settingsWith();
  expect([countStart(settings), countStart(settings), countStart(settings)]).toEqual([0, 1, 2]);
});

it('begins anew before numbers of segments would become larger than players can read', () => {
  expect(countStart(settingsWith('1022'))).toBe(1023);
  expect(countStart(settingsWith('1023'))).toBe(0);
  expect(1024 * 2 ** 21).toBe(2 ** 31);
});

it('begins anew with what is no count', () => {
  expect(['x', '-5', '1.5', '1e9'].map((value) => countStart(settingsWith(value)))).toEqual([0, 0, 0, 0]);
});
