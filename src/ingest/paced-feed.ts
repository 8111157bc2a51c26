import type { IngestClock } from './ingest-clock.ts';

/** A stretch of media with its place on the writer's timeline. */
export interface TimedPiece {
  readonly bytes: Buffer;
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** A reader may start with this piece. */
  readonly keyframe: boolean;
}

/** Where paced media goes. */
export interface PacedListener {
  onPiece(piece: TimedPiece): void;
  /** The next piece does not continue the last one. */
  onGap(): void;
  /** Everything has been handed out. */
  onEmpty(): void;
}

interface QueuedPiece {
  readonly piece: TimedPiece;
  readonly dueMs: number;
  readonly afterGap: boolean;
}

/** Segments whose borders differ by less than this follow each other. */
const continuitySeconds = 1;

/**
 * Hands media out at the pace at which it was made, though it arrives a segment at a time. An encoder behind it sees a live source.
 * If a segment comes late, everything after it is late by as much, so that the pace is even again and stays so.
 */
export class PacedFeed {
  readonly #clock: IngestClock;
  readonly #listener: PacedListener;
  #queue: QueuedPiece[] = [];
  /** Media time `mediaSeconds` is due at `atMs`. */
  #anchor = { atMs: 0, mediaSeconds: 0 };
  #endSeconds: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: IngestClock, listener: PacedListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Seconds of media that wait. */
  get backlogSeconds(): number {
    if (this.#endSeconds === undefined || this.#queue.length === 0) return 0;
    return Math.max(0, (this.#dueMs(this.#endSeconds) - this.#clock.now()) / 1000);
  }

  /** Begins: media time `mediaSeconds` is due now, what lies before it at once. */
  begin(pieces: readonly TimedPiece[], mediaSeconds: number): void {
    this.#anchor = { atMs: this.#clock.now(), mediaSeconds };
    this.#add(pieces, false);
  }

  /** The next segment. Its pieces are in the order in which they are to be handed out. */
  add(pieces: readonly TimedPiece[]): void {
    const first = pieces[0];
    if (first === undefined) return;
    const now = this.#clock.now();
    const expected = this.#endSeconds ?? first.startSeconds;
    const afterGap = Math.abs(first.startSeconds - expected) > continuitySeconds;
    if (afterGap) this.#anchor = { atMs: Math.max(now, this.#dueMs(expected)), mediaSeconds: first.startSeconds };
    const lateMs = now - this.#dueMs(first.startSeconds);
    if (this.#queue.length === 0 && lateMs > 0) this.#anchor = { ...this.#anchor, atMs: this.#anchor.atMs + lateMs };
    this.#add(pieces, afterGap);
  }

  /** Drops what waits, to go on with `pieces` now: we have fallen behind. */
  skipTo(pieces: readonly TimedPiece[]): void {
    this.#queue = [];
    this.#anchor = { atMs: this.#clock.now(), mediaSeconds: pieces[0]?.startSeconds ?? 0 };
    this.#add(pieces, true);
  }

  /** Nothing is handed out any more. Safe to call twice. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#queue = [];
  }

  #add(pieces: readonly TimedPiece[], afterGap: boolean): void {
    for (const [index, piece] of pieces.entries()) {
      this.#queue.push({ piece, dueMs: this.#dueMs(piece.startSeconds), afterGap: afterGap && index === 0 });
    }
    const ends = pieces.map((piece) => piece.startSeconds + piece.durationSeconds);
    this.#endSeconds = ends.reduce((latest, end) => Math.max(latest, end), Number.NEGATIVE_INFINITY);
    this.#handOut();
  }

  #handOut(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    let due = 0;
    for (const { piece, dueMs, afterGap } of this.#queue) {
      if (dueMs > now) break;
      due += 1;
      if (afterGap) this.#listener.onGap();
      this.#listener.onPiece(piece);
    }
    this.#queue.splice(0, due);
    const next = this.#queue[0];
    if (next === undefined) this.#listener.onEmpty();
    else this.#cancelTimer = this.#clock.setTimer(Math.max(1, next.dueMs - now), () => this.#handOut());
  }

  #dueMs(mediaSeconds: number): number {
    return this.#anchor.atMs + (mediaSeconds - this.#anchor.mediaSeconds) * 1000;
  }
}
