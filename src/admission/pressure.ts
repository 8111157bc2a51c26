/**
 * How the machine does. busy: whoever is not in must wait. exhausted: what can wait is put off as well (playlists, recordings, clips). Whoever watches the page is never
 * given up for it.
 */
export type Pressure = 'calm' | 'busy' | 'exhausted';

/** What was seen in the last few seconds. */
export interface LoadSample {
  /** Share of the time in which this process had no moment to itself. */
  readonly loop: number;
  /** Viewers who were served well before and no longer could be: many at once mean our line, not theirs. */
  readonly lost: number;
  /** How many are being served. */
  readonly served: number;
}

const bounds = { loop: 0.95, loopCalm: 0.8, lostShare: 0.25, lostCalm: 0.1, lost: 5 };
/** Samples in a row that make it busy, exhausted, and calm again. */
const rows = { busy: 3, exhausted: 5, calm: 2 };

/** Judges load by samples in a row, so that neither a hiccup nor somebody's bad line is taken for it. */
export class PressureGauge {
  #pressure: Pressure = 'calm';
  #hard = 0;
  #easy = 0;

  get pressure(): Pressure {
    return this.#pressure;
  }

  /** Takes a sample; returns what follows. */
  take(sample: LoadSample): Pressure {
    this.#hard = isHard(sample) ? this.#hard + 1 : 0;
    this.#easy = isEasy(sample) ? this.#easy + 1 : 0;
    if (this.#hard >= rows.exhausted) this.#pressure = 'exhausted';
    else if (this.#hard >= rows.busy && this.#pressure === 'calm') this.#pressure = 'busy';
    else if (this.#easy >= rows.calm) this.#pressure = 'calm';
    return this.#pressure;
  }
}

function lostShare({ lost, served }: LoadSample): number {
  return lost < bounds.lost ? 0 : lost / (lost + served);
}

function isHard(sample: LoadSample): boolean {
  return sample.loop >= bounds.loop || lostShare(sample) >= bounds.lostShare;
}

function isEasy(sample: LoadSample): boolean {
  return sample.loop < bounds.loopCalm && lostShare(sample) < bounds.lostCalm;
}
