import { groupByPerson, type Trace } from './person.ts';
import { nameOf, Places } from './places.ts';

/** A response that carries the stream to somebody. */
export interface Reception {
  /** When bytes were last taken, on the clock that `nowMs` is read from. */
  readonly lastDrainAtMs: number;
}

/** How many people who only fetch playlists are remembered; beyond that the oldest are forgotten. The same for readers of the list of people. */
const maxFetchers = 4096;
/** How long a place is kept for somebody who was watching: a page that is loaded again, a line that breaks. Never for longer than they had watched. */
const holdMs = 30_000;
/** A player that has not asked again for this many target durations has gone. */
const targetDurationsToKeep = 3;

interface OpenReception {
  readonly who: Trace;
  readonly reception: Reception;
  readonly windowMs: number;
}

/** Whoever fetches something again and again, and until when the last time counts; in the order of fetching. */
type Fetchers = Map<string, { readonly who: Trace; readonly untilMs: number }>;

/**
 * Who is watching, by one definition for the number and for the list: whoever has a media response open that took at least one byte lately, or
 * has fetched a media playlist within three target durations. A response that is behind by more media than its rendition allows is ended by the server,
 * so that what is open does receive.
 */
export class Audience {
  readonly #receptions = new Set<OpenReception>();
  readonly #playlists: Fetchers = new Map();
  readonly #visits: Fetchers = new Map();
  readonly #places = new Places();

  /** Counts a media response for as long as it took bytes within the last `windowMs`. Returns what ends it, safe to call twice. */
  receive(who: Trace, reception: Reception, windowMs: number): () => void {
    const open = { who, reception, windowMs };
    const sinceMs = reception.lastDrainAtMs;
    this.#receptions.add(open);
    this.#places.take(who);
    return () => {
      if (!this.#receptions.delete(open)) return;
      const { lastDrainAtMs } = reception;
      this.#places.leave(who, lastDrainAtMs + Math.min(holdMs, lastDrainAtMs - sinceMs));
    };
  }

  /** A media playlist was fetched. */
  fetchPlaylist(who: Trace, targetDurationMs: number, nowMs: number): void {
    const untilMs = nowMs + targetDurationsToKeep * targetDurationMs;
    note(this.#playlists, who, untilMs);
    this.#places.keep(who, untilMs);
  }

  /** Somebody looks at a page that they will load again within this time: they are here, watching or not. */
  visit(who: Trace, forMs: number, nowMs: number): void {
    note(this.#visits, who, nowMs + forMs);
  }

  /** Traces of those who are watching at this moment; as many of one person as they have responses. */
  watching(nowMs: number): Trace[] {
    const draining = [...this.#receptions].filter(
      ({ reception, windowMs }) => nowMs - reception.lastDrainAtMs <= windowMs,
    );
    return [...draining.map(({ who }) => who), ...current(this.#playlists, nowMs)];
  }

  /** Traces of those who visit. */
  visiting(nowMs: number): Trace[] {
    return current(this.#visits, nowMs);
  }

  /**
   * Whether somebody may begin to watch, or go on, where only so many may. This is about what the server can carry: every identity takes a place of its own
   * here, since each may have several responses, and only so many may share a circuit.
   */
  hasRoomFor(who: Trace, maxViewers: number, nowMs: number, maxPerCircuit = Number.POSITIVE_INFINITY): boolean {
    if (this.hasPlace(who, nowMs)) return true;
    if (this.placesTaken(nowMs) >= maxViewers) return false;
    // Threat: T33
    const isCircuit = typeof who.circuitId === 'number' && maxPerCircuit !== Number.POSITIVE_INFINITY;
    return !isCircuit || this.#places.takenOn(who.circuitId, nowMs) < maxPerCircuit;
  }

  /** Whether nobody new may begin. */
  isFull(maxViewers: number, nowMs: number): boolean {
    return this.placesTaken(nowMs) >= maxViewers;
  }

  /** Whether somebody takes a place: has a response open, watches by playlists, or did one or the other a moment ago. */
  hasPlace(who: Trace, nowMs: number): boolean {
    return this.#places.has(who, nowMs);
  }

  placesTaken(nowMs: number): number {
    return this.#places.taken(nowMs);
  }

  /** Whether somebody who came by this circuit is watching. */
  isWatchingOn(circuitId: number, nowMs: number): boolean {
    for (const { who, reception, windowMs } of this.#receptions) {
      if (who.circuitId === circuitId && nowMs - reception.lastDrainAtMs <= windowMs) return true;
    }
    return current(this.#playlists, nowMs).some((who) => who.circuitId === circuitId);
  }

  /** How many people are watching. */
  count(nowMs: number): number {
    return groupByPerson(this.watching(nowMs)).length;
  }
}

function note(fetchers: Fetchers, who: Trace, untilMs: number): void {
  const name = nameOf(who);
  fetchers.delete(name);
  fetchers.set(name, { who, untilMs });
  const [oldest] = fetchers.size > maxFetchers ? fetchers.keys() : [];
  if (oldest !== undefined) fetchers.delete(oldest);
}

function current(fetchers: Fetchers, nowMs: number): Trace[] {
  for (const [name, { untilMs }] of fetchers) if (nowMs > untilMs) fetchers.delete(name);
  return [...fetchers.values()].map(({ who }) => who);
}
