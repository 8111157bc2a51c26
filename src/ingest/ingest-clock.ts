/** The time as a source sees it; tests bring their own. */
export interface IngestClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Unix milliseconds, to compare with the times of files. */
  wallClock(): number;
  /** Calls once after `ms`, or after 24 days if that is sooner. Returns a function that calls it off. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** A longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep a process alive. */
export const machineClock: IngestClock = {
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestTimerMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
