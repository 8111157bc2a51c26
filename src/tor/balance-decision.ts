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

export type BalanceDecision = { readonly kind: 'leave' } | { readonly kind: 'start'; readonly inMs: number };

/** How long the first service waits for the others: Onionbalance looks only every ten minutes for one that was not there. */
const patienceMs = 30_000;
/** A start costs nothing that is published, but nothing new is either for a minute. */
const betweenLooksMs = 120_000;

const leave: BalanceDecision = { kind: 'leave' };

/**
 * Whether Onionbalance is to be started, or started anew, so that it looks for services at once: when others are to carry the address than before, or one can be
 * found that it has not seen. `now`: undefined while it does not run. `firstAtMs`: since when one of them can be found.
 */
export function decideBalance(
  backends: readonly Backend[],
  now: Balanced | undefined,
  firstAtMs: number,
  nowMs: number,
): BalanceDecision {
  const wanted = addressesOf(backends);
  const published = backends.filter(({ isPublished, isDraining }) => isPublished && !isDraining);
  if (published.length === 0) return leave;
  if (now === undefined) {
    const isComplete = published.length === backends.filter(({ isDraining }) => !isDraining).length;
    return { kind: 'start', inMs: isComplete ? 0 : Math.max(0, firstAtMs + patienceMs - nowMs) };
  }
  if (wanted.join() !== now.addresses.join()) return { kind: 'start', inMs: 0 };
  const hasNews = published.some(({ address = '', restarts }) => now.found.get(address) !== restarts);
  return hasNews ? { kind: 'start', inMs: Math.max(0, now.startedAtMs + betweenLooksMs - nowMs) } : leave;
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
