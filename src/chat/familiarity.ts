import { RecentMap } from './recent-map.ts';

/** People remembered at once; beyond, those who did nothing for longest are strangers again. */
const maxPeople = 8192;

/** Somebody who has said nothing for so long is a stranger again. */
const trustMs = 24 * 60 * 60 * 1000;

/**
 * How well the room knows somebody: since when they are here, and whether they have said something that stayed. It decides limits,
 * who must wait for approval, and who stands in the list of a large room; it is never stored.
 */
export class Familiarity {
  readonly #seen = new RecentMap<string, number>(maxPeople);
  readonly #spoken = new RecentMap<string, number>(maxPeople);

  /** Somebody is here; the first time counts. */
  meet(viewerId: string, nowMs: number): void {
    // Written again, so that those who are here are not the ones to be forgotten.
    this.#seen.set(viewerId, this.#seen.get(viewerId) ?? nowMs);
  }

  /** Milliseconds since somebody was first seen; 0 for a stranger. */
  ageMs(viewerId: string, nowMs: number): number {
    return Math.max(0, nowMs - (this.#seen.get(viewerId) ?? nowMs));
  }

  /** Somebody has said something, or staff have let it pass. */
  hear(viewerId: string, nowMs: number): void {
    this.meet(viewerId, nowMs);
    this.#spoken.set(viewerId, nowMs);
  }

  /** True for whoever has spoken here of late and was not distrusted since. */
  isKnown(viewerId: string, nowMs: number): boolean {
    const spokenMs = this.#spoken.get(viewerId);
    return spokenMs !== undefined && nowMs - spokenMs < trustMs;
  }

  /** What somebody said did not stay: they begin anew, as if they came in now. */
  distrust(viewerId: string): void {
    this.#spoken.delete(viewerId);
    this.#seen.delete(viewerId);
  }
}
