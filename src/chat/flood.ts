/** At most `count` within any `windowMs`. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

/** How much is too much. One object, so that a stricter mode is another object. */
export interface FloodPolicy {
  /** Messages of one viewer. */
  readonly viewer: RateLimit;
  /** Messages of all viewers together: what can be read, and what every open page must carry. */
  readonly room: RateLimit;
  /** Changes of name or colour by one viewer. */
  readonly appearance: RateLimit;
  /** How long the same words of the same viewer count as sent by mistake. */
  readonly sameTextMs: number;
}

export const defaultFloodPolicy: FloodPolicy = {
  viewer: { count: 4, windowMs: 20_000 },
  room: { count: 60, windowMs: 10_000 },
  appearance: { count: 3, windowMs: 60_000 },
  sameTextMs: 5000,
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
