import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { GrowingSegment, type MediaPart, type MediaSegment, type OpenSegment } from './segment.ts';

/** Bounds of one rendition's window. */
export interface MediaWindowLimits {
  /** Length of a segment: it ends with the first starting point at which it is this long, or with one before if the next would come too late. */
  readonly targetSeconds: number;
  /** Length of a part, about: it ends with a starting point near it, else before it would become a tenth longer. */
  readonly partSeconds: number;
  /**
   * How much media is listed and kept: half of it, never less than three target durations (RFC 8216bis 6.2.2), is listed; the rest is for players
   * that still hold an older playlist.
   */
  readonly windowSeconds: number;
  /** What all kept media may take; the oldest goes first, whatever `windowSeconds` says. */
  readonly maxBytes: number;
  /** The first Media Sequence Number, and what Discontinuity Sequence Numbers count from: above all those of earlier starts of the server. */
  readonly firstNumber?: number;
}

/** A keyframe may come a little early (a frame of jitter) without costing the segment another second. */
const toleranceSeconds = 0.1;
/** The Part Target Duration over the length that parts are to have: keyframes come a frame earlier or later. */
const partAllowance = 1.1;
/** Parts are at least so long, but for the last of a segment (RFC 8216bis 4.4.4.9). */
const leastOfPartTarget = 0.85;
const minListedSegments = 3;
const minListedTargets = 3;
/** Durations are rounded to whole seconds before they are compared with the target (RFC 8216bis 4.4.3.1). */
const roundingSeconds = 0.49;
/** What is shorter than half a target duration says nothing about the bit rate (RFC 8216bis 4.1). */
const leastOfTarget = 0.5;

/**
 * The pieces of one rendition as HLS segments and parts: numbers and init ids count up and never come back, also over runs, over the end of a broadcast
 * and, with `firstNumber`, over starts of the server. Buffers are shared with whoever else has them; nothing is copied.
 */
export class MediaWindow {
  readonly #limits: MediaWindowLimits;
  readonly #inits = new Map<number, Buffer>();
  readonly #watchers = new Set<() => void>();
  #segments: MediaSegment[] = [];
  #keptSeconds = 0;
  #keptBytes = 0;
  #open: GrowingSegment | undefined;
  /** What the segments of this run are made of: the kind that decides where they begin and how long they are. */
  #mainKind: Piece['kind'] | undefined;
  #runStartSeconds: number | undefined;
  #lastStartPoint: number | undefined;
  #nextNumber: number;
  #nextInitId: number;
  #run = 0;
  #lastRun: number | undefined;
  #targetDuration: number;
  #partTarget: number;
  #peakBitsPerSecond: number | undefined;
  #hasEnded = false;
  #revision = 0;

  constructor(limits: MediaWindowLimits) {
    this.#limits = limits;
    this.#nextNumber = limits.firstNumber ?? 0;
    this.#nextInitId = this.#nextNumber;
    this.#targetDuration = Math.max(1, Math.round(limits.targetSeconds));
    this.#partTarget = roundUp(limits.partSeconds * partAllowance);
  }

  /**
   * A run begins: the segment under way is finished as it is, and what follows is a discontinuity with an init segment of its own. `run` counts the runs of
   * the broadcast, so that discontinuities have the same numbers in all renditions; one more than before unless given.
   */
  begin(init: RenditionInit, run: number = this.#run + 1): void {
    this.#leaveRun();
    // What comes now is another playlist, for all who saw the end of the last one.
    if (this.#hasEnded) this.#forgetSegments();
    this.#hasEnded = false;
    this.#run = Math.max(run, this.#run);
    this.#inits.set(this.#nextInitId, init.bytes);
    this.#nextInitId += 1;
    this.#mainKind = init.width === undefined ? 'audio' : 'video';
    this.#forgetInits();
    this.#changed();
  }

  /** Takes the next piece of the run. Ignored outside of a run, and before the first keyframe of one. */
  push(piece: Piece): void {
    if (this.#mainKind === undefined) return;
    const isMain = piece.kind === this.#mainKind;
    const hasChanged = isMain && this.#cutBefore(piece);
    const open = this.#open;
    if (open !== undefined) {
      open.add(piece.bytes);
      if (isMain) open.reach(piece.startSeconds + piece.durationSeconds, piece.samples ?? 0);
      this.#bound(open);
    }
    if (hasChanged) this.#changed();
  }

  /** The broadcast is over; players are told so. Another may begin later. Safe to call twice. */
  end(): void {
    this.#leaveRun();
    this.#hasEnded = true;
    this.#changed();
  }

  /** Hears of every change of what a playlist says. Returns what ends that. */
  watch(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => {
      this.#watchers.delete(listener);
    };
  }

  /** Counts the changes of what a playlist says. */
  get revision(): number {
    return this.#revision;
  }

  /** The segments to list, oldest first. */
  get listed(): readonly MediaSegment[] {
    const wanted = Math.max(this.#limits.windowSeconds / 2, minListedTargets * this.#targetDuration);
    let from = this.#segments.length;
    let seconds = 0;
    while (from > 0 && (seconds < wanted - toleranceSeconds || this.#segments.length - from < minListedSegments)) {
      from -= 1;
      seconds += this.#segments[from]?.durationSeconds ?? 0;
    }
    return this.#segments.slice(from);
  }

  /** The segment under way, if something of it has come. */
  get open(): OpenSegment | undefined {
    return this.#open;
  }

  /** What a playlist may promise as the longest segment, in whole seconds. Grows when keyframes are too rare for the target; never shrinks. */
  get targetDuration(): number {
    return this.#targetDuration;
  }

  /** What a playlist may promise as the longest part, in seconds. Grows when pieces are longer than that; never shrinks. */
  get partTarget(): number {
    return this.#partTarget;
  }

  /** Number of the segment that is finished next. */
  get nextNumber(): number {
    return this.#open?.number ?? this.#nextNumber;
  }

  /** True after `end`, until a new run begins. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes of media that are kept, the segment under way included. */
  get keptBytes(): number {
    return this.#keptBytes + (this.#open?.byteLength ?? 0);
  }

  /** Bit rate of the largest segment so far, for its length; absent before the first one that is long enough to tell. */
  get peakBitsPerSecond(): number | undefined {
    return this.#peakBitsPerSecond;
  }

  /** Mean bit rate of what is kept. */
  get averageBitsPerSecond(): number | undefined {
    return this.#peakBitsPerSecond === undefined || this.#keptSeconds === 0
      ? undefined
      : (8 * this.#keptBytes) / this.#keptSeconds;
  }

  /** Frames a second, of the kept segment that has most; absent while nobody counts them, and for sound. */
  get frameRate(): number | undefined {
    if (this.#mainKind !== 'video') return undefined;
    const rates = this.#segments
      .filter((segment) => this.#isTelling(segment) && segment.samples > 0)
      .map(({ samples, durationSeconds }) => samples / durationSeconds);
    return rates.length === 0 ? undefined : Math.max(...rates);
  }

  /** The segment of this number, if it is (still) kept. */
  segment(number: number): MediaSegment | undefined {
    const first = this.#segments[0];
    return first === undefined ? undefined : this.#segments[number - first.number];
  }

  /** A finished part, also of the segment under way. */
  part(number: number, index: number): MediaPart | undefined {
    const parts = this.#open?.number === number ? this.#open.parts : this.segment(number)?.parts;
    return parts?.[index];
  }

  /** Whether this part is the one that is being filled: the one that a playlist hints at. */
  isHinted(number: number, index: number): boolean {
    return this.#open?.number === number && this.#open.parts.length === index;
  }

  /** The init segment of this id, if a kept segment needs it or the run goes on. */
  init(id: number): Buffer | undefined {
    return this.#inits.get(id);
  }

  /** Ends segment or part where this piece of the main kind is to begin a new one. True if something was finished. */
  #cutBefore(piece: Piece): boolean {
    // Sound can be cut anywhere; whether a piece is a starting point of the endless response says nothing here.
    const isStart = piece.kind === 'audio' || piece.keyframe;
    const open = this.#open;
    if (isStart && (open === undefined || this.#endsSegment(open, piece))) {
      this.#openAt(piece.startSeconds);
      return open !== undefined;
    }
    if (isStart) this.#lastStartPoint = piece.startSeconds;
    if (open === undefined || !this.#endsPart(open, piece, isStart)) return false;
    this.#notePart(open.finishPart(piece.startSeconds, isStart));
    return true;
  }

  #endsSegment(open: GrowingSegment, { kind, startSeconds }: Piece): boolean {
    const { targetSeconds } = this.#limits;
    if (kind === 'audio') {
      // By the clock of the run, not by what the last one left over: over hours, sound would get ahead of the picture in numbers.
      return this.#slot(startSeconds) > this.#slot(open.startSeconds);
    }
    const seconds = startSeconds - open.startSeconds;
    if (seconds >= targetSeconds - toleranceSeconds) return true;
    const interval = startSeconds - (this.#lastStartPoint ?? open.startSeconds);
    return seconds + interval > Math.round(targetSeconds) + roundingSeconds;
  }

  #slot(seconds: number): number {
    const { targetSeconds } = this.#limits;
    const sinceRun = seconds - (this.#runStartSeconds ?? seconds) + toleranceSeconds / 2;
    return Math.floor(sinceRun / targetSeconds);
  }

  #endsPart(open: GrowingSegment, piece: Piece, isStart: boolean): boolean {
    if (isStart && open.partSeconds >= leastOfPartTarget * this.#partTarget) return true;
    return open.partSeconds + piece.durationSeconds > this.#partTarget + 1e-6;
  }

  #openAt(startSeconds: number): void {
    this.#finish(startSeconds);
    this.#runStartSeconds ??= startSeconds;
    this.#lastStartPoint = startSeconds;
    const run = this.#run;
    this.#open = new GrowingSegment(
      {
        number: this.#nextNumber,
        initId: this.#nextInitId - 1,
        // The first segment of all continues nothing, and so breaks nothing.
        breaks: run - (this.#lastRun ?? run),
        discontinuity: (this.#limits.firstNumber ?? 0) + run,
      },
      startSeconds,
    );
    this.#nextNumber += 1;
    this.#lastRun = run;
  }

  #leaveRun(): void {
    this.#finish(this.#open?.endSeconds ?? 0);
    this.#mainKind = undefined;
    this.#runStartSeconds = undefined;
    this.#lastStartPoint = undefined;
  }

  #finish(nextSeconds: number): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    this.#notePart(open.finishPart(nextSeconds, true));
    const segment = open.finished(nextSeconds);
    const { durationSeconds, byteLength } = segment;
    this.#segments.push(segment);
    this.#keptSeconds += durationSeconds;
    this.#keptBytes += byteLength;
    this.#targetDuration = Math.max(this.#targetDuration, Math.round(durationSeconds));
    if (this.#isTelling(segment)) {
      this.#peakBitsPerSecond = Math.max(this.#peakBitsPerSecond ?? 0, (8 * byteLength) / durationSeconds);
    }
    this.#trim(0);
  }

  #notePart(durationSeconds: number): void {
    this.#partTarget = Math.max(this.#partTarget, roundUp(durationSeconds));
  }

  #isTelling({ durationSeconds }: MediaSegment): boolean {
    return durationSeconds >= leastOfTarget * this.#limits.targetSeconds;
  }

  /**
   * Makes room for the segment under way; one that is too large by itself is given up until the next keyframe. Its number is not used again, since its
   * parts may have been listed, and numbers in a playlist have no holes: what is older goes with it.
   */
  #bound(open: GrowingSegment): void {
    const isTooLong = open.endSeconds - open.startSeconds > this.#limits.windowSeconds;
    if (isTooLong || open.byteLength > this.#limits.maxBytes) {
      this.#open = undefined;
      this.#forgetSegments();
      this.#changed();
      return;
    }
    this.#trim(open.byteLength);
  }

  #trim(openBytes: number): void {
    // Whatever was listed can be had for as long as the longest playlist that listed it (RFC 8216bis 6.2.2).
    const wanted = Math.max(this.#limits.windowSeconds, (2 * minListedTargets + 1) * this.#targetDuration);
    let drop = 0;
    for (const oldest of this.#segments) {
      const isOld = this.#keptSeconds - oldest.durationSeconds >= wanted;
      if (!isOld && this.#keptBytes + openBytes <= this.#limits.maxBytes) break;
      this.#keptSeconds -= oldest.durationSeconds;
      this.#keptBytes -= oldest.byteLength;
      drop += 1;
    }
    if (drop === 0) return;
    this.#segments = this.#segments.slice(drop);
    this.#forgetInits();
  }

  #forgetSegments(): void {
    this.#segments = [];
    this.#keptSeconds = 0;
    this.#keptBytes = 0;
    this.#forgetInits();
  }

  #forgetInits(): void {
    const oldestNeeded = this.#segments[0]?.initId ?? this.#nextInitId - 1;
    for (const id of this.#inits.keys()) {
      if (id < oldestNeeded) this.#inits.delete(id);
    }
  }

  #changed(): void {
    this.#revision += 1;
    for (const listener of [...this.#watchers]) listener();
  }
}

/** To a millisecond: what stands in a playlist is never less than what it promises about. */
function roundUp(seconds: number): number {
  return Math.ceil(seconds * 1000 - 1e-6) / 1000;
}
