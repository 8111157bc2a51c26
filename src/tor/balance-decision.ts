/** A service behind the one address. */
export interface Backend {
  /** `<56 characters>.onion`; absent before its tor has made it. */
  readonly address?: string | undefined;
  /** Directories of the network have its descriptor. */
  readonly isPublished: boolean;
  /** Newcomers are to go elsewhere. */
  readonly isDraining: boolean;
  /** How often its tor was started anew: with each time it is found at other places. */
  readonly restarts: number;
}

/** What Onionbalance runs with, and what it has been able to find. */
export interface Balanced {
  readonly addresses: readonly string[];
  /** For each address the `restarts` of a service that was published when Onionbalance looked for it; absent for one that was not. */
  readonly found: ReadonlyMap<string, number>;
  readonly startedAtMs: number;
}

/** What is known when it is decided; all times are monotonic milliseconds. */
export interface BalanceView {
  /** The services behind the one address. */
  readonly backends: readonly Backend[];
  /** Absent while Onionbalance does not run. */
  readonly running?: Balanced | undefined;
  /** Since when one of the services can be found. */
  readonly firstAtMs: number;
  /** When a directory last took an announcement; absent before the first. */
  readonly announcedAtMs?: number | undefined;
  readonly nowMs: number;
}

export type BalanceDecision =
  | { readonly kind: 'leave' }
  | { readonly kind: 'start'; readonly inMs: number; readonly because: 'news' | 'silence' };

/** How long the first service waits for the others: Onionbalance looks only every ten minutes for one that was not there. */
const patienceMs = 30_000;
/** A start costs nothing that is published, but nothing new is either for a minute. */
const betweenLooksMs = 120_000;

/** It announces after a minute, and where it has found nothing five minutes later. */
const firstSilenceMs = 600_000;
/** It announces anew every hour; three hours after the last time nobody finds the address any more. */
const silenceMs = 9_000_000;

/**
 * When Onionbalance is to be started, or started anew, so that it looks for services at once: when others are to carry the address than before, when one can be
 * found that it has not seen, or when it has announced nothing for so long that it must hang. The last is foreseen from its start on.
 */
export function decideBalance({ backends, running, firstAtMs, announcedAtMs, nowMs }: BalanceView): BalanceDecision {
  const published = backends.filter(({ isPublished, isDraining }) => isPublished && !isDraining);
  if (published.length === 0) return { kind: 'leave' };
  const start = (atMs: number, because: 'news' | 'silence' = 'news'): BalanceDecision => {
    return { kind: 'start', inMs: Math.max(0, atMs - nowMs), because };
  };
  if (running === undefined) {
    const isComplete = published.length === backends.filter(({ isDraining }) => !isDraining).length;
    return start(isComplete ? nowMs : firstAtMs + patienceMs);
  }
  const { addresses, found, startedAtMs } = running;
  if (addressesOf(backends).join() !== addresses.join()) return start(nowMs);
  const hasNews = published.some(({ address = '', restarts }) => found.get(address) !== restarts);
  if (hasNews) return start(startedAtMs + betweenLooksMs);
  const hasAnnounced = announcedAtMs !== undefined && announcedAtMs >= startedAtMs;
  return start(hasAnnounced ? announcedAtMs + silenceMs : startedAtMs + firstSilenceMs, 'silence');
}

/** Those that are to carry the address. */
export function addressesOf(backends: readonly Backend[]): string[] {
  return backends.flatMap(({ address, isDraining }) => (address === undefined || isDraining ? [] : [address]));
}

/** What Onionbalance finds when it is started at this moment. */
export function balancedAt(backends: readonly Backend[], nowMs: number): Balanced {
  const found = backends.flatMap(({ address, isPublished, restarts }): [string, number][] =>
    address === undefined || !isPublished ? [] : [[address, restarts]],
  );
  return { addresses: addressesOf(backends), found: new Map(found), startedAtMs: nowMs };
}
