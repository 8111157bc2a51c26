import { Readable } from 'node:stream';

/** Bounds of a feed in bytes: what is kept for the next reader, and what may wait for a reader that does not read. */
export interface MediaFeedLimits {
  readonly maxKeptBytes: number;
  readonly maxWaitingBytes: number;
}

/** 8 MB are more than ten seconds at 6 Mbit/s. */
export const mediaFeedLimits: MediaFeedLimits = { maxKeptBytes: 8 * 2 ** 20, maxWaitingBytes: 8 * 2 ** 20 };

/**
 * Carries media from a publisher to the newest reader: a head, then everything from a keyframe on. The media since the last keyframe is kept, so that
 * a restarted encoder has a picture at once. A reader that does not keep up loses media up to the next keyframe; nothing ever waits.
 */
export class MediaFeed {
  readonly #limits: MediaFeedLimits;
  #head: Buffer | undefined;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #reader: FeedReader | undefined;
  #ended = false;
  #dropped = 0;

  constructor(limits: MediaFeedLimits = mediaFeedLimits) {
    this.#limits = limits;
  }

  /** How many writes the readers have lost. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What every reader gets first. With a head that differs from the last one, media starts anew: see `restart`. */
  setHead(head: Buffer): void {
    if (this.#head?.equals(head)) return;
    if (this.#head !== undefined) this.restart();
    this.#head = head;
    if (this.#reader !== undefined && this.#kept.length > 0) this.#start(this.#reader);
  }

  /** Ends the reader and forgets what was kept: what comes next does not continue what came before. The next reader starts at a keyframe. */
  restart(): void {
    this.#finishReader();
    this.#forget();
  }

  /** `keyframe`: a reader may start with these bytes. They belong to the feed from now on. */
  write(bytes: Buffer, { keyframe }: { keyframe: boolean }): void {
    if (this.#ended) return;
    this.#keep(bytes, keyframe);
    const reader = this.#reader;
    if (reader === undefined || reader.destroyed) return;
    if (!reader.started) {
      if (keyframe) this.#start(reader);
      return;
    }
    if (!reader.offer(bytes, keyframe)) this.#dropped += 1;
  }

  /** A stream for one reader; the one before it ends. After `end` it is empty. */
  open(): Readable {
    this.#finishReader();
    const reader = new FeedReader(this.#limits.maxWaitingBytes);
    if (this.#ended) {
      reader.finish();
      return reader;
    }
    this.#reader = reader;
    if (this.#kept.length > 0) this.#start(reader);
    return reader;
  }

  /** The publisher is gone: the reader gets what is on its way, then the end. */
  end(): void {
    this.#ended = true;
    this.restart();
  }

  #start(reader: FeedReader): void {
    if (this.#head === undefined) return;
    reader.start(this.#head, this.#kept);
  }

  #keep(bytes: Buffer, keyframe: boolean): void {
    if (keyframe) this.#forget();
    else if (this.#kept.length === 0) return;
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > this.#limits.maxKeptBytes) this.#forget();
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #finishReader(): void {
    this.#reader?.finish();
    this.#reader = undefined;
  }
}

class FeedReader extends Readable {
  readonly #maxWaitingBytes: number;
  #started = false;
  /** Lost something: what follows cannot be decoded before the next keyframe. */
  #skipping = false;

  constructor(maxWaitingBytes: number) {
    super({ highWaterMark: maxWaitingBytes });
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  get started(): boolean {
    return this.#started;
  }

  override _read(): void {
    // Media comes when the publisher sends it.
  }

  start(head: Buffer, media: readonly Buffer[]): void {
    this.#started = true;
    for (const bytes of [head, ...media]) this.push(bytes);
  }

  /** False if the bytes were dropped. */
  offer(bytes: Buffer, keyframe: boolean): boolean {
    const fits = this.readableLength + bytes.length <= this.#maxWaitingBytes;
    if (!fits || (this.#skipping && !keyframe)) {
      this.#skipping = true;
      return false;
    }
    this.#skipping = false;
    this.push(bytes);
    return true;
  }

  finish(): void {
    if (!this.destroyed) this.push(null);
  }
}
