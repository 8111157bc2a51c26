import type { Socket } from 'node:net';
import { type CircuitLimits, Circuits } from '../admission/circuits.ts';
import { Conduct, type Offence } from '../admission/conduct.ts';
import { torCircuitOf } from './circuit-number.ts';

export interface CircuitWatchOptions {
  readonly limits: CircuitLimits;
  /** Connections that all circuits of this door may have open together. */
  readonly connections: number;
  /** Nobody is judged at a door that opens to a key alone. */
  readonly isTrusted: boolean;
  /** Whether somebody on this circuit receives the stream. */
  isWatching(circuitId: number): boolean;
  /** A circuit has gone on at its limits for too long. Its connections are closed already. */
  onHostile(circuitId: number): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** What circuits that carry no viewer may take of all connections: the rest is kept for those who watch. */
const strangersShare = 0.75;
/** A circuit that was hostile gets nothing for so long, if it is not closed. */
const shutMs = 60_000;
const maxShut = 4096;

/** The circuits at one of our doors: what each may do, how it behaves, and its connections, so that all can be closed at once. */
// Threat: T14, T15
export class CircuitWatch {
  readonly #options: CircuitWatchOptions;
  readonly #circuits: Circuits;
  readonly #conduct = new Conduct();
  readonly #sockets = new Map<number, Set<Socket>>();
  /** Hostile ones and until when they are shut out, in the order of time. */
  readonly #shut = new Map<number, number>();
  /** Circuits with connections, by the tor that has brought them. */
  readonly #byTor = new Map<number, number>();
  #connections = 0;

  constructor(options: CircuitWatchOptions) {
    this.#options = options;
    this.#circuits = new Circuits(options.limits);
  }

  /** A connection of this circuit arrives. False: it is not welcome, close it. It is counted until it closes. */
  enter(circuitId: number, socket: Socket): boolean {
    const nowMs = this.#options.now();
    if ((this.#shut.get(circuitId) ?? 0) > nowMs) return false;
    if (!this.#isPlaceFor(circuitId) && !this.#makePlaceFor(circuitId)) return false;
    if (!this.#circuits.enter(circuitId, nowMs)) {
      this.note(circuitId, 'refused');
      return false;
    }
    this.#connections += 1;
    const sockets = this.#sockets.get(circuitId) ?? new Set();
    if (sockets.size === 0) this.#count(circuitId, 1);
    this.#sockets.set(circuitId, sockets.add(socket));
    socket.once('close', () => this.#leave(circuitId, socket));
    return true;
  }

  /** How many circuits have connections open at present that this tor of ours has brought. */
  circuitsOf(tor: number): number {
    return this.#byTor.get(tor) ?? 0;
  }

  /** A request of this circuit arrives. Milliseconds until it would be welcome; 0: it is. */
  waitMs(circuitId: number): number {
    const waitMs = this.#circuits.waitMs(circuitId, this.#options.now());
    if (waitMs > 0) this.note(circuitId, 'refused');
    return waitMs;
  }

  /** Somebody on this circuit wants an identity. Milliseconds until that would be welcome; 0: it is. */
  sessionWaitMs(circuitId: number): number {
    return this.#circuits.sessionWaitMs(circuitId, this.#options.now());
  }

  /** Something went wrong that an honest browser seldom does. */
  note(circuitId: number, offence: Offence): void {
    const { isTrusted, isWatching, onHostile, now } = this.#options;
    if (isTrusted || !this.#conduct.note(circuitId, offence, isWatching(circuitId), now())) return;
    this.#shutOut(circuitId);
    onHostile(circuitId);
  }

  #isPlaceFor(circuitId: number): boolean {
    const { connections, isTrusted, isWatching } = this.#options;
    if (this.#connections < connections * strangersShare) return true;
    return this.#connections < connections && (isTrusted || isWatching(circuitId));
  }

  /**
   * Whoever has most, of those who do not watch, gives one up for somebody who has less even then: many circuits that take what they can would leave
   * nothing to those who come for the first time.
   */
  #makePlaceFor(circuitId: number): boolean {
    const { connections, isTrusted, isWatching } = this.#options;
    if (isTrusted || this.#connections >= connections) return false;
    const own = this.#sockets.get(circuitId)?.size ?? 0;
    let most = { holder: circuitId, size: own + 1 };
    for (const [holder, { size }] of this.#sockets) {
      if (size > most.size && !isWatching(holder)) most = { holder, size };
    }
    const newest = [...(this.#sockets.get(most.holder) ?? [])].at(-1);
    if (most.holder === circuitId || newest === undefined) return false;
    this.#leave(most.holder, newest);
    newest.destroy();
    return true;
  }

  /** A connection is no more; once for each. */
  #leave(circuitId: number, socket: Socket): void {
    const sockets = this.#sockets.get(circuitId);
    if (sockets?.delete(socket) !== true) return;
    this.#connections -= 1;
    this.#circuits.leave(circuitId);
    if (sockets.size > 0) return;
    this.#sockets.delete(circuitId);
    this.#count(circuitId, -1);
  }

  #count(circuitId: number, change: 1 | -1): void {
    const { tor } = torCircuitOf(circuitId);
    this.#byTor.set(tor, this.circuitsOf(tor) + change);
  }

  #shutOut(circuitId: number): void {
    const nowMs = this.#options.now();
    for (const [other, untilMs] of this.#shut) {
      if (untilMs > nowMs && this.#shut.size < maxShut) break;
      this.#shut.delete(other);
    }
    this.#shut.set(circuitId, nowMs + shutMs);
    for (const socket of [...(this.#sockets.get(circuitId) ?? [])]) socket.destroy();
  }
}
