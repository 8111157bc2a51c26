/** What a link has done of late. */
export interface LinkView {
  /** Seconds of media that came in a second, over the last two: 1 when it keeps up, less when it does not, more while it catches up. */
  readonly drain: number;
  /** The same over the last six (`longSeconds`). */
  readonly longDrain: number;
  /** The part of the last two seconds in which something came at all: tells a slow link from one that stands still. */
  readonly flow: number;
  /** How much later the newest media is than it could be, in seconds. */
  readonly late: number;
  /** What came in the last second, in bits per second. */
  readonly bitsPerSecond: number;
  /** It has only just begun again after a silence, and catches up or does not: that is to be seen. */
  readonly isRecovering: boolean;
  /** Since the link is known, in seconds. */
  readonly knownFor: number;
}

const shortSeconds = 2;
export const longSeconds = 6;
const slotSeconds = 0.25;
/** Nothing for this long is a silence; after one, this much time is allowed to catch up, but not again and again. */
const silence = { seconds: 1, recovery: 3, often: 3, within: 10 };
/** How long the best that the link has done is remembered. */
const baselineSeconds = 60;

/** Something has come. */
export interface Arrival {
  /** In seconds on a steady clock. */
  readonly at: number;
  readonly bytes: number;
  /** End of the newest media by then. */
  readonly end: number;
}

/** Measures what arrives against real time. All times in seconds on one steady clock. */
export class LinkMeter {
  #samples: Arrival[] = [];
  /** The best of each second: how far the clock was from the end of the media. */
  #best: { readonly second: number; late: number }[] = [];
  #knownSince: number | undefined;
  /** When silences ended. */
  #silences: number[] = [];

  add(arrival: Arrival): void {
    const { at: now, end } = arrival;
    this.#knownSince ??= now;
    const last = this.#samples.at(-1);
    if (last !== undefined && now - last.at > silence.seconds) this.#silences.push(now);
    while ((this.#silences[0] ?? now) < now - silence.within) this.#silences.shift();
    this.#samples.push(arrival);
    while (this.#samples[1] !== undefined && this.#samples[1].at < now - longSeconds) this.#samples.shift();
    const second = Math.floor(now);
    const best = this.#best.at(-1);
    if (best?.second === second) best.late = Math.min(best.late, now - end);
    else this.#best.push({ second, late: now - end });
    while (this.#best[0] !== undefined && this.#best[0].second < now - baselineSeconds) this.#best.shift();
  }

  /** The same link goes on after a pause that was none of its doing: what it did before says nothing about now. */
  pause(): void {
    this.#samples = [];
    this.#silences = [];
    this.#knownSince = undefined;
  }

  /** Another timeline: nothing that was known holds. */
  reset(): void {
    this.pause();
    this.#best = [];
  }

  view(now: number): LinkView | undefined {
    const newest = this.#samples.at(-1);
    if (newest === undefined || this.#knownSince === undefined) return undefined;
    const recent = this.#samples.filter(({ at }) => at > now - shortSeconds);
    const slots = new Set(recent.map(({ at }) => Math.floor((now - at) / slotSeconds)));
    return {
      drain: this.#drain(now, shortSeconds, newest),
      longDrain: this.#drain(now, longSeconds, newest),
      flow: (slots.size * slotSeconds) / shortSeconds,
      late: Math.max(0, now - newest.end - Math.min(...this.#best.map(({ late }) => late))),
      bitsPerSecond: recent.reduce((sum, { at, bytes }) => (at > now - 1 ? sum + bytes : sum), 0) * 8,
      isRecovering: this.#silences.length < silence.often && now - (this.#silences.at(-1) ?? 0) < silence.recovery,
      knownFor: now - this.#knownSince,
    };
  }

  #drain(now: number, seconds: number, newest: Arrival): number {
    const from = this.#samples.findLast(({ at }) => at <= now - seconds) ?? this.#samples[0] ?? newest;
    const span = Math.max(now - from.at, slotSeconds);
    return (newest.end - from.end) / span;
  }
}
