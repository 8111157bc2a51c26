/** A piece as viewers get it, with its place on the broadcast's timeline. */
export interface RewindPiece {
  /** Framed as an HTTP chunk. */
  readonly framed: Buffer;
  /** A viewer may start here. */
  readonly keyframe: boolean;
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

/** A piece that is kept, and the init segment that it needs. */
export interface KeptPiece extends RewindPiece {
  /** Framed. Pieces of one init segment share it: another one means that players cannot go on. */
  readonly head: Buffer;
}

/** Bounds of what can be rewound. */
export interface RewindLimits {
  /** How far back viewers may go. */
  readonly seconds: number;
  /** What all renditions together may keep; the oldest goes first, whatever `seconds` says. */
  readonly maxBytes: number;
}

/** Kept beyond the promise, for those who have gone back as far as they may: they need time to take what they asked for. */
const slackSeconds = 30;
/** A viewer who stops this short before the end of a run is taken to the next one: nothing would come of it but another end. */
const nearBreakSeconds = 0.5;
/** Dropped entries leave the array in batches. */
const compactAfter = 1024;

/**
 * What can be rewound of all renditions, in memory: the pieces that live viewers were sent are kept for a while longer, without a copy. One bound for all, so
 * that every rendition goes back equally far and a viewer can change quality there.
 */
export class RewindMemory {
  readonly #limits: RewindLimits;
  readonly #windows: RewindWindow[] = [];

  constructor(limits: RewindLimits) {
    this.#limits = limits;
  }

  /** Bytes of media that are kept. */
  get keptBytes(): number {
    return this.#windows.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  }

  /** The window of one more rendition. */
  window(): RewindWindow {
    const window = new RewindWindow(this.#limits.seconds, () => this.#makeRoom());
    this.#windows.push(window);
    return window;
  }

  #makeRoom(): void {
    let excess = this.keptBytes - this.#limits.maxBytes;
    while (excess > 0) {
      const oldest = this.#windows.reduce((a, b) => (b.oldestSeconds < a.oldestSeconds ? b : a));
      const freed = oldest.dropOldest();
      if (freed === 0) return;
      excess -= freed;
    }
  }
}

/** The recent past of one rendition. Pieces are numbered; whoever reads holds a number, and is never waited for. */
export class RewindWindow {
  readonly #seconds: number;
  readonly #onGrown: () => void;
  readonly #wakers = new Set<() => void>();
  #pieces: (KeptPiece | undefined)[] = [];
  /** Number of the piece at index 0. */
  #firstIndex = 0;
  /** How many at the beginning of the array have been dropped. */
  #dropped = 0;
  #keptBytes = 0;
  #head: Buffer | undefined;

  /** Made by `RewindMemory`. `onGrown`: bytes were added. */
  constructor(seconds: number, onGrown: () => void) {
    this.#seconds = seconds;
    this.#onGrown = onGrown;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Start of the oldest piece; infinite when there is none. */
  get oldestSeconds(): number {
    return this.#pieces[this.#dropped]?.startSeconds ?? Number.POSITIVE_INFINITY;
  }

  /** End of the newest piece on the timeline; undefined when there is none. */
  get liveSeconds(): number | undefined {
    const newest = this.#pieces.at(-1);
    return newest && newest.startSeconds + newest.durationSeconds;
  }

  /** How far back one can go at this moment, in seconds. */
  get availableSeconds(): number {
    const { liveSeconds } = this;
    const oldest = this.#pieces.find((piece) => piece?.keyframe === true);
    if (liveSeconds === undefined || oldest === undefined) return 0;
    return Math.min(this.#seconds, liveSeconds - oldest.startSeconds);
  }

  /** An encoder run begins with this init segment, framed. If it is the same as before, players just go on. */
  begin(head: Buffer): void {
    if (this.#head?.equals(head) !== true) this.#head = head;
  }

  /** Takes the next piece. Ignored before the first init segment. */
  push({ framed, keyframe, startSeconds, durationSeconds }: RewindPiece): void {
    if (this.#head === undefined) return;
    this.#pieces.push({ framed, keyframe, startSeconds, durationSeconds, head: this.#head });
    this.#keptBytes += framed.length;
    while (this.oldestSeconds < startSeconds - this.#seconds - slackSeconds) this.dropOldest();
    this.#onGrown();
    this.#wake();
  }

  /** Forgets everything: the broadcast is over. */
  reset(): void {
    this.#firstIndex += this.#pieces.length;
    this.#pieces = [];
    this.#dropped = 0;
    this.#keptBytes = 0;
    this.#head = undefined;
    this.#wake();
  }

  /** Drops the oldest piece and says how many bytes that were. */
  dropOldest(): number {
    const piece = this.#pieces[this.#dropped];
    if (piece === undefined) return 0;
    this.#pieces[this.#dropped] = undefined;
    this.#dropped += 1;
    this.#keptBytes -= piece.framed.length;
    if (this.#dropped >= compactAfter) {
      this.#pieces = this.#pieces.slice(this.#dropped);
      this.#firstIndex += this.#dropped;
      this.#dropped = 0;
    }
    return piece.framed.length;
  }

  /** Number of the starting point at or before this time, else of the oldest one; undefined when there is none. */
  startAt(seconds: number): number | undefined {
    const isStart = (piece: KeptPiece | undefined): boolean => piece?.keyframe === true;
    const before = this.#pieces.findLastIndex((piece) => piece?.keyframe === true && piece.startSeconds <= seconds);
    const index = before === -1 ? this.#pieces.findIndex(isStart) : before;
    const start = this.#pieces[index];
    if (start === undefined) return undefined;
    const isBeyond = (piece: KeptPiece | undefined, at: number): boolean =>
      at > index && isStart(piece) && piece?.head !== start.head;
    const next = this.#pieces.findIndex(isBeyond);
    const isNear = (this.#pieces[next]?.startSeconds ?? Number.POSITIVE_INFINITY) <= seconds + nearBreakSeconds;
    return this.#firstIndex + (isNear ? next : index);
  }

  /** The piece of this number; `gone` when it had to go, undefined while it has not come yet. */
  at(number: number): KeptPiece | 'gone' | undefined {
    if (number < this.#firstIndex + this.#dropped) return 'gone';
    return this.#pieces[number - this.#firstIndex];
  }

  /** Calls back whenever something has changed, until the returned function is called. */
  whenChanged(wake: () => void): () => void {
    this.#wakers.add(wake);
    return () => this.#wakers.delete(wake);
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
