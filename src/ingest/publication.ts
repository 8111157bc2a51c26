import type { Readable } from 'node:stream';
import type { PictureSize } from '../encoder/encoder-types.ts';
import type { PassthroughVerdict } from './passthrough-gauge.ts';

/** A publisher who has shown the right key and sends media. */
export interface Publication {
  /** For the operator's eyes: `rtmp`, `push`, `directory`, `line` (an `onioncast push` elsewhere). */
  readonly kind: 'rtmp' | 'push' | 'directory' | 'line';
  readonly format: 'flv' | 'mp4';
  readonly hasAudio: boolean;
  /** How large the picture is; may change with what is sent. Absent if that is not known. */
  readonly picture?: PictureSize | undefined;
  /** Whether the picture could be passed on as it is; may change with what is sent. Absent where that is not asked. */
  readonly passthrough?: PassthroughVerdict | undefined;
  /** Nothing is left of what the publisher has sent: what comes at this moment is a slate. Absent where there is none. */
  readonly isSlate?: boolean;
  /** By the publisher's own account (`start.txt`), Unix milliseconds. */
  readonly startedAtMs?: number;
  /**
   * Media from the beginning of a decodable stream: headers first, then from the next keyframe on. May be called again after the reader was
   * destroyed (the encoder restarts); only the newest reader is fed. Bounded: a reader that does not read loses media, never memory.
   */
  open(): Readable;
}

/** Who decides whether a publisher may go live. One publisher at a time. */
export interface PublisherGate {
  /** Takes the publication on air, or says that somebody else is. */
  begin(publication: Publication): 'accepted' | 'busy';
  /** The publisher is gone. Safe to call twice; ignored for one that was not accepted. */
  end(publication: Publication): void;
}
