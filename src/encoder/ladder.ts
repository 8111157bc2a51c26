import { AppError } from '../errors.ts';
import type { LadderRung } from './encoder-types.ts';

/** The rungs that can be chosen by name. Sizes and rates were picked for links of a few hundred kbit/s, which is what Tor gives. */
export const knownRungs: readonly LadderRung[] = [
  { name: '240p', height: 240, maxWidth: 426, bitsPerSecond: 150_000 },
  { name: '360p', height: 360, maxWidth: 640, bitsPerSecond: 300_000 },
  { name: '480p', height: 480, maxWidth: 854, bitsPerSecond: 600_000 },
  { name: '720p', height: 720, maxWidth: 1280, bitsPerSecond: 1_200_000 },
];

/** What is broadcast unless somebody asks for something else. The first rung is the one viewers start with. */
export const defaultLadder: readonly LadderRung[] = rungsNamed(['360p', '240p']);

const audioOutput = 'audio';
const namePattern = /^[a-z0-9][a-z0-9-]{0,15}$/;
const limits = { rungs: 8, minSide: 2, maxSide: 4320, minBitsPerSecond: 16_000, maxBitsPerSecond: 20_000_000 } as const;

/** The known rungs of these names, in this order. Throws AppError `CONFIG_INVALID` for a name that is not known or an unusable ladder. */
export function rungsNamed(names: readonly string[]): readonly LadderRung[] {
  const known = knownRungs.map((rung) => rung.name).join(', ');
  return names.map((name) => {
    const rung = knownRungs.find((candidate) => candidate.name === name);
    if (rung === undefined) {
      throw new AppError('CONFIG_INVALID', `There is no rendition "${name}". Known ones: ${known}.`);
    }
    return rung;
  });
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
