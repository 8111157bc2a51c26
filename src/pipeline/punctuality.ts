/** What is far too slow is seen soon. */
const soon = { seconds: 2.5, leastPace: 0.9 };
/** What is a little too slow takes a longer look. */
const longLook = { seconds: 12, leastPace: 0.98 };
/** Less is the beat of the pieces, and the unevenness of any encoder. */
const lateSeconds = 0.25;
/** Viewers see what was made a while ago. */
const holdSeconds = 4;

interface Made {
  readonly at: number;
  readonly end: number;
}

/**
 * Whether a rendition is made slower than it plays: whatever its viewers miss then is missing here, and no other quality helps against that. A gap in the
 * media that passes is no slowness. All times in seconds, on one steady clock.
 */
export class Punctuality {
  #made: Made[] = [];
  #lateUntil = Number.NEGATIVE_INFINITY;

  /** Takes how far the media reaches now. */
  add(now: number, end: number): void {
    this.#made.push({ at: now, end });
    while (this.#made[1] !== undefined && this.#made[1].at <= now - longLook.seconds) this.#made.shift();
    if (this.#isSlow(soon) || this.#isSlow(longLook)) this.#lateUntil = now + holdSeconds;
  }

  /** Another run: nothing that was known holds. */
  reset(): void {
    this.#made = [];
  }

  isLate(now: number): boolean {
    return now < this.#lateUntil;
  }

  #isSlow({ seconds, leastPace }: typeof soon): boolean {
    const last = this.#made.at(-1);
    const first = last && this.#made.findLast(({ at }) => at <= last.at - seconds);
    if (last === undefined || first === undefined) return false;
    const took = last.at - first.at;
    const made = last.end - first.end;
    return took - made > lateSeconds && made < leastPace * took;
  }
}
