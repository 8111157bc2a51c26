import type { Socket } from 'node:net';

/** How a path behaves, in each direction. */
export interface Shape {
  readonly oneWayMs: number;
  /** Up to this much is added, another value five times a second: delay comes in waves, as queues of others fill and drain. The order is kept. */
  readonly jitterMs: number;
  /** For all connections together; without it the path is as wide as loopback. */
  readonly bytesPerSecond?: number;
}

/** A piece of one connection; without bytes it is the end. */
interface Piece {
  readonly from: Socket;
  readonly to: Socket;
  readonly bytes: Buffer | undefined;
}

const maxQueuedBytes = 4 * 1024 * 1024;
const minQueuedBytes = 64 * 1024;
const routerQueueSeconds = 0.3;
const maxPieceBytes = 16 * 1024;
/** About a packet: nothing on a real path is cut smaller. */
const minPieceBytes = 1448;
/** How long one piece may occupy a narrow path. */
const pieceSeconds = 0.01;
const jitterLastsMs = 200;
/** How exactly a timer of Node can be waited for. */
const timerMs = 0.5;

/**
 * One direction of a long, narrow path: what connections send waits its turn, crosses at the rate, and arrives late, in order. Everything about it can
 * change while it carries. As a router does, a full queue pushes back, so that the bytes wait at their sender.
 */
export class ShapedWire {
  #shape: Shape;
  readonly #waiting: Piece[] = [];
  readonly #flying: { readonly piece: Piece; readonly atMs: number }[] = [];
  /** Senders that wait for room in the queue, and senders whose receiver takes nothing now. */
  readonly #crowded = new Set<Socket>();
  readonly #blocked = new Set<Socket>();
  #heldBytes = 0;
  /** When the last piece had left the queue, by the rate and not by the timer. */
  #freeAtMs = 0;
  #stalledUntilMs = 0;
  #lastArrivalMs = 0;
  #jitter = { untilMs: 0, share: 0 };
  #departure: NodeJS.Timeout | undefined;
  #arrival: NodeJS.Timeout | undefined;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  /** How long nothing will leave, in milliseconds. */
  get stalledMs(): number {
    return Math.max(0, this.#stalledUntilMs - performance.now());
  }

  /** From now on for whatever has not left yet. */
  change(shape: Shape): void {
    this.#shape = shape;
    this.#depart();
  }

  /** Lets nothing leave for so long; what is on its way arrives. */
  stall(forMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, performance.now() + forMs);
    this.#depart();
  }

  /** Carries everything that comes out of one socket to the other, its end included. */
  connect(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      const step = this.#pieceBytes();
      for (let at = 0; at < bytes.length; at += step) this.#enqueue({ from, to, bytes: bytes.subarray(at, at + step) });
      if (this.#heldBytes <= this.#limitBytes()) return;
      this.#crowded.add(from);
      from.pause();
    });
    from.on('end', () => this.#enqueue({ from, to, bytes: undefined }));
    from.on('close', () => this.#crowded.delete(from));
    from.resume();
  }

  #enqueue(piece: Piece): void {
    if (this.#waiting.length === 0) this.#freeAtMs = Math.max(this.#freeAtMs, performance.now());
    this.#waiting.push(piece);
    this.#heldBytes += piece.bytes?.length ?? 0;
    this.#depart();
  }

  #depart(): void {
    clearTimeout(this.#departure);
    for (let piece = this.#waiting[0]; piece !== undefined; piece = this.#waiting[0]) {
      const { oneWayMs, jitterMs, bytesPerSecond } = this.#shape;
      const lastsMs = bytesPerSecond === undefined ? 0 : ((piece.bytes?.length ?? 0) / bytesPerSecond) * 1000;
      const leftAtMs = Math.max(this.#freeAtMs, this.#stalledUntilMs) + lastsMs;
      const waitMs = leftAtMs - performance.now();
      if (waitMs > timerMs) {
        this.#departure = setTimeout(() => this.#depart(), waitMs);
        return;
      }
      this.#freeAtMs = leftAtMs;
      this.#waiting.shift();
      this.#lastArrivalMs = Math.max(this.#lastArrivalMs, leftAtMs + oneWayMs + jitterMs * this.#jitterShare(leftAtMs));
      this.#flying.push({ piece, atMs: this.#lastArrivalMs });
      if (this.#flying.length === 1) this.#arrive();
    }
  }

  #arrive(): void {
    clearTimeout(this.#arrival);
    for (let next = this.#flying[0]; next !== undefined; next = this.#flying[0]) {
      const waitMs = next.atMs - performance.now();
      if (waitMs > timerMs) {
        this.#arrival = setTimeout(() => this.#arrive(), waitMs);
        break;
      }
      this.#flying.shift();
      this.#deliver(next.piece);
    }
    if (this.#heldBytes <= this.#limitBytes() / 2) this.#letCrowdedGo();
  }

  #deliver({ from, to, bytes }: Piece): void {
    this.#heldBytes -= bytes?.length ?? 0;
    if (to.destroyed) return;
    if (bytes === undefined) {
      to.end();
    } else if (!to.write(bytes) && !this.#blocked.has(from)) {
      this.#blocked.add(from);
      from.pause();
      to.once('drain', () => {
        this.#blocked.delete(from);
        if (!this.#crowded.has(from)) from.resume();
      });
    }
  }

  #letCrowdedGo(): void {
    for (const from of this.#crowded) {
      this.#crowded.delete(from);
      if (!this.#blocked.has(from)) from.resume();
    }
  }

  #jitterShare(atMs: number): number {
    if (atMs >= this.#jitter.untilMs) this.#jitter = { untilMs: atMs + jitterLastsMs, share: Math.random() };
    return this.#jitter.share;
  }

  #pieceBytes(): number {
    const { bytesPerSecond = Number.POSITIVE_INFINITY } = this.#shape;
    return Math.round(Math.min(maxPieceBytes, Math.max(minPieceBytes, bytesPerSecond * pieceSeconds)));
  }

  #limitBytes(): number {
    const { bytesPerSecond, oneWayMs } = this.#shape;
    if (bytesPerSecond === undefined) return maxQueuedBytes;
    const bytes = bytesPerSecond * (routerQueueSeconds + oneWayMs / 1000);
    return Math.min(maxQueuedBytes, Math.max(minQueuedBytes, bytes));
  }
}
