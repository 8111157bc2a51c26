/** When to try again after a failure. */
export interface BackOffPolicy {
  /** How long to wait when this many attempts (at least 1) have failed in a row, in milliseconds. */
  delayMs(failuresInARow: number): number;
  /** After this long in good health, failures are forgotten. */
  readonly resetAfterMs: number;
}

/** Waits `firstMs`, then twice as long each time, never longer than `maxMs`. */
export function doublingBackOff(options: { firstMs: number; maxMs: number; resetAfterMs: number }): BackOffPolicy {
  const { firstMs, maxMs, resetAfterMs } = options;
  return { resetAfterMs, delayMs: (failuresInARow) => Math.min(maxMs, firstMs * 2 ** (failuresInARow - 1)) };
}

/** 0.5, 1, 2, 4, 8, 15, 15, ... seconds; forgotten after 30 s of health. */
export const defaultBackOff: BackOffPolicy = doublingBackOff({ firstMs: 500, maxMs: 15_000, resetAfterMs: 30_000 });
