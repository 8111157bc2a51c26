import type { Piece, RenditionInit } from '../mp4/piece.ts';

/** Bounds of one rendition's window. */
export interface MediaWindowLimits {
  /** Length of a segment: it ends with the first starting point at which it is this long. */
  readonly targetSeconds: number;
  /**
   * How much media is kept. The newer half is listed (never less than three segments, RFC 8216bis 6.2.2); the rest is for players that still
   * hold an older playlist.
   */
  readonly windowSeconds: number;
  /** What all kept media may take; the oldest goes first, whatever `windowSeconds` says. */
  readonly maxBytes: number;
}

/** A finished segment. */
export interface MediaSegment {
  /** Media sequence number; also its name. */
  readonly number: number;
  /** The init segment that it needs. */
  readonly initId: number;
  readonly durationSeconds: number;
  /** It does not continue the segment before it: EXT-X-DISCONTINUITY stands in front of it. */
  readonly isDiscontinuity: boolean;
  /** How many discontinuities there have been, its own included. */
  readonly discontinuities: number;
  /** The body: shared buffers, to be sent one after the other. */
  readonly pieces: readonly Buffer[];
  readonly byteLength: number;
}

interface OpenSegment {
  readonly startSeconds: number;
  endSeconds: number;
  readonly pieces: Buffer[];
  byteLength: number;
}

/** A keyframe may come a little early (a frame of jitter) without costing the segment another second. */
const toleranceSeconds = 0.1;
const minListedSegments = 3;

/**
 * The pieces of one rendition as HLS segments: numbers and init ids count up from 0 and never come back, also over runs and over the end of a broadcast.
 * Buffers are shared with whoever else has them; nothing is copied.
 */
export class MediaWindow {
  readonly #limits: MediaWindowLimits;
  readonly #inits = new Map<number, Buffer>();
  #segments: MediaSegment[] = [];
  #keptSeconds = 0;
  #keptBytes = 0;
  #open: OpenSegment | undefined;
  /** What the segments of this run are made of: the kind that decides where they begin and how long they are. */
  #mainKind: Piece['kind'] | undefined;
  #nextNumber = 0;
  #nextInitId = 0;
  #discontinuities = 0;
  #isBroken = false;
  #targetDuration: number;
  #hasEnded = false;

  constructor(limits: MediaWindowLimits) {
    this.#limits = limits;
    this.#targetDuration = Math.max(1, Math.round(limits.targetSeconds));
  }

  /** A run begins: the segment under way is finished as it is, and what follows is a discontinuity with an init segment of its own. */
  begin(init: RenditionInit): void {
    this.#leaveRun();
    this.#inits.set(this.#nextInitId, init.bytes);
    this.#nextInitId += 1;
    this.#mainKind = init.width === undefined ? 'audio' : 'video';
    this.#hasEnded = false;
    this.#forgetInits();
  }

  /** Takes the next piece of the run. Ignored outside of a run, and before the first keyframe of one. */
  push(piece: Piece): void {
    if (this.#mainKind === undefined) return;
    const isMain = piece.kind === this.#mainKind;
    if (isMain && this.#isStart(piece)) this.#openAt(piece.startSeconds);
    const open = this.#open;
    if (open === undefined) return;
    open.pieces.push(piece.bytes);
    open.byteLength += piece.bytes.length;
    if (isMain) open.endSeconds = piece.startSeconds + piece.durationSeconds;
    this.#bound(open);
  }

  /** The broadcast is over; players are told so. Another may begin later. Safe to call twice. */
  end(): void {
    this.#leaveRun();
    this.#hasEnded = true;
  }

  /** The segments to list, oldest first. */
  get listed(): readonly MediaSegment[] {
    const wanted = Math.max(this.#limits.windowSeconds / 2, minListedSegments * this.#limits.targetSeconds);
    let from = this.#segments.length;
    let seconds = 0;
    while (from > 0 && (seconds < wanted - toleranceSeconds || this.#segments.length - from < minListedSegments)) {
      from -= 1;
      seconds += this.#segments[from]?.durationSeconds ?? 0;
    }
    return this.#segments.slice(from);
  }

  /** What a playlist may promise as the longest segment, in whole seconds. Grows when keyframes are too rare for the target; never shrinks. */
  get targetDuration(): number {
    return this.#targetDuration;
  }

  /** Number of the first segment of an empty playlist. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** True after `end`, until a new run begins. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes of media that are kept, the segment under way included. */
  get keptBytes(): number {
    return this.#keptBytes + (this.#open?.byteLength ?? 0);
  }

  /** The segment of this number, if it is (still) kept. */
  segment(number: number): MediaSegment | undefined {
    const first = this.#segments[0];
    return first === undefined ? undefined : this.#segments[number - first.number];
  }

  /** The init segment of this id, if a kept segment needs it or the run goes on. */
  init(id: number): Buffer | undefined {
    return this.#inits.get(id);
  }

  #isStart(piece: Piece): boolean {
    // Sound can be cut anywhere; whether a piece is a starting point of the endless response says nothing here.
    if (piece.kind === 'video' && !piece.keyframe) return false;
    if (this.#open === undefined) return true;
    return piece.startSeconds - this.#open.startSeconds >= this.#limits.targetSeconds - toleranceSeconds;
  }

  #openAt(startSeconds: number): void {
    this.#finish(startSeconds);
    this.#open = { startSeconds, endSeconds: startSeconds, pieces: [], byteLength: 0 };
  }

  #leaveRun(): void {
    this.#finish(this.#open?.endSeconds ?? 0);
    this.#mainKind = undefined;
    this.#isBroken = true;
  }

  #finish(endSeconds: number): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    // The first segment of all continues nothing, and so breaks nothing.
    const isDiscontinuity = this.#isBroken && this.#nextNumber > 0;
    this.#isBroken = false;
    if (isDiscontinuity) this.#discontinuities += 1;
    const durationSeconds = endSeconds - open.startSeconds;
    this.#segments.push({
      number: this.#nextNumber,
      initId: this.#nextInitId - 1,
      durationSeconds,
      isDiscontinuity,
      discontinuities: this.#discontinuities,
      pieces: open.pieces,
      byteLength: open.byteLength,
    });
    this.#nextNumber += 1;
    this.#keptSeconds += durationSeconds;
    this.#keptBytes += open.byteLength;
    this.#targetDuration = Math.max(this.#targetDuration, Math.round(durationSeconds));
    this.#trim(0);
  }

  /** Makes room for the segment under way; one that is too large by itself is given up until the next keyframe. */
  #bound(open: OpenSegment): void {
    const isTooLong = open.endSeconds - open.startSeconds > this.#limits.windowSeconds;
    if (isTooLong || open.byteLength > this.#limits.maxBytes) {
      this.#open = undefined;
      this.#isBroken = true;
      return;
    }
    this.#trim(open.byteLength);
  }

  #trim(openBytes: number): void {
    let drop = 0;
    for (const oldest of this.#segments) {
      const isOld = this.#keptSeconds - oldest.durationSeconds >= this.#limits.windowSeconds;
      if (!isOld && this.#keptBytes + openBytes <= this.#limits.maxBytes) break;
      this.#keptSeconds -= oldest.durationSeconds;
      this.#keptBytes -= oldest.byteLength;
      drop += 1;
    }
    if (drop === 0) return;
    this.#segments = this.#segments.slice(drop);
    this.#forgetInits();
  }

  #forgetInits(): void {
    const oldestNeeded = this.#segments[0]?.initId ?? this.#nextInitId - 1;
    for (const id of this.#inits.keys()) {
      if (id < oldestNeeded) this.#inits.delete(id);
    }
  }
}
