/**
 * What something costs, in milliseconds: the quickest of so many rounds or, where a busy machine takes the processor away in each of them, what a round took of the
 * processor's time on average. That is counted in steps of some milliseconds, so that one round alone says nothing.
 */
export function costMsOf(act: () => unknown, rounds: number): number {
  let quickest = Number.POSITIVE_INFINITY;
  const before = process.threadCpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now();
    act();
    quickest = Math.min(quickest, performance.now() - begin);
  }
  // A step may be missing at the end.
  return Math.min(quickest, (spentSince(before) + stepMs) / rounds);
}

/** The largest step in which the time of the processor is counted. */
const stepMs = 10;

/** Watches how long this thread goes on without turning to what waits for it, in milliseconds of the processor's time. */
export class BusyStretches {
  #longestMs = 0;
  #since = process.threadCpuUsage();
  readonly #timer = setInterval(() => this.#look(), 5);

  /** Ends the watch, and says how long the longest stretch was. */
  stop(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#longestMs;
  }

  #look(): void {
    this.#longestMs = Math.max(this.#longestMs, spentSince(this.#since));
    this.#since = process.threadCpuUsage();
  }
}

function spentSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
