import type { LadderRung, PictureSize } from '../encoder/encoder-types.ts';

/** What is made in the second codec, and of what. */
export interface SecondLadder {
  /** Name of the H.264 rendition that is encoded again. */
  readonly from: string;
  /** Best first. */
  readonly rungs: readonly LadderRung[];
}

/** Above this a second encoder would cost more than the first. */
const maxHeight = 360;
const maxRungs = 2;
const fallback = { height: 360, maxWidth: 640, bitsPerSecond: 300_000 };

/**
 * What a ladder looks like in VP9: twins (`360p-vp9`) of its two best rungs of at most 360 lines, made of the better one; where all are larger, 360
 * lines of the smallest. Absent for an empty ladder.
 */
export function secondLadder(ladder: readonly LadderRung[]): SecondLadder | undefined {
  const byHeight = ladder.toSorted((one, other) => other.height - one.height);
  const small = byHeight.filter(({ height }) => height <= maxHeight).slice(0, maxRungs);
  const from = small[0] ?? byHeight.at(-1);
  if (from === undefined) return undefined;
  const rungs = small.length > 0 ? small : [{ ...fallback, name: '360p' }];
  return { from: from.name, rungs: rungs.map((rung) => ({ ...rung, name: `${rung.name}-vp9` })) };
}

/** The size of the picture that a rung makes of another one: within its box, even, never enlarged. */
export function fittedSize(rung: LadderRung, { width, height }: PictureSize): PictureSize {
  const factor = Math.min(1, rung.maxWidth / width, rung.height / height);
  const even = (side: number): number =>
    Math.max(2, Math.min(2 * Math.round((factor * side) / 2), 2 * Math.floor(side / 2)));
  return { width: even(width), height: even(height) };
}
