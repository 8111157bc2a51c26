import { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { chunkPayload } from '../live/chunked.ts';
import type { FanOut, Sink } from '../live/fan-out.ts';
import { parseFragment } from '../mp4/fragment.ts';
import { type InitSegment, parseInitSegment, singleTrackInit } from '../mp4/init-segment.ts';

/** What may wait for an encoder that does not keep up: several seconds of what is worth encoding again. */
const maxWaitingBytes = 512 * 1024;

/**
 * The picture of a rendition for another encoder, from its latest keyframe on, as fragmented MP4; the sound goes to `onSound` as it is: first its init
 * segment, then its fragments. Ends when the rendition is re-synced, or when the reader does not keep up: whoever opens another tap then begins at a
 * keyframe again.
 */
export class PictureTap extends Readable implements Sink {
  readonly #onSound: (bytes: Buffer) => void;
  readonly #unsubscribe: () => void;
  #tracks: InitSegment['tracks'] | undefined;
  #soundId: number | undefined;
  #isOver = false;

  constructor(fanOut: FanOut, onSound: (bytes: Buffer) => void) {
    super({ highWaterMark: maxWaitingBytes });
    this.#onSound = onSound;
    this.#unsubscribe = fanOut.subscribe(this, 'keyframe');
  }

  override _read(): void {
    // Media comes when it has been encoded.
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#unsubscribe();
    done(error);
  }

  write(framed: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#take(chunkPayload(framed));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.end();
    }
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(null);
  }

  #take(bytes: Buffer): void {
    if (this.#tracks === undefined) this.#begin(parseInitSegment(bytes));
    else if (this.#isSound(bytes)) this.#onSound(bytes);
    else if (this.readableLength + bytes.length > maxWaitingBytes) this.end();
    else this.push(bytes);
  }

  #begin(init: InitSegment): void {
    this.#tracks = init.tracks;
    for (const { id, kind } of init.tracks) {
      const alone = singleTrackInit(init, id).bytes;
      if (kind === 'video') this.push(alone);
      else this.#onSound(alone);
      if (kind === 'audio') this.#soundId = id;
    }
  }

  #isSound(bytes: Buffer): boolean {
    return parseFragment(bytes, this.#tracks ?? []).tracks.some(({ trackId }) => trackId === this.#soundId);
  }
}
