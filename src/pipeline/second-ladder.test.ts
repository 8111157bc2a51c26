import { describe, expect, it } from 'vitest';
import { knownRungs } from '../encoder/ladder.ts';
import { fittedSize, secondLadder } from './second-ladder.ts';

const named = (...names: string[]) => knownRungs.filter(({ name }) => names.includes(name));

describe('the ladder of the second codec', () => {
  it.each([
    [['720p', '480p', '360p', '240p'], '360p', ['360p-vp9', '240p-vp9']],
    [['360p', '240p'], '360p', ['360p-vp9', '240p-vp9']],
    [['240p'], '240p', ['240p-vp9']],
    [['480p', '240p'], '240p', ['240p-vp9']],
    [['720p', '480p'], '480p', ['360p-vp9']],
  ])('makes of %j, from %s, %j', (ladder, from, rungs) => {
    const plan = secondLadder(named(...ladder));
    expect([plan?.from, plan?.rungs.map(({ name }) => name)]).toEqual([from, rungs]);
  });

  it('knows the size before the first picture: never enlarged, even, in the box', () => {
    const [rung] = secondLadder(named('360p'))?.rungs ?? [];
    if (rung === undefined) throw new Error('no rung');
    expect(fittedSize(rung, { width: 640, height: 360 })).toEqual({ width: 640, height: 360 });
    expect(fittedSize(rung, { width: 854, height: 480 })).toEqual({ width: 640, height: 360 });
    expect(fittedSize(rung, { width: 202, height: 360 })).toEqual({ width: 202, height: 360 });
    expect(fittedSize(rung, { width: 64, height: 36 })).toEqual({ width: 64, height: 36 });
  });
});
