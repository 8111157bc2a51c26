/** What somebody waits for a change of. */
export interface Changing {
  /** Returns what ends the listening. */
  watch(listener: () => void): () => void;
}

/**
 * How a wait ended.
 * ready: what was waited for is there. late: it was not, in time. gone: nobody waits for the answer any more. crowded: it never began, too many wait.
 * closed: the server stops.
 */
export type WaitEnd = 'ready' | 'late' | 'gone' | 'crowded' | 'closed';

export interface WaitsOptions {
  /** How many may wait at a time. */
  readonly total?: number;
  /** How many of one owner. */
  readonly perOwner?: number;
  /** Ends all of them, and lets none begin. */
  readonly signal: AbortSignal;
}

export interface Wait {
  /** Whoever is to blame: a viewer, a circuit. Each bounds it. */
  readonly owners: readonly string[];
  readonly source: Changing;
  isReady(): boolean;
  readonly forMs: number;
  /** Tells when nobody waits for the answer any more. Returns what ends the listening. */
  whenGone(listener: () => void): () => void;
}

/** A player has one playlist and one part on order, and twice that while it changes the rendition; a circuit may carry a few players. */
const defaults = { total: 2048, perOwner: 8 };

/** Requests that are answered when something is there: bounded in number, for everybody and for each, and in time. None holds more than itself. */
// Threat: T13
export class Waits {
  readonly #total: number;
  readonly #perOwner: number;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<(end: WaitEnd) => void>();
  readonly #byOwner = new Map<string, number>();

  constructor({ total = defaults.total, perOwner = defaults.perOwner, signal }: WaitsOptions) {
    this.#total = total;
    this.#perOwner = perOwner;
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      for (const finish of [...this.#waiting]) finish('closed');
    });
  }

  /** How many are waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves exactly once, within `forMs`. */
  async until({ owners, source, isReady, forMs, whenGone }: Wait): Promise<WaitEnd> {
    if (this.#signal.aborted) return 'closed';
    if (isReady()) return 'ready';
    if (this.#isCrowded(owners)) return 'crowded';
    return await new Promise((resolve) => {
      const onChange = (): void => {
        if (isReady()) finish('ready');
      };
      const timer = setTimeout(() => finish('late'), forMs);
      const unwatch = source.watch(onChange);
      const unlisten = whenGone(() => finish('gone'));
      const finish = (end: WaitEnd): void => {
        clearTimeout(timer);
        unwatch();
        unlisten();
        this.#waiting.delete(finish);
        for (const owner of owners) this.#count(owner, -1);
        resolve(end);
      };
      this.#waiting.add(finish);
      for (const owner of owners) this.#count(owner, 1);
    });
  }

  #isCrowded(owners: readonly string[]): boolean {
    const isFull = (owner: string): boolean => (this.#byOwner.get(owner) ?? 0) >= this.#perOwner;
    return this.#waiting.size >= this.#total || owners.some(isFull);
  }

  #count(owner: string, change: 1 | -1): void {
    const count = (this.#byOwner.get(owner) ?? 0) + change;
    if (count === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, count);
  }
}
