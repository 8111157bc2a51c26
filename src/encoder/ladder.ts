import { AppError } from '../errors.ts';
import type { LadderRung, PictureSize } from './encoder-types.ts';

/** The rungs that can be chosen by name. Sizes and rates were picked for links of a few hundred kbit/s, which is what Tor gives. */
export const knownRungs: readonly LadderRung[] = [
  { name: '240p', height: 240, maxWidth: 426, bitsPerSecond: 150_000 },
  { name: '360p', height: 360, maxWidth: 640, bitsPerSecond: 300_000 },
  { name: '480p', height: 480, maxWidth: 854, bitsPerSecond: 600_000 },
  { name: '720p', height: 720, maxWidth: 1280, bitsPerSecond: 1_200_000 },
];

/** What is broadcast while nothing is known of the machine. */
export const defaultLadder: readonly LadderRung[] = knownRungs.filter(({ height }) => height <= 360).toReversed();

/** A rung that somebody asks for. */
export interface RungWish {
  readonly height: number;
  readonly bitsPerSecond?: number;
}

const audioOutput = 'audio';
const namePattern = /^[a-z0-9][a-z0-9-]{0,15}$/;
const limits = { rungs: 8, minSide: 2, maxSide: 4320, minBitsPerSecond: 16_000, maxBitsPerSecond: 20_000_000 } as const;

/** A rung of this height: the known one, unless it is to have a rate of its own. */
export function rungOf({ height, bitsPerSecond }: RungWish): LadderRung {
  const known = knownRungs.find((rung) => rung.height === height);
  const rung = known ?? { name: `${height}p`, height, maxWidth: widescreen(height), bitsPerSecond: bitsFor(height) };
  return bitsPerSecond === undefined ? rung : { ...rung, bitsPerSecond };
}

function widescreen(height: number): number {
  return 2 * Math.round((height * 8) / 9);
}

/** As the largest known rung spends on a pixel. */
function bitsFor(height: number): number {
  return Math.round(1_200_000 * (height / 720) ** 2);
}

/** A picture must have this many times the pixels of a rung for the next larger rung to show more of it. */
const worthwhile = 1.25;

/**
 * The rungs of a ladder that a picture of this size fills, from the largest down. Of those that are larger only the smallest stays, at the picture's own
 * size and with as much less to spend, if the rung below would lose much of the picture, or if there is none below. An unknown size leaves all:
 * nothing is ever enlarged, so the worst is two rungs of one size.
 */
export function fitLadder(ladder: readonly LadderRung[], picture: PictureSize | undefined): readonly LadderRung[] {
  const descending = ladder.toSorted((one, other) => boxOf(other) - boxOf(one));
  if (picture === undefined || picture.width < 1 || picture.height < 1) return descending;
  const filled = descending.filter((rung) => scaleTo(rung, picture) <= 1);
  const above = descending.filter((rung) => scaleTo(rung, picture) > 1).at(-1);
  const best = filled[0];
  const isLost = best === undefined || worthwhile * scaleTo(best, picture) ** 2 <= 1;
  return above === undefined || !isLost ? filled : [cutTo(above, picture, best), ...filled];
}

/** The rung with the size of the picture; it spends as many bits on a pixel, and more than the rung below. */
function cutTo(rung: LadderRung, picture: PictureSize, below: LadderRung | undefined): LadderRung {
  const share = 1 / scaleTo(rung, picture) ** 2;
  const least = Math.max(limits.minBitsPerSecond, 1.2 * (below?.bitsPerSecond ?? 0));
  const bitsPerSecond = Math.min(rung.bitsPerSecond, Math.max(least, rung.bitsPerSecond * share));
  return { ...rung, bitsPerSecond: Math.round(bitsPerSecond / 1000) * 1000 };
}

/** By how much the picture would have to grow to fill the rung; below 1 it shrinks. */
function scaleTo(rung: LadderRung, { width, height }: PictureSize): number {
  return Math.min(rung.maxWidth / width, rung.height / height);
}

function boxOf(rung: LadderRung): number {
  return rung.maxWidth * rung.height;
}

/** Throws AppError `CONFIG_INVALID`, saying what is wrong, unless FFmpeg can be asked for this ladder. */
export function checkLadder(ladder: readonly LadderRung[]): void {
  if (ladder.length < 1 || ladder.length > limits.rungs) {
    throw new AppError('CONFIG_INVALID', `A ladder has 1 to ${limits.rungs} renditions, not ${ladder.length}.`);
  }
  const seen = new Set<string>();
  for (const rung of ladder) {
    const problem = problemOf(rung) ?? (seen.has(rung.name) ? 'is there twice' : undefined);
    if (problem !== undefined) throw new AppError('CONFIG_INVALID', `The rendition "${rung.name}" ${problem}.`);
    seen.add(rung.name);
  }
}

/** Bits per second a viewer of this rung needs: picture, the shared sound, and the boxes around both (about 9 kbit/s per track). */
export function renditionBitsPerSecond(rung: LadderRung, audioBitsPerSecond: number): number {
  const boxesPerTrack = 9_000;
  return rung.bitsPerSecond + audioBitsPerSecond + 2 * boxesPerTrack;
}

function problemOf(rung: LadderRung): string | undefined {
  if (!namePattern.test(rung.name)) return 'needs a name of small letters, digits and hyphens, at most 16 long';
  if (rung.name === audioOutput) return 'has the name of the sound';
  for (const side of [rung.height, rung.maxWidth]) {
    if (!isWithin(side, limits.minSide, limits.maxSide) || side % 2 !== 0) {
      return `needs even sizes from ${limits.minSide} to ${limits.maxSide}`;
    }
  }
  if (!isWithin(rung.bitsPerSecond, limits.minBitsPerSecond, limits.maxBitsPerSecond)) {
    return `needs a rate from ${limits.minBitsPerSecond} to ${limits.maxBitsPerSecond} bits per second`;
  }
  return undefined;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
