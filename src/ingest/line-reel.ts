import { parseInitSegment } from '../mp4/init-segment.ts';
import type { PictureSize } from '../encoder/encoder-types.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { AppError } from '../errors.ts';
import { PlayOut, type TimedFragment } from '../split/play-out.ts';
import { readMp4Facts } from './mp4-facts.ts';

/** Far above the longest buffer at the highest rate that circuits carry. */
const maxBytes = 64 * 2 ** 20;

/** What a publisher sends while its picture keeps its size: one timeline, whatever begins anew within it. */
export class LineReel {
  readonly init: Buffer;
  readonly picture: PictureSize;
  readonly playOut: PlayOut;
  readonly videoTimescale: number;
  readonly #audioTimescale: number;
  /** Of the newest stream. */
  #ids: { readonly video: number; readonly audio: number };

  /** Throws MEDIA_MALFORMED unless it is H.264 with Opus, as `onioncast push` sends it. */
  constructor(init: Buffer, bufferSeconds: number) {
    const facts = factsOf(init);
    this.init = init;
    this.picture = facts.picture;
    this.videoTimescale = facts.video.timescale;
    this.#audioTimescale = facts.audio.timescale;
    this.#ids = { video: facts.video.id, audio: facts.audio.id };
    const { video, audio } = facts;
    this.playOut = new PlayOut({ bufferSeconds, tracks: { video, audio }, maxBytes });
  }

  /** Whether a stream with this init segment can go on here; then it does. Throws as the constructor. */
  goesOnWith(init: Buffer): boolean {
    const { picture, video, audio } = factsOf(init);
    const isSame =
      picture.width === this.picture.width &&
      picture.height === this.picture.height &&
      video.timescale === this.videoTimescale &&
      audio.timescale === this.#audioTimescale;
    if (!isSame) return false;
    this.#ids = { video: video.id, audio: audio.id };
    this.playOut.beginStream();
    return true;
  }

  /** The next fragment. Throws MEDIA_MALFORMED for more than one track in it. */
  push(fragment: Fragment): void {
    const piece = timedFragment(fragment, this.#ids);
    if (piece !== undefined) this.playOut.push(piece);
  }
}

/** A fragment of one track, which is the picture or the sound; undefined for an empty one. Throws MEDIA_MALFORMED for any other. */
export function timedFragment(
  fragment: Fragment,
  ids: { readonly video: number; readonly audio: number },
): TimedFragment | undefined {
  const [track, ...others] = fragment.tracks;
  if (track === undefined || others.length > 0) throw unexpected('A fragment does not hold one track.');
  if (track.samples.length === 0) return undefined;
  const { trackId, decodeTime: start, duration, startsWithSync: keyframe } = track;
  if (trackId !== ids.video && trackId !== ids.audio) throw unexpected('A fragment is of an unknown track.');
  return { fragment, kind: trackId === ids.video ? 'video' : 'audio', keyframe, start, duration };
}

function factsOf(bytes: Buffer) {
  const facts = readMp4Facts(bytes);
  if (facts.kind === 'refused') throw unexpected(facts.message);
  const { tracks } = parseInitSegment(bytes);
  const video = tracks.find(({ id }) => id === facts.videoTrackId);
  const audio = tracks.find(({ codec }) => codec === 'opus');
  if (video === undefined || audio === undefined) throw unexpected('The sound is not Opus.');
  return { picture: facts.picture, video, audio };
}

function unexpected(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `${what} Is the publisher an "onioncast push" of this version?`);
}
