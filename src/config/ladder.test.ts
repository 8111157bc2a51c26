import { describe, expect, it } from 'vitest';
import { parseLadder } from './ladder.ts';

describe('a ladder', () => {
  it('is left to the machine, or named, as a list or in one text', () => {
    expect(parseLadder('auto')).toBe('auto');
    expect(parseLadder(['720p', '240p'])).toEqual([{ height: 720 }, { height: 240 }]);
    expect(parseLadder('720p, 240p')).toEqual([{ height: 720 }, { height: 240 }]);
  });

  it('may hold renditions of one`s own, with their bit rate', () => {
    expect(parseLadder(['540p@900k', '360p@250k'])).toEqual([
      { height: 540, bitsPerSecond: 900_000 },
      { height: 360, bitsPerSecond: 250_000 },
    ]);
    expect(parseLadder(['96p@32k', '2160p@20M'])).toHaveLength(2);
  });

  it.each([
    [[]],
    [['auto']],
    [['auto', '360p']],
    [['360']],
    [['540p']],
    [['361p@300k']],
    [['94p@300k']],
    [['2162p@300k']],
    [['360p@31k']],
    [['360p@21M']],
    [['360p', '360p@500k']],
    [Array.from({ length: 9 }, (_, index) => `${100 + 2 * index}p@100k`)],
    [''],
  ])('is not %j', (value) => {
    expect(parseLadder(value)).toBeUndefined();
  });

  it('says what is wrong with a bit rate', () => {
    expect(() => parseLadder(['540p@fast'])).toThrow(RangeError);
  });
});
