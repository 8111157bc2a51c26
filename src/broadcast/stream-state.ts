/**
 * What viewers are told about the stream.
 * offline: nothing has been broadcast yet, or nothing is meant to be.
 * starting: a source is there, no picture yet.
 * live: pieces are flowing.
 * interrupted: it was live and the source or the encoder is gone; we expect it back.
 * ended: the broadcaster stopped, or the wait was in vain.
 */
export type StreamState = 'offline' | 'starting' | 'live' | 'interrupted' | 'ended';

/** What can stand in for a broadcast. */
export type StandIn = 'test-card' | 'slate';

/** The state in whose words people are told of the stream, which fit what they see: what stands in for a broadcast is played like one, and is none. */
export function toldState({ state, standIn }: Pick<StreamSnapshot, 'state' | 'standIn'>): StreamState {
  if (state !== 'live' || standIn === undefined) return state;
  return standIn === 'test-card' ? 'offline' : 'interrupted';
}

/** The public facts of the stream at one moment; all that pages, events and playlists may know. */
export interface StreamSnapshot {
  readonly state: StreamState;
  /** Seconds of the interruption, whole; 0 in any other state, whose beginning is nobody's business. */
  readonly stateSeconds: number;
  /** Seconds since the broadcast went live, whole; absent when there is none. Survives an interruption. */
  readonly uptimeSeconds?: number;
  readonly title: string;
  /** People who are receiving the stream. */
  readonly viewers: number;
  /** True while nobody new is let in: as many are watching as the operator allows. */
  readonly isFull?: boolean;
  /** What is played in place of the broadcast while the state is `live`: a test card before the first publisher, a slate while the publisher is away. */
  readonly standIn?: StandIn;
  /** Renditions that can be played now, `inOrder` (renditions.ts): H.264 from the best down, then VP9 likewise, `audio` last. */
  readonly renditions: readonly RenditionInfo[];
  /** Counts the encoder runs: a change means that players must take a new init segment. */
  readonly run: number;
  /** How far back viewers can go at this moment, rounded down to ten seconds; absent where nobody may. */
  readonly rewindSeconds?: number;
}

/** A rendition as offered to viewers. */
export interface RenditionInfo {
  /** `360p`, `360p-vp9`; `source` is the publisher's own picture, `audio` the sound alone. */
  readonly name: string;
  /** Of the picture; `none` if there is no picture. */
  readonly codec: 'h264' | 'vp9' | 'none';
  /** MIME type with codecs, see `mimeTypeOf`. */
  readonly mimeType: string;
  /** The same for the picture alone, which is sent to those who watch without sound; absent in a rendition without picture. */
  readonly pictureMimeType?: string;
  readonly width?: number;
  readonly height?: number;
  /** What a viewer must be able to receive, in bits per second, audio included. */
  readonly bandwidth: number;
  /** It is made slower than it plays at the moment: what viewers miss is no fault of their connection. */
  readonly isLate?: true;
}
