/** What our tor's circuits say of how it goes with our onion services, taken together. */
export interface CircuitCounts {
  /** Circuits of visitors. */
  readonly visitors: number;
  /** Places in the network at which visitors can ask for us. */
  readonly introductionPoints: number;
  /** The most work that one of these visitors has done to be let in (proposal 327); 0 in peace. */
  readonly effort: number;
}

export interface CircuitCensusOptions {
  /** The value of `GETINFO circuit-status`. */
  ask(): Promise<string>;
  readonly everyMs?: number;
}

const defaultEveryMs = 10_000;

/** Reads `GETINFO circuit-status`: a line for each circuit, as in the event CIRC (control-spec, 4.1.1). Total. */
export function readCircuitCounts(text: string): CircuitCounts {
  const built = text.split('\n').filter((line) => /^\d+ BUILT /u.test(line));
  const visitors = built.filter((line) => / PURPOSE=HS_SERVICE_REND\b/u.test(line));
  const introductions = built.filter((line) => / PURPOSE=HS_SERVICE_INTRO\b/u.test(line));
  const efforts = visitors.map((line) => Number(/ HS_POW=v1,(\d{1,10})\b/u.exec(line)?.[1] ?? 0));
  return {
    visitors: visitors.length,
    introductionPoints: introductions.length,
    effort: efforts.reduce((most, effort) => Math.max(most, effort), 0),
  };
}

/** Counts the circuits of our tor from time to time: it tells of them when asked, and of the effort it suggests nowhere but at a port of TCP. */
export class CircuitCensus {
  readonly #ask: CircuitCensusOptions['ask'];
  readonly #timer: NodeJS.Timeout;
  #counts: CircuitCounts | undefined;

  constructor({ ask, everyMs = defaultEveryMs }: CircuitCensusOptions) {
    this.#ask = ask;
    this.#timer = setInterval(() => void this.count(), everyMs).unref();
  }

  /** Of the last count; absent before the first. */
  get counts(): CircuitCounts | undefined {
    return this.#counts;
  }

  /** Counts now. */
  async count(): Promise<void> {
    // A tor that does not answer is seen by its owner.
    this.#counts = await this.#ask().then(readCircuitCounts, () => undefined);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#counts = undefined;
  }
}
