import type { Place } from './handshake.ts';
import type { Piece } from '../mp4/piece.ts';

/** Bytes to send, all of one stream. */
export interface Stretch extends Place {
  readonly bytes: Buffer;
}

export interface BacklogLimits {
  readonly maxSeconds: number;
  readonly maxBytes: number;
}

interface Chunk {
  readonly stream: number;
  readonly offset: number;
  readonly bytes: Buffer;
  /** A stream may begin with it, behind its init segment. */
  readonly keyframe: boolean;
  /** On the broadcast's timeline; absent for an init segment. */
  readonly startSeconds?: number;
}

/**
 * What a publisher has and the server has not acknowledged. A stream is an init segment and what follows it without a gap; when more waits than is any use, all
 * but the newest keyframe and what is behind it goes, and that begins another stream.
 */
export class Backlog {
  #limits: BacklogLimits;
  #chunks: Chunk[] = [];
  #bytes = 0;
  #init: Buffer | undefined;
  /** Of the newest stream. */
  #stream = 0;
  #endOffset = 0;
  #endSeconds = 0;
  /** What goes out next. */
  #cursor: Place = { stream: 0, offset: 0 };
  #awaitsKeyframe = false;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  /** From now on. */
  setMaxSeconds(maxSeconds: number): void {
    this.#limits = { ...this.#limits, maxSeconds };
  }

  /** How much media has not been sent. */
  get waitingSeconds(): number {
    const first = this.#chunks.find(
      (chunk) => chunk.startSeconds !== undefined && isBefore(this.#cursor, endOf(chunk)),
    );
    return first?.startSeconds === undefined ? 0 : Math.max(0, this.#endSeconds - first.startSeconds);
  }

  /** Another stream begins; what waits of the one before is sent first. */
  begin(init: Buffer): void {
    this.#init = init;
    this.#awaitsKeyframe = true;
    this.#open();
  }

  /** The next piece of the stream. Whatever comes before its first keyframe is left out. */
  push({ bytes, keyframe, kind, startSeconds, durationSeconds }: Piece): void {
    if (this.#init === undefined) return;
    const isStart = keyframe && kind === 'video';
    if (this.#awaitsKeyframe && !isStart) return;
    this.#awaitsKeyframe = false;
    this.#add({ bytes, keyframe: isStart, startSeconds });
    this.#endSeconds = Math.max(this.#endSeconds, startSeconds + durationSeconds);
    const oldest = this.#chunks.find((chunk) => chunk.startSeconds !== undefined)?.startSeconds ?? startSeconds;
    const { maxSeconds, maxBytes } = this.#limits;
    if (this.#endSeconds - oldest > maxSeconds || this.#bytes > maxBytes) this.skipToLatest();
  }

  /** Takes at most so many bytes, of one stream; undefined while there are none. */
  take(maxBytes: number): Stretch | undefined {
    const parts: Buffer[] = [];
    let missing = maxBytes;
    let from: Place | undefined;
    for (const chunk of this.#chunks) {
      if (missing === 0) break;
      if (!isBefore(this.#cursor, endOf(chunk))) continue;
      if (from !== undefined && chunk.stream !== from.stream) break;
      if (chunk.stream !== this.#cursor.stream) this.#cursor = { stream: chunk.stream, offset: 0 };
      from ??= this.#cursor;
      const part = chunk.bytes.subarray(this.#cursor.offset - chunk.offset).subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      this.#cursor = { stream: chunk.stream, offset: this.#cursor.offset + part.length };
    }
    return from === undefined ? undefined : { ...from, bytes: Buffer.concat(parts) };
  }

  /** Everything up to there has been received. False for a place that was never sent. */
  acknowledge(place: Place): boolean {
    if (isBefore(this.#cursor, place)) return false;
    const kept = this.#chunks.findIndex((chunk) => isBefore(place, endOf(chunk)));
    const gone = this.#chunks.splice(0, kept === -1 ? this.#chunks.length : kept);
    this.#bytes -= gone.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return true;
  }

  /** Goes back to what the server lacks, if it is kept; else on from the newest keyframe. */
  resume(place: Place): void {
    const [first] = this.#chunks;
    const oldest = first ?? { stream: this.#stream, offset: this.#endOffset };
    const follows = first !== undefined && first.stream > place.stream && first.offset === 0;
    if (this.acknowledge(place) && (follows || !isBefore(place, oldest))) this.#cursor = place;
    else this.skipToLatest();
  }

  /** Throws away what is older than the newest keyframe, which begins another stream. */
  skipToLatest(): void {
    const at = this.#chunks.findLastIndex(({ keyframe }) => keyframe);
    const kept = at === -1 ? [] : this.#chunks.slice(at);
    this.#awaitsKeyframe = at === -1;
    this.#chunks = [];
    this.#bytes = 0;
    if (this.#init === undefined) return;
    // One group of pictures that is beyond all limits by itself is no use either.
    const { maxSeconds, maxBytes } = this.#limits;
    const size = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isTooLong = this.#endSeconds - (kept[0]?.startSeconds ?? this.#endSeconds) > maxSeconds;
    this.#open();
    if (isTooLong || size > maxBytes) this.#awaitsKeyframe = true;
    else for (const chunk of kept) this.#add(chunk);
    this.#cursor = { stream: this.#stream, offset: 0 };
  }

  /** The broadcast is over: what waits is still sent, and nothing more is taken until the next `begin`. */
  finish(): void {
    this.#init = undefined;
  }

  #open(): void {
    if (this.#init === undefined) return;
    this.#stream += 1;
    this.#endOffset = 0;
    this.#add({ bytes: this.#init, keyframe: false });
  }

  #add(chunk: Pick<Chunk, 'bytes' | 'keyframe' | 'startSeconds'>): void {
    const { bytes, keyframe, startSeconds } = chunk;
    const place = { stream: this.#stream, offset: this.#endOffset };
    this.#chunks.push({ ...place, bytes, keyframe, ...(startSeconds !== undefined && { startSeconds }) });
    this.#endOffset += bytes.length;
    this.#bytes += bytes.length;
  }
}

function endOf({ stream, offset, bytes }: Chunk): Place {
  return { stream, offset: offset + bytes.length };
}

/** Whether one place comes before another. */
function isBefore(one: Place, other: Place): boolean {
  return one.stream < other.stream || (one.stream === other.stream && one.offset < other.offset);
}
