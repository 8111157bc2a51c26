/** What a run has not done in time: sent its first bytes, or sent more. */
export type Stall = 'no-first-bytes' | 'no-more-bytes';

/**
 * Decides when a run hangs. Only time in which the source gives counts: FFmpeg is not at fault while there is nothing to encode.
 * Time is taken in steps, each at most twice the tick, so that a suspended machine or a blocked event loop accuses nobody.
 */
export class StallWatch {
  readonly #firstBytesAfterMs: number;
  readonly #stallAfterMs: number;
  readonly #maxStepMs: number;
  #hasOutput = false;
  #waitedMs = 0;
  #lastTickMs: number;

  constructor(limits: { firstBytesAfterMs: number; stallAfterMs: number; tickMs: number }, nowMs: number) {
    this.#firstBytesAfterMs = limits.firstBytesAfterMs;
    this.#stallAfterMs = limits.stallAfterMs;
    this.#maxStepMs = 2 * limits.tickMs;
    this.#lastTickMs = nowMs;
  }

  /** Something came out. */
  progressed(): void {
    this.#hasOutput = true;
    this.#waitedMs = 0;
  }

  /** Call every `tickMs`. Says so when the limit has passed. */
  tick(nowMs: number, isSourceGiving: boolean): Stall | undefined {
    const stepMs = Math.min(nowMs - this.#lastTickMs, this.#maxStepMs);
    this.#lastTickMs = nowMs;
    if (isSourceGiving) this.#waitedMs += stepMs;
    const limitMs = this.#hasOutput ? this.#stallAfterMs : this.#firstBytesAfterMs;
    if (this.#waitedMs <= limitMs) return undefined;
    return this.#hasOutput ? 'no-more-bytes' : 'no-first-bytes';
  }
}
