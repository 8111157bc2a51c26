/**
 * One piece of live media: a movie fragment (moof + mdat, ISO/IEC 14496-12 8.8), or a few of them, ready to send.
 * Made once, shared by every response, changed by nobody.
 */
export interface Piece {
  readonly bytes: Buffer;
  readonly kind: 'video' | 'audio';
  /** The first sample is a sync sample: a viewer may start here. Audio pieces are never a starting point of a rendition with video. */
  readonly keyframe: boolean;
  /** Place on the broadcast's timeline, which starts at 0 with the broadcast and never goes back. */
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** How many frames, or packets of sound; absent where nobody counted. */
  readonly samples?: number;
}

/** What a player must have before the first piece: the init segment of a rendition and how to declare it. */
export interface RenditionInit {
  /** ftyp + moov, scrubbed of everything that tells which program or machine wrote it. */
  readonly bytes: Buffer;
  /** The same for the picture alone: its video pieces can be played without the sound. Absent in an audio-only rendition. */
  readonly pictureBytes?: Buffer;
  /** RFC 6381 names, video first: `['avc1.4d401e', 'opus']`. */
  readonly codecs: readonly string[];
  /** Absent in an audio-only rendition. */
  readonly width?: number;
  readonly height?: number;
}

/** How to declare the picture alone of a rendition that has one. */
export function pictureMimeTypeOf(init: RenditionInit): string {
  return mimeTypeOf({ ...init, codecs: init.codecs.slice(0, 1) });
}

/**
 * `video/mp4; codecs="avc1.4d401e,opus"`, as `type` of a source element or for MediaSource. Sound alone is declared as `video/mp4`, too: a Firefox without
 * FFmpeg's libraries takes Opus in that, and nothing in `audio/mp4`.
 */
export function mimeTypeOf(init: Pick<RenditionInit, 'codecs'>): string {
  return `video/mp4; codecs="${init.codecs.join(',')}"`;
}
