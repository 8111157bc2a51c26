import type { RenditionInfo } from './stream-state.ts';

/** What choosing among renditions needs to know of them. */
export type Choosable = Pick<RenditionInfo, 'name' | 'codec' | 'bandwidth'>;

/** Name of the publisher's own picture, which is not encoded again. */
export const sourceRendition = 'source';

/** What a circuit through Tor carries nearly always, in bits per second: nobody who has not asked for more begins above it. */
export const startingBandwidth = 450_000;

const families = ['h264', 'vp9', 'none'] as const;

/** The order of `StreamSnapshot.renditions`: H.264 from the best down, then VP9 likewise, sound alone last. */
export function inOrder<T extends Choosable>(renditions: readonly T[]): readonly T[] {
  const rank = ({ codec }: T) => families.indexOf(codec);
  return renditions.toSorted((one, other) => rank(one) - rank(other) || other.bandwidth - one.bandwidth);
}

/**
 * What a viewer who wished nothing begins with: the best H.264 (VP9 where there is none) that asks for no more than {@link startingBandwidth}, else the lowest
 * with a picture, else sound alone. Absent only if there is nothing. All functions here take lists that are {@link inOrder}.
 */
export function startingRendition<T extends Choosable>(renditions: readonly T[]): T | undefined {
  const first = renditions[0]?.codec;
  // The publisher's own picture has its keyframes where it likes: who begins there may wait for one.
  const isStart = ({ name, codec, bandwidth }: T): boolean =>
    codec === first && name !== sourceRendition && bandwidth <= startingBandwidth;
  return renditions.find(isStart) ?? lowestPicture(renditions) ?? renditions[0];
}

/** The next one down of the same codec, and below the lowest picture the sound. Absent below that, and below a name that is not there. */
export function lowerRendition<T extends Choosable>(renditions: readonly T[], name: string): T | undefined {
  const index = renditions.findIndex((rendition) => rendition.name === name);
  const codec = renditions[index]?.codec;
  return renditions.slice(index + 1).find((lower) => codec !== undefined && [codec, 'none'].includes(lower.codec));
}

/**
 * The next one up of the same codec, and above the sound the lowest picture: of `pictureCodec`, if the viewer is known to need one, else of H.264 if there
 * is any. Absent above the best, and above a name that is not there.
 */
export function higherRendition<T extends Choosable>(
  renditions: readonly T[],
  name: string,
  pictureCodec?: 'h264' | 'vp9',
): T | undefined {
  const index = renditions.findIndex((rendition) => rendition.name === name);
  const current = renditions[index];
  if (current === undefined) return undefined;
  if (current.codec === 'none') return lowestPicture(renditions, pictureCodec);
  const above = renditions[index - 1];
  return above?.codec === current.codec ? above : undefined;
}

/**
 * What somebody whose browser plays only what `isPlayable` chooses from: one codec, H.264 if it can be, and the sound.
 */
export function choicesAmong<T extends Choosable>(
  renditions: readonly T[],
  isPlayable: (one: T) => boolean,
): readonly T[] {
  const playable = renditions.filter(isPlayable);
  const first = playable[0]?.codec;
  return playable.filter(({ codec }) => codec === first || codec === 'none');
}

/** The same quality in the other codec: the best that asks for no more, else its lowest. Absent for the sound, and where there is one codec only. */
export function twinOf<T extends Choosable>(renditions: readonly T[], { codec, bandwidth }: Choosable): T | undefined {
  const others = renditions.filter((other) => other.codec !== codec && other.codec !== 'none' && codec !== 'none');
  return others.find((other) => other.bandwidth <= bandwidth) ?? others.at(-1);
}

function lowestPicture<T extends Choosable>(renditions: readonly T[], pictureCodec?: 'h264' | 'vp9'): T | undefined {
  const lowestOf = (wanted: 'h264' | 'vp9') => renditions.findLast(({ codec }) => codec === wanted);
  return pictureCodec === undefined ? (lowestOf('h264') ?? lowestOf('vp9')) : lowestOf(pictureCodec);
}
