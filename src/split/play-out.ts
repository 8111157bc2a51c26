import { type Fragment, placeFragment } from '../mp4/fragment.ts';

/** A fragment of one track. Times are in ticks of the track. */
export interface TimedFragment {
  readonly fragment: Fragment;
  readonly kind: TrackKind;
  readonly keyframe: boolean;
  readonly start: number;
  readonly duration: number;
}

export type TrackKind = 'video' | 'audio';

/** A loop that stands in for the picture; its picture begins with a keyframe. In ticks of the same tracks. */
export interface Slate {
  readonly video: readonly [TimedFragment, ...TimedFragment[]];
  readonly audio: readonly [TimedFragment, ...TimedFragment[]];
}

/** What is to be decoded now. */
export interface PlayedFragment {
  readonly bytes: Buffer;
  readonly keyframe: boolean;
}

export interface PlayOutOptions {
  readonly bufferSeconds: number;
  /** Ticks per second, and track ids, of what goes out. */
  readonly tracks: Readonly<Record<TrackKind, { readonly id: number; readonly timescale: number }>>;
  readonly maxBytes: number;
}

/** filling: gathering what is to be held back. playing: what came is played. slate: there is nothing, and something else is shown. */
export type PlayOutState = 'filling' | 'playing' | 'slate';

/** What must be late before something else is shown, and what may be there more than the buffer holds. */
const lateSeconds = 1;
const surplusSeconds = 15;
/** Two pieces of one stream are no further apart. */
const continuitySeconds = 1;
/** After a longer rest (a machine that slept) nothing is made up for. */
const maxCatchUpSeconds = 5;

interface Queued extends TimedFragment {
  /** The first of a stream: its time has nothing to do with what came before. */
  readonly isFirst: boolean;
}

/**
 * Plays what arrives, held back by a buffer, on one timeline that never stops and never goes back: a cut that is shorter than what is buffered is not seen, a
 * longer one shows a slate, and what comes from a publisher who has begun anew is put behind what was there. No clock: milliseconds come as arguments.
 */
export class PlayOut {
  readonly #options: PlayOutOptions;
  #slate: Slate | undefined;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #state: PlayOutState = 'filling';
  #beginsAnew = true;
  /** When second 0 of the timeline is due. */
  #originMs = 0;
  /** How far each track has been played, in ticks of its own, and how far it is shifted. */
  readonly #end: Record<TrackKind, number> = { video: 0, audio: 0 };
  readonly #shift: Record<TrackKind, number> = { video: 0, audio: 0 };
  readonly #nextOfSlate: Record<TrackKind, number> = { video: 0, audio: 0 };

  constructor(options: PlayOutOptions) {
    this.#options = options;
  }

  get state(): PlayOutState {
    return this.#state;
  }

  /** Seconds of picture that wait to be played. */
  get bufferedSeconds(): number {
    const ticks = this.#queue.reduce((sum, { kind, duration }) => (kind === 'video' ? sum + duration : sum), 0);
    return ticks / this.#options.tracks.video.timescale;
  }

  /** As much as is to be held back has come. */
  get isFull(): boolean {
    return this.#startIndex() !== undefined;
  }

  setSlate(slate: Slate): void {
    this.#slate = slate;
  }

  /** What comes next does not continue what came before. That is still played, unless the slate was shown after it: then its time is over. */
  beginStream(): void {
    if (this.#state === 'playing') this.#beginsAnew = true;
    else this.clear();
  }

  push(piece: TimedFragment): void {
    const isStart = piece.kind === 'video' && piece.keyframe;
    if (this.#beginsAnew && !isStart) return;
    this.#queue.push({ ...piece, isFirst: this.#beginsAnew });
    this.#queuedBytes += piece.fragment.bytes.length;
    this.#beginsAnew = false;
    const isTooMuch = this.bufferedSeconds > this.#options.bufferSeconds + surplusSeconds;
    // Before it is played, only the newest is worth keeping.
    if (this.#state !== 'playing' || isTooMuch) this.#dropOld();
    if (this.#queuedBytes > this.#options.maxBytes) this.clear();
  }

  /** Throws away what waits; the next stream begins with a keyframe. */
  clear(): void {
    this.#drop(this.#queue.length);
    this.#beginsAnew = true;
  }

  /** Begins to play; `isFull` must hold. */
  start(nowMs: number): void {
    this.#originMs = nowMs;
    this.#state = 'playing';
  }

  /** What is due. Call it several times a second. */
  take(nowMs: number): PlayedFragment[] {
    if (this.#state === 'filling') return [];
    const rested = this.#positionAt(nowMs) - this.#endSeconds('video');
    if (rested > maxCatchUpSeconds) this.#originMs += (rested - lateSeconds) * 1000;
    const position = this.#positionAt(nowMs);
    const played: PlayedFragment[] = [];
    if (this.#state === 'slate' && this.isFull) {
      this.#dropOld();
      this.#state = 'playing';
    }
    if (this.#state === 'playing') this.#playQueue(position, played);
    const isLate = this.#queue.length === 0 && position - this.#endSeconds('video') > lateSeconds;
    if (this.#state === 'playing' && isLate) {
      this.#state = 'slate';
      this.#nextOfSlate.video = 0;
      this.#nextOfSlate.audio = 0;
    }
    if (this.#state === 'slate') this.#playSlate(position, played);
    return played;
  }

  #playQueue(position: number, played: PlayedFragment[]): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#isNewPlace(next)) this.#shiftTo(next);
      const start = next.start + this.#shift[next.kind];
      if (start / this.#timescale(next.kind) > position) return;
      this.#drop(1);
      // Sound from before the picture that begins here, or what a publisher's clock has done twice.
      if (start >= this.#end[next.kind]) played.push(this.#place(next, this.#shift[next.kind]));
    }
  }

  /** A stream begins, or its times have jumped at a keyframe. */
  #isNewPlace({ isFirst, kind, keyframe, start }: Queued): boolean {
    if (isFirst) return true;
    const jump = (start + this.#shift[kind] - this.#end[kind]) / this.#timescale(kind);
    return kind === 'video' && keyframe && Math.abs(jump) > continuitySeconds;
  }

  #shiftTo({ start }: Queued): void {
    const { video, audio } = this.#options.tracks;
    this.#shift.video = this.#end.video - start;
    // The same moment in ticks of the other track.
    this.#shift.audio = Math.round((this.#shift.video / video.timescale) * audio.timescale);
  }

  #playSlate(position: number, played: PlayedFragment[]): void {
    const slate = this.#slate;
    if (slate === undefined) return;
    for (;;) {
      const kind = this.#endSeconds('audio') < this.#endSeconds('video') ? 'audio' : 'video';
      if (this.#endSeconds(kind) > position) return;
      const index = this.#nextOfSlate[kind];
      const piece = slate[kind][index] ?? slate[kind][0];
      this.#nextOfSlate[kind] = (index + 1) % slate[kind].length;
      played.push(this.#place(piece, this.#end[kind] - piece.start));
    }
  }

  #place({ fragment, kind, keyframe, start, duration }: TimedFragment, shift: number): PlayedFragment {
    this.#end[kind] = start + shift + duration;
    const bytes = placeFragment(fragment, { trackId: this.#options.tracks[kind].id, shift });
    return { bytes, keyframe: kind === 'video' && keyframe };
  }

  /** Where to begin so that as much waits behind it as is to be held back, and no more; undefined while that is not there. */
  #startIndex(): number | undefined {
    const { bufferSeconds, tracks } = this.#options;
    let ticks = 0;
    for (let index = this.#queue.length - 1; index >= 0; index -= 1) {
      const piece = this.#queue[index];
      if (piece?.kind !== 'video') continue;
      ticks += piece.duration;
      if (piece.keyframe && ticks >= bufferSeconds * tracks.video.timescale) return index;
    }
    return undefined;
  }

  #dropOld(): void {
    const from = this.#startIndex();
    if (from === undefined || from === 0) return;
    const first = this.#queue[from];
    this.#drop(from);
    if (first !== undefined) this.#queue[0] = { ...first, isFirst: true };
  }

  #drop(count: number): void {
    for (const { fragment } of this.#queue.splice(0, count)) this.#queuedBytes -= fragment.bytes.length;
  }

  #positionAt(nowMs: number): number {
    return (nowMs - this.#originMs) / 1000;
  }

  #endSeconds(kind: TrackKind): number {
    return this.#end[kind] / this.#timescale(kind);
  }

  #timescale(kind: TrackKind): number {
    return this.#options.tracks[kind].timescale;
  }
}
