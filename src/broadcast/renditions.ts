import type { RenditionInfo } from './stream-state.ts';

/** What choosing among renditions needs to know of them. */
export type Choosable = Pick<RenditionInfo, 'name' | 'codec' | 'bandwidth'>;

/** What a circuit through Tor carries nearly always, in bits per second: nobody who has not asked for more begins above it. */
export const startingBandwidth = 450_000;

const families = ['h264', 'vp9', 'none'] as const;

/** The order of `StreamSnapshot.renditions`: H.264 from the best down, then VP9 likewise, sound alone last. */
export function inOrder<T extends Choosable>(renditions: readonly T[]): readonly T[] {
  const rank = ({ codec }: T) => families.indexOf(codec);
  return renditions.toSorted((one, other) => rank(one) - rank(other) || other.bandwidth - one.bandwidth);
}

/**
 * What a viewer who wished nothing begins with: the best H.264 that asks for no more than {@link startingBandwidth}, else the lowest with a picture,
 * else sound alone. Absent only if there is nothing. All functions here take lists that are {@link inOrder}.
 */
export function startingRendition<T extends Choosable>(renditions: readonly T[]): T | undefined {
  return (
    renditions.find(({ codec, bandwidth }) => codec === 'h264' && bandwidth <= startingBandwidth) ??
    lowestPicture(renditions) ??
    renditions[0]
  );
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

function lowestPicture<T extends Choosable>(renditions: readonly T[], pictureCodec?: 'h264' | 'vp9'): T | undefined {
  const lowestOf = (wanted: 'h264' | 'vp9') => renditions.findLast(({ codec }) => codec === wanted);
  return pictureCodec === undefined ? (lowestOf('h264') ?? lowestOf('vp9')) : lowestOf(pictureCodec);
}
