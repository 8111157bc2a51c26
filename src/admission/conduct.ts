/**
 * What a circuit may do wrong. refused: a request or connection beyond its limit. cut: a connection that never came to its request, or a request that was none.
 * unread: an endless response that did not take what was sent.
 */
export type Offence = 'refused' | 'cut' | 'unread';

export interface ConductPolicy {
  /** So many refusals within one second are one point; every other offence is one. */
  readonly refusalsPerPoint: number;
  /** Points that are forgotten in a second. */
  readonly forgottenPerSecond: number;
  /** With so many it has gone on for some time. */
  readonly points: number;
  /** The same for a circuit that carries somebody who watches. */
  readonly pointsOfViewer: number;
}

/**
 * A flood of refusals takes 13 s, twelve connections that say nothing two rounds of their time-out. A browser gets nowhere near: it opens six connections, waits when
 * it is told to, and a line that stands still costs it a response every few seconds.
 */
export const defaultConductPolicy: ConductPolicy = {
  refusalsPerPoint: 5,
  forgottenPerSecond: 0.2,
  points: 10,
  pointsOfViewer: 30,
};

interface CircuitRecord {
  points: number;
  atMs: number;
  /** Refusals of the second that began then. */
  refusals: number;
  secondAtMs: number;
}

const maxRecords = 8192;

/**
 * Which circuits go on at their limits for so long that they are better gone. Being at a limit now and then is nothing; it is forgotten at a rate that an
 * honest browser never catches up with. Times are monotonic milliseconds.
 */
// Threat: T14, T15
export class Conduct {
  readonly #policy: ConductPolicy;
  /** In the order of the last offence. */
  readonly #records = new Map<number, CircuitRecord>();

  constructor(policy: ConductPolicy = defaultConductPolicy) {
    this.#policy = policy;
  }

  /** How many circuits are remembered. */
  get size(): number {
    return this.#records.size;
  }

  /** Notes an offence. True: it has gone on for too long; what was noted is forgotten with that. */
  note(circuitId: number, offence: Offence, isWatching: boolean, nowMs: number): boolean {
    const record = this.#recordOf(circuitId, nowMs);
    record.points += offence === 'refused' ? this.#pointOf(record, nowMs) : 1;
    const { points, pointsOfViewer } = this.#policy;
    if (record.points < (isWatching ? pointsOfViewer : points)) return false;
    this.#records.delete(circuitId);
    return true;
  }

  /** One point for each second in which there were many. */
  #pointOf(record: CircuitRecord, nowMs: number): 0 | 1 {
    if (nowMs - record.secondAtMs >= 1000) {
      record.refusals = 0;
      record.secondAtMs = nowMs;
    }
    record.refusals += 1;
    return record.refusals === this.#policy.refusalsPerPoint ? 1 : 0;
  }

  #recordOf(circuitId: number, nowMs: number): CircuitRecord {
    const known = this.#records.get(circuitId);
    const record = known ?? { points: 0, atMs: nowMs, refusals: 0, secondAtMs: nowMs };
    const forgotten = ((nowMs - record.atMs) / 1000) * this.#policy.forgottenPerSecond;
    record.points = Math.max(0, record.points - forgotten);
    record.atMs = nowMs;
    this.#records.delete(circuitId);
    this.#records.set(circuitId, record);
    const [oldest] = this.#records.size > maxRecords ? this.#records.keys() : [];
    if (oldest !== undefined) this.#records.delete(oldest);
    return record;
  }
}
