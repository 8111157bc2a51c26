/** At most `count` within any `windowMs`. */
export interface KeyedPaceLimit {
  readonly count: number;
  readonly windowMs: number;
}

/**
 * Counts acts of many, each under a key, within a window. Only what was let through is counted, so that knocking does not prolong the wait. Remembers
 * `maxKeys` at most; the ones that acted longest ago go first. Times are monotonic milliseconds.
 */
export class KeyedPace {
  readonly #limit: KeyedPaceLimit;
  readonly #maxKeys: number;
  /** In the order of the last act. */
  readonly #times = new Map<string, readonly number[]>();

  constructor(limit: KeyedPaceLimit, maxKeys: number) {
    this.#limit = limit;
    this.#maxKeys = maxKeys;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#times.size;
  }

  /** Milliseconds until one more is allowed; 0 if it is allowed now. */
  waitMs(key: string, nowMs: number): number {
    const decisive = this.#times.get(key)?.at(-this.#limit.count);
    return decisive === undefined ? 0 : Math.max(0, decisive + this.#limit.windowMs - nowMs);
  }

  /** Counts one. */
  count(key: string, nowMs: number): void {
    const times = this.#times.get(key) ?? [];
    this.#times.delete(key);
    this.#forget(nowMs);
    this.#times.set(key, [...times, nowMs].slice(-this.#limit.count));
  }

  #forget(nowMs: number): void {
    for (const [key, times] of this.#times) {
      const isOver = (times.at(-1) ?? 0) + this.#limit.windowMs <= nowMs;
      if (!isOver && this.#times.size < this.#maxKeys) return;
      this.#times.delete(key);
    }
  }
}
