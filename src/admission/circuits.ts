export interface CircuitLimits {
  /** Connections open at a time. */
  readonly connections: number;
  /** Requests a second in the long run, and how many may come at once. */
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** A page with its frames takes about ten requests and up to six connections; a second tab as many. */
export const defaultCircuitLimits: CircuitLimits = { connections: 12, requestsPerSecond: 10, burst: 40 };

interface Circuit {
  connections: number;
  tokens: number;
  atMs: number;
}

/** Entries of circuits that have gone are looked for once in so many arrivals. */
const sweepEvery = 256;

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

  #refilled(circuitId: number, nowMs: number): Circuit {
    const known = this.#circuits.get(circuitId);
    const circuit = known ?? { connections: 0, tokens: this.#limits.burst, atMs: nowMs };
    circuit.tokens = this.#tokensAt(circuit, nowMs);
    circuit.atMs = nowMs;
    if (known === undefined) this.#circuits.set(circuitId, circuit);
    return circuit;
  }

  #tokensAt(circuit: Circuit, nowMs: number): number {
    const earned = ((nowMs - circuit.atMs) / 1000) * this.#limits.requestsPerSecond;
    return Math.min(this.#limits.burst, circuit.tokens + earned);
  }

  #sweep(nowMs: number): void {
    for (const [circuitId, circuit] of this.#circuits) {
      if (circuit.connections === 0 && this.#tokensAt(circuit, nowMs) >= this.#limits.burst) {
        this.#circuits.delete(circuitId);
      }
    }
  }
}
