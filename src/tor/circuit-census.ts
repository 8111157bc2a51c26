import type { TorControl } from './control.ts';
import { askSuggestedEffort } from './service-descriptor.ts';

/** What our tor's circuits say of how it goes with our onion services, taken together. */
export interface CircuitCounts {
  /** Circuits of visitors. */
  readonly visitors: number;
  /** Places in the network at which visitors can ask for us. */
  readonly introductionPoints: number;
  /** The most work that one of these visitors has done to be let in (proposal 327); 0 in peace. */
  readonly effort: number;
  /** The work that the first service asks of who comes now; absent where that is not known, as of a private one. */
  readonly suggestedEffort?: number;
}

export interface CircuitCensusOptions {
  /** The value of `GETINFO circuit-status`. */
  ask(): Promise<string>;
  /** Of the first service, if it asks for work. */
  askEffort?(): Promise<number | undefined>;
  /** Called after each count. Must not throw. */
  onCount?(counts: CircuitCounts): void;
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

/** Counts the circuits of our tor from time to time, since it tells of them only when asked. */
export class CircuitCensus {
  readonly #options: CircuitCensusOptions;
  readonly #timer: NodeJS.Timeout;
  #counts: CircuitCounts | undefined;
  #isClosed = false;

  constructor(options: CircuitCensusOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.count(), options.everyMs ?? defaultEveryMs).unref();
  }

  /** Of the last count; absent before the first. */
  get counts(): CircuitCounts | undefined {
    return this.#counts;
  }

  /** Counts now. */
  async count(): Promise<void> {
    const { ask, askEffort, onCount } = this.#options;
    const [counts, suggestedEffort] = await Promise.all([
      // A tor that does not answer is seen by its owner.
      ask().then(readCircuitCounts, () => undefined),
      askEffort?.().catch(() => undefined),
    ]);
    if (this.#isClosed) return;
    this.#counts = counts && { ...counts, ...(suggestedEffort !== undefined && { suggestedEffort }) };
    if (this.#counts !== undefined) onCount?.(this.#counts);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#counts = undefined;
  }
}

/** What of a tor concerns its circuits: the first service is the public one. */
interface CountedTor {
  readonly services: readonly { readonly proofOfWork?: unknown }[];
  onCircuits?(counts: CircuitCounts): void;
}

/** Counts the circuits of a running tor. `address`: of its first service. */
export function openCensus(
  control: Pick<TorControl, 'getInfo'>,
  { services, onCircuits }: CountedTor,
  address = '',
): CircuitCensus {
  const asks = services[0]?.proofOfWork !== undefined;
  return new CircuitCensus({
    ask: () => control.getInfo('circuit-status'),
    ...(asks && { askEffort: () => askSuggestedEffort(control, address) }),
    ...(onCircuits !== undefined && { onCount: onCircuits }),
  });
}
