/** One of several addresses of the same stream, as it is at this moment. */
export interface PublicAddress {
  /** `<56 characters>.onion`; absent while it is not known. */
  readonly address?: string | undefined;
  /** It can be opened, and takes newcomers. */
  readonly isOpen: boolean;
}

/** The same, with who is there. */
export interface SpreadPlace extends PublicAddress {
  readonly visitors: number;
}

/** Nobody is sent away for less: a difference of so many visitors, or this part of those who are here. */
const leastGain = { visitors: 2, part: 0.1 };
/** Who is sent on has arrived by then, as a rule, and is counted there. */
const arrivalMs = 15_000;
/** More of them change nothing: the pace of newcomers is bounded. */
const maxUnderWay = 1024;

/**
 * Spreads newcomers over several addresses. Only the first one, which everybody is told, sends people on, and one that takes no newcomers does; all others
 * keep whoever comes: so nobody is sent round in circles.
 */
export class Spread {
  /** Who was sent where, and when, oldest first. */
  #underWay: { readonly place: number; readonly atMs: number }[] = [];

  /** Where somebody new who came to the place number `here` is better off: the number of another place; undefined: here. */
  send(places: readonly SpreadPlace[], here: number, nowMs: number): number | undefined {
    const own = places[here];
    if (own === undefined || (here !== 0 && own.isOpen)) return undefined;
    this.#underWay = this.#underWay.filter(({ atMs }) => nowMs - atMs < arrivalMs);
    const loads = places.map(({ visitors }, place) => visitors + this.#sentTo(place));
    const best = leastLoaded(places, loads, here);
    if (best === undefined) return undefined;
    const gain = (loads[here] ?? 0) - (loads[best] ?? 0);
    const wanted = Math.max(leastGain.visitors, (loads[here] ?? 0) * leastGain.part);
    if (own.isOpen && gain < wanted) return undefined;
    if (this.#underWay.length < maxUnderWay) this.#underWay.push({ place: best, atMs: nowMs });
    return best;
  }

  #sentTo(place: number): number {
    return this.#underWay.filter((each) => each.place === place).length;
  }
}

/** The open place with the fewest, other than this one. */
function leastLoaded(places: readonly SpreadPlace[], loads: readonly number[], here: number): number | undefined {
  let best: number | undefined;
  for (const [place, { isOpen, address }] of places.entries()) {
    if (place === here || !isOpen || address === undefined) continue;
    if (best === undefined || (loads[place] ?? 0) < (loads[best] ?? 0)) best = place;
  }
  return best;
}
