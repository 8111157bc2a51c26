import { type RateLimit, remember, waitMs } from './flood.ts';
import { RecentMap } from './recent-map.ts';
import type { RefusalRule } from './refusal.ts';

/** So many refusals within a minute are no mistake any more. */
const patience: RateLimit = { count: 4, windowMs: 60_000 };
const maxViewers = 4096;

/** Refusals that a flood brings about. Not slow mode and the like, against which anybody runs once. */
const floodRules: ReadonlySet<RefusalRule> = new Set([
  'slow-down',
  'too-many-rows',
  'circuit-busy',
  'same-text',
  'copied-text',
]);

/** Notices who goes on sending although they were told to wait. */
export class Insistence {
  readonly #refusals = new RecentMap<string, readonly number[]>(maxViewers);

  /** Counts a refusal; true if it is one too many, and then counting begins anew. */
  note(viewerId: string, rule: RefusalRule, nowMs: number): boolean {
    if (!floodRules.has(rule)) return false;
    const times = remember(this.#refusals.get(viewerId) ?? [], patience, nowMs);
    const isTooMuch = waitMs(times, patience, nowMs) > 0;
    if (isTooMuch) this.#refusals.delete(viewerId);
    else this.#refusals.set(viewerId, times);
    return isTooMuch;
  }
}
