/** How much of real time FFmpeg must make of its source: below it, delay grows without end. */
const leastPace = 0.85;

interface Sample {
  readonly atMs: number;
  readonly lagMs: number;
}

/**
 * Decides when FFmpeg does not keep up with its source: for a whole window, and in both halves of it, so that a moment of load, which it catches up with, does not
 * count. Only time in which the source has more to give counts.
 */
export class PaceWatch {
  readonly #windowMs: number;
  #samples: Sample[] = [];
  #mediaSeconds = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes how far FFmpeg has come, in seconds of media. True when it does not keep up; the watch then begins anew. */
  add(atMs: number, mediaSeconds: number, isSourceWaiting: boolean): boolean {
    const last = this.#samples.at(-1);
    const stepMs = atMs - (last?.atMs ?? atMs);
    const madeMs = 1000 * (mediaSeconds - this.#mediaSeconds);
    this.#mediaSeconds = mediaSeconds;
    // A machine that was suspended is not too slow.
    const counts = last !== undefined && isSourceWaiting && stepMs < this.#windowMs / 2;
    const lagMs = (last?.lagMs ?? 0) + (counts ? stepMs - madeMs : 0);
    this.#samples.push({ atMs, lagMs });
    const isBehind = this.#isBehind(atMs, lagMs);
    if (isBehind) this.#samples = [];
    return isBehind;
  }

  #isBehind(atMs: number, lagMs: number): boolean {
    const first = this.#samples.findLastIndex((sample) => sample.atMs <= atMs - this.#windowMs);
    if (first === -1) return false;
    this.#samples.splice(0, first);
    const start = this.#samples[0]?.lagMs ?? 0;
    const middle = this.#samples.findLast((sample) => sample.atMs <= atMs - this.#windowMs / 2)?.lagMs ?? start;
    const leastMs = ((1 - leastPace) * this.#windowMs) / 2;
    return middle - start >= leastMs && lagMs - middle >= leastMs;
  }
}
