import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fragment } from './fragments.ts';
import { Splice } from './splice.ts';

/** Tenths of a second, a keyframe each second, sound behind its picture; `name` tells one rendition from another. */
function response(name: string, from: number, to: number): Fragment[] {
  const all: Fragment[] = [fragment('init', name, 0, false)];
  for (let tenth = from; tenth < to; tenth += 1) {
    all.push(fragment('picture', name, tenth / 10, tenth % 10 === 0), fragment('sound', name, tenth / 10, true));
  }
  return all;
}

function fragment(kind: Fragment['kind'], name: string, start: number, isKeyframe: boolean): Fragment {
  return { kind, bytes: new Uint8Array(Buffer.from(name)), start, end: start + 0.1, isKeyframe };
}

const nameOf = ({ bytes }: Fragment): string => Buffer.from(bytes).toString();
const times = (fragments: readonly Fragment[], kind: Fragment['kind']): number[] =>
  fragments.filter((each) => each.kind === kind).map(({ start }) => Math.round(start * 10));

function spliced(reach: number): Splice {
  return new Splice({ reach, entry: 'picture', fits: true });
}

describe('joining two responses', () => {
  it('changes at a keyframe, without a gap and without anything twice, whichever comes first and however they take turns', () => {
    const order = fc.array(fc.boolean(), { minLength: 260, maxLength: 260 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), order, fc.boolean(), (begins, turns, mayHold) => {
        const old = response('old', 0, 60).slice(1);
        const next = response('new', begins * 10, 60);
        const splice = spliced(0);
        const played: Fragment[] = [];
        for (const isOld of turns) {
          const [from, take] = isOld
            ? [old, (each: Fragment) => splice.takeOld(each, mayHold)]
            : [next, (each: Fragment) => splice.takeNew(each)];
          const each = from.shift();
          if (each !== undefined) played.push(...take(each));
        }
        const pictures = times(played, 'picture');
        expect(pictures).toEqual(pictures.map((_, index) => index));
        expect(times(played, 'sound')).toEqual(times(played, 'sound').map((_, index) => index));
        const first = played.findIndex((each) => nameOf(each) === 'new');
        expect(splice.isDone).toBe(first !== -1);
        if (first === -1) return;
        expect(played[first]?.kind).toBe('init');
        expect(played[first + 1]).toMatchObject({ kind: 'picture', isKeyframe: true });
        expect(played.slice(first).every((each) => nameOf(each) === 'new')).toBe(true);
      }),
    );
  });

  it('changes at once when the new one is there already', () => {
    const splice = spliced(0);
    for (const each of response('new', 20, 22)) expect(splice.takeNew(each)).toEqual([]);
    const old = response('old', 19, 21).slice(1);
    const played = old.flatMap((each) => splice.takeOld(each, false));
    expect(times(played, 'picture')).toEqual([19, 20, 21]);
    expect(splice.isDone).toBe(true);
  });

  it('gives back what it held when there is no time left, and waits for the next keyframe', () => {
    const splice = spliced(0);
    const played = response('old', 0, 3)
      .slice(1)
      .flatMap((each) => splice.takeOld(each, true));
    expect(played).toEqual([]);
    expect(splice.isHolding).toBe(true);
    expect(times(splice.hurry(), 'picture')).toEqual([0, 1, 2]);
    expect(splice.isHolding).toBe(false);
    for (const each of response('new', 0, 5)) expect(splice.takeNew(each)).toEqual([]);
    expect(splice.isDone).toBe(false);
  });

  it('goes on behind what is buffered when the old one is over, from the first keyframe that replaces nothing', () => {
    const splice = spliced(1.3);
    expect(splice.endOld()).toEqual([]);
    const played = response('new', 0, 25).flatMap((each) => splice.takeNew(each));
    expect(times(played, 'picture')).toEqual([20, 21, 22, 23, 24]);
  });

  it('takes what there is when the old one is over and nothing is left to play', () => {
    const splice = spliced(1.3);
    splice.endOld();
    for (const each of response('new', 0, 6)) splice.takeNew(each);
    expect(times(splice.hurry(), 'picture')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(splice.isDone).toBe(true);
  });

  it('lets sound alone take over as soon as it is there', () => {
    const splice = new Splice({ reach: 0, entry: 'sound', fits: false });
    const old = response('old', 0, 2).slice(1);
    expect(old.flatMap((each) => splice.takeOld(each, true))).toEqual(old);
    const [init, , heard] = response('new', 0, 1);
    if (init === undefined || heard === undefined) throw new Error('nothing to hear');
    expect(splice.takeNew(init)).toEqual([]);
    expect(splice.takeNew(heard)).toEqual([init, heard]);
    expect(splice.isDone).toBe(true);
  });
});
