import type { RenditionInfo } from '../broadcast/stream-state.ts';
import { mimeTypeOf, pictureMimeTypeOf, type RenditionInit } from '../mp4/piece.ts';
import type { RenditionOutput } from './rendition-output.ts';

/** What viewers are told of a rendition, while it can be joined; `bandwidth` in bits per second. */
export function offersOf(
  { name, init, isLate }: Pick<RenditionOutput, 'name' | 'init' | 'isLate'>,
  bandwidth: number,
): RenditionInfo[] {
  return init === undefined ? [] : [{ ...offerOf(name, init, bandwidth), ...(isLate && { isLate }) }];
}

function offerOf(name: string, init: RenditionInit, bandwidth: number): RenditionInfo {
  return {
    name,
    codec: codecOf(init),
    mimeType: mimeTypeOf(init),
    ...(init.pictureBytes === undefined ? {} : { pictureMimeType: pictureMimeTypeOf(init) }),
    bandwidth,
    ...(init.width === undefined ? {} : { width: init.width }),
    ...(init.height === undefined ? {} : { height: init.height }),
  };
}

/** How long a run may take until all of its renditions can be joined. */
export const wholeWithinMs = 5000;

/**
 * Whether viewers may choose among what can be joined by now. A run's renditions come one by one, within a blink, and the sound may be the first: whoever
 * chose among those that happened to be there would be left with the sound, or with the smallest picture, for a while. A run that is not
 * whole in time offers what it has, if that is more than sound.
 */
export function mayChoose(ladder: readonly string[], joinable: ReadonlySet<string>, runMs: number): boolean {
  const there = ladder.filter((name) => joinable.has(name)).length;
  return there === ladder.length || (runMs >= wholeWithinMs && there > 0);
}

/** The names of all that a run makes. */
export function outputNames(ladder: readonly { readonly name: string }[]): readonly string[] {
  return [...ladder.map(({ name }) => name), 'audio'];
}

function codecOf(init: RenditionInit): RenditionInfo['codec'] {
  if (init.width === undefined) return 'none';
  return init.codecs[0]?.startsWith('vp09') === true ? 'vp9' : 'h264';
}
