import { type DrainSample, LinkJudge, type Verdict } from '../broadcast/adaptation.ts';

/** What tor says of a circuit, about once a second. */
export interface CircuitReport {
  readonly circuitId: number;
  /** Bytes of ours that have gone into the circuit since the last report. */
  readonly sentBytes: number;
  readonly roundTripMs?: number;
  readonly leastRoundTripMs?: number;
}

/** A media response that is judged by how its bytes drain. */
export interface Drain {
  readonly response: {
    /** Body bytes handed over so far. */
    readonly writtenBytes: number;
    /** Body bytes that the kernel has taken. */
    readonly drainedBytes: number;
  };
  /** What is sent. */
  readonly bitsPerSecond: number;
  /** The circuit it goes through, if it goes through one. */
  readonly circuitId?: number;
  /** Hears each verdict, about once a second. Must not throw. */
  judged(verdict: Verdict, nowMs: number): void;
}

export interface DrainWatchOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly everyMs?: number;
}

/** A circuit of which nothing was said for so long has nothing to say: nothing moves on it, or tor is not ours to ask. */
const reportOverdueMs = 1600;
/**
 * What a unix socket swallows before Node has to queue anything. Where nobody says what has left it, a queue in Node is all there is to be seen, and so
 * much lies before it.
 */
export const socketBufferBytes = 150 * 1024;

interface Entry {
  readonly drain: Drain;
  readonly judge: LinkJudge;
  lastWrittenBytes: number;
  lastDrainedBytes: number;
}

interface Circuit {
  readonly entries: Set<Entry>;
  /** Handed over, and not yet sent into the circuit: in the queues of Node and in the kernel. */
  waitingBytes: number;
  queueMs: number;
  /** Absent as long as tor has said nothing of it. */
  reportedAtMs: number | undefined;
}

/**
 * Looks at how the bytes of media responses leave, and has each judged. Between Node and the viewer's link lie buffers that hide seconds of media: the kernel's,
 * which Node cannot make smaller, and those of the circuit. Tor, where it is ours, tells how much it has taken out of the one, and by the round trip how long
 * the queues of the other are.
 */
export class DrainWatch {
  readonly #now: () => number;
  readonly #entries = new Set<Entry>();
  readonly #circuits = new Map<number, Circuit>();
  readonly #timer: NodeJS.Timeout;

  constructor({ now, everyMs = 1000 }: DrainWatchOptions) {
    this.#now = now;
    this.#timer = setInterval(() => this.check(), everyMs).unref();
  }

  /** How many responses are watched. */
  get size(): number {
    return this.#entries.size;
  }

  /** Watches a response that has just been opened. Returns what ends that, safe to call twice. */
  add(drain: Drain): () => void {
    const { writtenBytes, drainedBytes } = drain.response;
    const entry = {
      drain,
      judge: new LinkJudge(),
      lastWrittenBytes: writtenBytes,
      lastDrainedBytes: drainedBytes,
    };
    this.#entries.add(entry);
    this.#join(entry);
    return () => {
      this.#entries.delete(entry);
      this.#leave(entry);
    };
  }

  /** Takes what tor has said. */
  report({ circuitId, sentBytes, roundTripMs, leastRoundTripMs }: CircuitReport): void {
    const circuit = this.#circuits.get(circuitId);
    if (circuit === undefined) return;
    const nowMs = this.#now();
    const givenBytes = this.#take(circuit);
    // Pages and chat go the same way and are not counted here: what seems to have left twice is nothing.
    circuit.waitingBytes = Math.max(0, circuit.waitingBytes - sentBytes);
    circuit.reportedAtMs = nowMs;
    if (roundTripMs !== undefined && leastRoundTripMs !== undefined) {
      circuit.queueMs = Math.max(0, roundTripMs - leastRoundTripMs);
    }
    const isMoving = 3 * sentBytes >= givenBytes;
    for (const entry of [...circuit.entries]) this.#judge(entry, nowMs, { lagMs: lagIn(circuit), isMoving });
  }

  /** Looks at everything that nobody reports on. */
  check(): void {
    const nowMs = this.#now();
    for (const entry of [...this.#entries]) {
      const circuit = this.#circuitOf(entry);
      const reportedAtMs = circuit?.reportedAtMs;
      if (circuit === undefined || reportedAtMs === undefined) this.#judge(entry, nowMs, blindSample(entry));
      else if (nowMs - reportedAtMs >= reportOverdueMs) {
        this.#take(circuit);
        this.#judge(entry, nowMs, { lagMs: lagIn(circuit), isMoving: false });
      }
    }
  }

  /** Safe to call twice. */
  close(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
    this.#circuits.clear();
  }

  #judge({ drain, judge }: Entry, nowMs: number, sample: Omit<DrainSample, 'atMs'>): void {
    drain.judged(judge.add({ atMs: nowMs, ...sample }), nowMs);
  }

  /** What the responses of a circuit have been given since the last look. */
  #take(circuit: Circuit): number {
    let givenBytes = 0;
    for (const entry of circuit.entries) {
      const { writtenBytes } = entry.drain.response;
      givenBytes += writtenBytes - entry.lastWrittenBytes;
      entry.lastWrittenBytes = writtenBytes;
    }
    circuit.waitingBytes += givenBytes;
    return givenBytes;
  }

  #circuitOf({ drain: { circuitId } }: Entry): Circuit | undefined {
    return circuitId === undefined ? undefined : this.#circuits.get(circuitId);
  }

  #join(entry: Entry): void {
    const { circuitId } = entry.drain;
    if (circuitId === undefined) return;
    const circuit: Circuit = this.#circuits.get(circuitId) ?? {
      entries: new Set(),
      waitingBytes: 0,
      queueMs: 0,
      reportedAtMs: undefined,
    };
    circuit.entries.add(entry);
    this.#circuits.set(circuitId, circuit);
  }

  #leave(entry: Entry): void {
    const circuit = this.#circuitOf(entry);
    circuit?.entries.delete(entry);
    // What was dropped with the response will never be sent.
    if (circuit !== undefined) circuit.waitingBytes = 0;
    if (circuit?.entries.size === 0 && entry.drain.circuitId !== undefined)
      this.#circuits.delete(entry.drain.circuitId);
  }
}

/** How late on this circuit what is sent now arrives, beyond the time that the way itself takes. */
function lagIn({ entries, waitingBytes, queueMs }: Circuit): number {
  const bitsPerSecond = [...entries].reduce((sum, { drain }) => sum + drain.bitsPerSecond, 0);
  return msOf(waitingBytes, bitsPerSecond) + queueMs;
}

/** Without a word from tor: the queue in Node, and before it a full buffer. */
function blindSample(entry: Entry): Omit<DrainSample, 'atMs'> {
  const { response, bitsPerSecond } = entry.drain;
  const { drainedBytes } = response;
  const queued = response.writtenBytes - drainedBytes;
  const isMoving = queued === 0 || drainedBytes > entry.lastDrainedBytes;
  entry.lastDrainedBytes = drainedBytes;
  return { lagMs: queued === 0 ? 0 : msOf(queued + socketBufferBytes, bitsPerSecond), isMoving };
}

function msOf(bytes: number, bitsPerSecond: number): number {
  return (bytes * 8000) / bitsPerSecond;
}
