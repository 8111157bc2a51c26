export interface CircuitLimits {
  /** Connections open at a time. */
  readonly connections: number;
  /** Requests a second in the long run, and how many may come at once. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Identities given out within an hour, which may all be at once. */
  readonly newSessions: number;
  /** Endless responses open at a time. */
  readonly responses: number;
  /** Identities that receive the stream at a time. */
  readonly viewers: number;
}

/**
 * A page with its frames takes about ten requests and up to six connections; a second tab as many. One circuit is one browser (Tor Browser has one for each site),
 * which without cookies is somebody new whenever it opens the plain address.
 */
export const defaultCircuitLimits: CircuitLimits = {
  connections: 12,
  requestsPerSecond: 10,
  burst: 40,
  newSessions: 20,
  responses: 9,
  viewers: 3,
};

interface Circuit {
  connections: number;
  /** Requests that are still free. */
  tokens: number;
  /** The same for new sessions. */
  sessions: number;
  atMs: number;
}

/** Entries of circuits that have gone are looked for once in so many arrivals. */
const sweepEvery = 256;
const hourMs = 3_600_000;
/** Of a circuit that has been away for so long nothing need be known: Tor Browser does not take it up again. */
const awayMs = 600_000;
/** How many of those may be remembered; the ones that came first go first. */
const maxCircuits = 16_384;

/**
 * What each Tor circuit may do. Circuits are free for whoever wants many, so this bounds only what one of them takes from the others.
 * A circuit is remembered until it has been away long enough to be owed nothing.
 */
// Threat: T15
export class Circuits {
  readonly #limits: CircuitLimits;
  readonly #circuits = new Map<number, Circuit>();
  #arrivals = 0;

  constructor(limits: CircuitLimits) {
    this.#limits = limits;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#circuits.size;
  }

  /** A connection arrives. False: one too many, close it. Each `true` is paid back with one `leave`. */
  enter(circuitId: number, nowMs: number): boolean {
    this.#arrivals += 1;
    if (this.#arrivals % sweepEvery === 0) this.#sweep(nowMs);
    const circuit = this.#refilled(circuitId, nowMs);
    if (circuit.connections >= this.#limits.connections) return false;
    circuit.connections += 1;
    return true;
  }

  leave(circuitId: number): void {
    const circuit = this.#circuits.get(circuitId);
    if (circuit !== undefined) circuit.connections -= 1;
  }

  /** A request arrives. Milliseconds until it would be welcome; 0: it is. */
  waitMs(circuitId: number, nowMs: number): number {
    const circuit = this.#refilled(circuitId, nowMs);
    if (circuit.tokens < 1) return ((1 - circuit.tokens) / this.#limits.requestsPerSecond) * 1000;
    circuit.tokens -= 1;
    return 0;
  }

  /** Somebody who shows no identity asks for one. Milliseconds until that would be welcome; 0: it is. */
  // Threat: T33
  sessionWaitMs(circuitId: number, nowMs: number): number {
    const circuit = this.#refilled(circuitId, nowMs);
    if (circuit.sessions < 1) return ((1 - circuit.sessions) / this.#limits.newSessions) * hourMs;
    circuit.sessions -= 1;
    return 0;
  }

  #refilled(circuitId: number, nowMs: number): Circuit {
    const known = this.#circuits.get(circuitId);
    const { burst, newSessions } = this.#limits;
    const circuit = known ?? { connections: 0, tokens: burst, sessions: newSessions, atMs: nowMs };
    circuit.tokens = this.#tokensAt(circuit, nowMs);
    circuit.sessions = this.#sessionsAt(circuit, nowMs);
    circuit.atMs = nowMs;
    if (known === undefined) this.#circuits.set(circuitId, circuit);
    return circuit;
  }

  #tokensAt(circuit: Circuit, nowMs: number): number {
    const earned = ((nowMs - circuit.atMs) / 1000) * this.#limits.requestsPerSecond;
    return Math.min(this.#limits.burst, circuit.tokens + earned);
  }

  #sessionsAt(circuit: Circuit, nowMs: number): number {
    const { newSessions } = this.#limits;
    return Math.min(newSessions, circuit.sessions + ((nowMs - circuit.atMs) / hourMs) * newSessions);
  }

  #sweep(nowMs: number): void {
    for (const [circuitId, circuit] of this.#circuits) {
      const isTooMany = this.#circuits.size > maxCircuits;
      if (circuit.connections === 0 && (isTooMany || this.#owesNothing(circuit, nowMs)))
        this.#circuits.delete(circuitId);
    }
  }

  #owesNothing(circuit: Circuit, nowMs: number): boolean {
    if (nowMs - circuit.atMs >= awayMs) return true;
    const { burst, newSessions } = this.#limits;
    return this.#tokensAt(circuit, nowMs) >= burst && this.#sessionsAt(circuit, nowMs) >= newSessions;
  }
}
