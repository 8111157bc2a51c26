/** At most `count` within any `windowMs`. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

/** How much is too much. One object, so that a stricter mode is another object. */
export interface FloodPolicy {
  /** Messages of one viewer. */
  readonly viewer: RateLimit;
  /** Lines on the screen that one viewer fills (`display-lines.ts`). */
  readonly viewerLines: RateLimit;
  /** Messages of all who come over one Tor circuit: somebody with many identities usually has one circuit for them. */
  readonly circuit: RateLimit;
  readonly circuitLines: RateLimit;
  /** Messages of all viewers together: what can be read, and what every open page must carry. */
  readonly room: RateLimit;
  readonly roomLines: RateLimit;
  /** Changes of name or colour by one viewer. */
  readonly appearance: RateLimit;
  /** Least time between two messages of one viewer; 0 is off. */
  readonly gapMs: number;
  /** How long the same words of the same viewer count as sent by mistake. */
  readonly sameTextMs: number;
  /** How many viewers may say the same within a window before it counts as one voice with many names. */
  readonly copies: RateLimit;
}

export const defaultFloodPolicy: FloodPolicy = {
  viewer: { count: 4, windowMs: 20_000 },
  viewerLines: { count: 20, windowMs: 20_000 },
  circuit: { count: 8, windowMs: 20_000 },
  circuitLines: { count: 40, windowMs: 20_000 },
  room: { count: 60, windowMs: 10_000 },
  roomLines: { count: 180, windowMs: 10_000 },
  appearance: { count: 3, windowMs: 60_000 },
  gapMs: 0,
  sameTextMs: 5000,
  copies: { count: 5, windowMs: 30_000 },
};

/** Milliseconds until one more is allowed; 0 if it is allowed now. `times` are those of the past, ascending, on the same clock as `nowMs`. */
export function waitMs(times: readonly number[], limit: RateLimit, nowMs: number): number {
  const decisive = times.at(-limit.count);
  return decisive === undefined ? 0 : Math.max(0, decisive + limit.windowMs - nowMs);
}

/** The times that can still decide under a limit, with the newest added. */
export function remember(times: readonly number[], limit: RateLimit, nowMs: number): number[] {
  return [...times.filter((time) => time > nowMs - limit.windowMs), nowMs].slice(-limit.count);
}

/** What was taken of an amount, and when. */
export interface Spending {
  readonly atMs: number;
  readonly amount: number;
}

/**
 * Milliseconds until `amount` more fits under a limit; 0 if it fits now. Spendings are ascending in time. More than the whole limit at once is
 * allowed when nothing else is in the window: such a limit slows down, other rules say how long a message may be.
 */
export function amountWaitMs(spent: readonly Spending[], limit: RateLimit, amount: number, nowMs: number): number {
  let room = limit.count - Math.min(amount, limit.count);
  // From the newest back: the first spending that finds no room any more must have left the window.
  for (const { atMs, amount: taken } of spent.toReversed()) {
    if (atMs + limit.windowMs <= nowMs) return 0;
    room -= taken;
    if (room < 0) return atMs + limit.windowMs - nowMs;
  }
  return 0;
}

/** The spendings that can still decide under a limit, with the newest added. As each takes at least one, they are no more than the limit counts. */
export function rememberAmount(
  spent: readonly Spending[],
  limit: RateLimit,
  amount: number,
  nowMs: number,
): Spending[] {
  const taken = { atMs: nowMs, amount: Math.min(amount, limit.count) };
  return [...spent.filter(({ atMs }) => atMs > nowMs - limit.windowMs), taken].slice(-limit.count);
}
