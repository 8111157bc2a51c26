import type { IngestClock } from '../../src/ingest/ingest-clock.ts';

/** A clock that moves only when told to. */
export class ManualClock implements IngestClock {
  readonly #startedAtMs: number;
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();
  #nowMs = 0;

  constructor(startedAtMs = Date.UTC(2026, 0, 1)) {
    this.#startedAtMs = startedAtMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallClock(): number {
    return this.#startedAtMs + this.#nowMs;
  }

  setTimer(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on to `ms`, stopping at each timer on the way; before each step `settle` is awaited. */
  async advanceTo(ms: number, settle: () => Promise<void>): Promise<void> {
    for (;;) {
      await settle();
      const next = [...this.#timers].filter(({ dueMs }) => dueMs <= ms).sort((a, b) => a.dueMs - b.dueMs)[0];
      this.#nowMs = Math.max(this.#nowMs, next?.dueMs ?? ms);
      if (next === undefined) return;
      this.#timers.delete(next);
      next.callback();
    }
  }
}
