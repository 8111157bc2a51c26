/**
 * The one mechanism behind everything live: a piece is published once and the same bytes go to every open response.
 * A fan-out never waits for a subscriber, and copies pieces only to gather some of them for a crowd: one copy for all.
 */

/** Where pieces go; an open response (see `endless-response.ts`) or anything else that can take bytes. */
export interface Sink {
  /** Takes a piece; must not throw and must not block. A sink that cannot keep up ends itself. */
  write(bytes: Buffer): void;
  /** The channel is over for this subscriber: say goodbye and close. Called at most once, never after `unsubscribe`. */
  end(reason: EndReason): void;
}

/** Why a subscription ended. `resync`: come back and start from the latest keyframe (new init segment, new run). */
export type EndReason = 'resync' | 'closed';

/**
 * Where a subscriber starts: from the latest starting point, from a starting point that is nearly new (the latest one if hardly anything has
 * followed it, else the next one), from the latest one that is followed by so many bytes (else the oldest), from the next piece, or after the piece with this id.
 */
export type StartPoint =
  | 'keyframe'
  | 'fresh-keyframe'
  | 'now'
  | { readonly withBytes: number }
  | { readonly afterId: number };

/** How many pieces may have followed a starting point that still counts as fresh. */
const freshPieces = 4;

interface StoredPiece {
  readonly id: number;
  /** When it was published, where pieces are gathered. */
  readonly atMs: number;
  readonly bytes: Buffer;
  readonly keyframe: boolean;
}

/** Bounds of what a fan-out keeps for those who join late. The newest pieces win. */
export interface FanOutLimits {
  readonly maxPieces: number;
  readonly maxBytes: number;
  /**
   * What is wanted at most behind the starting point that somebody joins at (`withBytes`): what lies before that is forgotten with the next starting point.
   * Absent where those who join may ask for anything that there is room for.
   */
  readonly leadBytes?: number;
}

/**
 * Fewer and larger writes for a crowd. A write costs about the same whatever its size, so that the more there are who receive, the longer pieces may wait for
 * those that follow.
 */
export interface Gathering {
  /** How long a piece may wait for each subscriber there is, in milliseconds. */
  readonly msPerSubscriber: number;
  /** How long it waits at most. */
  readonly maxMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Makes one piece of several. */
  readonly join: (pieces: readonly Buffer[]) => Buffer;
}

const atOnce: Gathering = { msPerSubscriber: 0, maxMs: 0, now: () => 0, join: (pieces) => Buffer.concat(pieces) };
/** About half of the time between two pieces. */
const earlyMs = 50;

export class FanOut {
  readonly #limits: FanOutLimits;
  readonly #gathering: Gathering;
  /** Pieces that wait to be written together, and since when. */
  #gathered: Buffer[] = [];
  #gatheredSinceMs = 0;
  readonly #sinks = new Set<Sink>();
  /** Subscribers who wait for the next starting point. */
  readonly #waiting = new Set<Sink>();
  #pieces: StoredPiece[] = [];
  #storedBytes = 0;
  #lastId = 0;
  #droppedId = 0;
  #head: Buffer | undefined;
  #closed = false;

  /** Without `gathering` each piece is written at once. */
  constructor(limits: FanOutLimits, gathering: Gathering = atOnce) {
    this.#limits = limits;
    this.#gathering = gathering;
  }

  /** How many responses are fed. */
  get subscribers(): number {
    return this.#sinks.size + this.#waiting.size;
  }

  /** Id of the newest piece; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Id of the newest piece that had to go for newer ones; whoever saw none after it has missed some that are not kept. */
  get droppedId(): number {
    return this.#droppedId;
  }

  /** Bytes kept for late joiners. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** True once somebody who joins would get a picture: a head and a starting point are there. */
  get isJoinable(): boolean {
    return this.#head !== undefined && this.#pieces.some((piece) => piece.keyframe);
  }

  /** What every subscriber gets first (an init segment, the start of a document). A new head ends all who had the old one with `resync`. */
  setHead(head: Buffer): void {
    if (this.#head !== undefined) this.endAll('resync');
    this.#head = head;
    this.#forgetPieces();
  }

  /** Changes what newcomers get first. Everybody else stays, and is told of the change by a piece, if at all. */
  replaceHead(head: Buffer): void {
    this.#head = head;
  }

  /** Gives the piece to every subscriber and keeps it for late joiners. Returns its id. The bytes belong to everybody from now on. */
  publish(bytes: Buffer, { keyframe = false }: { keyframe?: boolean } = {}): number {
    if (this.#closed) return this.#lastId;
    this.#lastId += 1;
    this.#pieces.push({ id: this.#lastId, atMs: this.#gathering.now(), bytes, keyframe });
    this.#storedBytes += bytes.length;
    if (keyframe && this.#limits.leadBytes !== undefined) this.#forgetBefore(this.#limits.leadBytes);
    this.#trim();
    if (keyframe) this.#admitWaiting();
    this.#gather(bytes);
    return this.#lastId;
  }

  /** Gives bytes to every subscriber that are no piece: they have no id, and late joiners never get them. */
  tell(bytes: Buffer): void {
    this.#deliver();
    for (const sink of [...this.#sinks]) sink.write(bytes);
  }

  /**
   * Changes what late joiners get in the place of a piece: other bytes, nothing (empty bytes), or something again; a piece that comes back is no
   * starting point. Says whether it still has a place. Whoever has been given the piece is not told.
   */
  amend(id: number, bytes: Buffer): boolean {
    if (id <= this.#droppedId || id > this.#lastId) return false;
    const index = this.#pieces.findLastIndex((piece) => piece.id <= id);
    const candidate = this.#pieces[index];
    const before = candidate?.id === id ? candidate : undefined;
    const { atMs, keyframe } = before ?? { atMs: this.#gathering.now(), keyframe: false };
    const after = bytes.length === 0 ? [] : [{ id, atMs, bytes, keyframe }];
    // A new array: somebody may be walking through the old one.
    this.#pieces = this.#pieces.toSpliced(
      before === undefined ? index + 1 : index,
      before === undefined ? 0 : 1,
      ...after,
    );
    this.#storedBytes += bytes.length - (before?.bytes.length ?? 0);
    this.#trim();
    return true;
  }

  /**
   * Sends the head and what the start point asks for, then every new piece. Returns a function that unsubscribes (safe to call twice).
   * With `afterId` older than what is kept, everything that is kept is sent.
   */
  subscribe(sink: Sink, from: StartPoint): () => void {
    if (this.#closed) {
      sink.end('closed');
      return () => undefined;
    }
    // What is kept holds what is gathered, and must not come twice.
    this.#deliver();
    const waits = from === 'fresh-keyframe' && !this.#isFresh;
    const subscribers = waits ? this.#waiting : this.#sinks;
    subscribers.add(sink);
    if (this.#head !== undefined) sink.write(this.#head);
    for (const piece of waits ? [] : this.#backlog(from)) {
      if (!this.#sinks.has(sink)) break;
      sink.write(piece.bytes);
    }
    return () => {
      this.#sinks.delete(sink);
      this.#waiting.delete(sink);
    };
  }

  /** Ends every open response; the channel goes on and they may come back. */
  endAll(reason: EndReason): void {
    this.#deliver();
    const sinks = [...this.#sinks, ...this.#waiting];
    this.#sinks.clear();
    this.#waiting.clear();
    for (const sink of sinks) sink.end(reason);
  }

  /** Forgets head and pieces: nobody can join until the next head. */
  reset(): void {
    this.endAll('resync');
    this.#head = undefined;
    this.#forgetPieces();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.endAll('closed');
    this.#forgetPieces();
  }

  /** Writes the piece, or lets it wait for the next ones. */
  #gather(bytes: Buffer): void {
    const nowMs = this.#gathering.now();
    if (this.#gathered.push(bytes) === 1) this.#gatheredSinceMs = nowMs;
    // The next piece would be late by more than this one is early.
    if (nowMs - this.#gatheredSinceMs >= this.#waitMs - earlyMs) this.#deliver();
  }

  /** How long a piece may wait at this moment. */
  get #waitMs(): number {
    const { msPerSubscriber, maxMs } = this.#gathering;
    return Math.min(maxMs, this.#sinks.size * msPerSubscriber);
  }

  /** Writes what has been gathered. */
  #deliver(): void {
    const [first, ...others] = this.#gathered;
    if (first === undefined) return;
    this.#gathered = [];
    const bytes = others.length === 0 ? first : this.#gathering.join([first, ...others]);
    for (const sink of [...this.#sinks]) sink.write(bytes);
  }

  /**
   * The latest starting point; where pieces are gathered, the latest behind which there is already as much as they wait, since whoever begins with less has to
   * stop before each of the next writes. The oldest one when there is none so old.
   */
  get #latestStart(): number {
    const latest = this.#pieces.findLastIndex((piece) => piece.keyframe);
    if (!this.#isGathering) return latest;
    const beforeMs = this.#gathering.now() - this.#waitMs;
    const covered = this.#pieces.findLastIndex(({ keyframe, atMs }) => keyframe && atMs <= beforeMs);
    return covered === -1 ? this.#pieces.findIndex((piece) => piece.keyframe) : covered;
  }

  get #isGathering(): boolean {
    return this.#waitMs > earlyMs;
  }

  /** Nothing is fresh where pieces are gathered, and to wait for the next starting point would gain nothing. */
  get #isFresh(): boolean {
    const start = this.#latestStart;
    return start !== -1 && (this.#isGathering || this.#pieces.length - 1 - start <= freshPieces);
  }

  #admitWaiting(): void {
    if (this.#waiting.size === 0) return;
    // Those who wait begin with the starting point, not with what came before it.
    this.#deliver();
    for (const sink of this.#waiting) this.#sinks.add(sink);
    this.#waiting.clear();
  }

  #backlog(from: StartPoint): StoredPiece[] {
    if (from === 'now') return [];
    if (from === 'keyframe' || from === 'fresh-keyframe') {
      const index = this.#latestStart;
      return index === -1 ? [] : this.#pieces.slice(index);
    }
    if ('withBytes' in from) return this.#pieces.slice(this.#startWith(from.withBytes));
    return this.#pieces.filter((piece) => piece.id > from.afterId);
  }

  /** Where the latest starting point is that is followed by so many bytes, else the oldest; behind everything when there is none. */
  #startWith(wantedBytes: number): number {
    let start = this.#pieces.length;
    let bytes = 0;
    for (let index = this.#pieces.length - 1; index >= 0; index -= 1) {
      const piece = this.#pieces[index];
      bytes += piece?.bytes.length ?? 0;
      if (piece?.keyframe !== true) continue;
      start = index;
      if (bytes >= wantedBytes) break;
    }
    return start;
  }

  /** Nobody who joins would get what is older, whether they want so many bytes or begin as others do. */
  #forgetBefore(leadBytes: number): void {
    this.#drop(Math.min(this.#startWith(leadBytes), this.#latestStart));
  }

  #forgetPieces(): void {
    this.#pieces = [];
    this.#storedBytes = 0;
    this.#droppedId = this.#lastId;
  }

  #trim(): void {
    let drop = 0;
    let bytes = this.#storedBytes;
    while (this.#pieces.length - drop > this.#limits.maxPieces || bytes > this.#limits.maxBytes) {
      const oldest = this.#pieces[drop];
      if (oldest === undefined) break;
      bytes -= oldest.bytes.length;
      drop += 1;
    }
    this.#drop(drop);
  }

  /** Forgets so many of the oldest. */
  #drop(count: number): void {
    if (count === 0) return;
    for (const { id, bytes } of this.#pieces.slice(0, count)) {
      this.#storedBytes -= bytes.length;
      this.#droppedId = id;
    }
    this.#pieces = this.#pieces.slice(count);
  }
}
