import type { Fragment } from './fragments.ts';

/** Times that differ by less are the same: renditions are cut at the same times, to a tick of their timescales. */
const sameSeconds = 0.02;

export interface SpliceOptions {
  /** The end of what is buffered already. */
  readonly reach: number;
  /** What the new response can be entered with. */
  readonly entry: 'picture' | 'sound';
  /** Both have a picture, so one can go on where the other stops; else the new one takes over as soon as it is there. */
  readonly fits: boolean;
}

/**
 * Joins two responses with renditions of one stream at a keyframe, so that nothing is missing and nothing comes twice. While it waits for that keyframe, the
 * old response goes on; what the old one has of the time after it is held back until it is clear whether the new one has it too.
 *
 * Nothing that has been handed out is ever replaced: browsers stumble when the picture that they are decoding is overwritten.
 */
export class Splice {
  readonly #entry: SpliceOptions['entry'];
  readonly #fits: boolean;
  /** Up to where the old response has been handed out. */
  #reach: number;
  #init: Fragment | undefined;
  /** From the latest keyframe of the new response on. */
  #next: Fragment[] = [];
  /** From a keyframe of the old response on that the new one does not have yet. */
  #held: Fragment[] = [];
  #isOldOver = false;
  #isDone = false;

  constructor({ reach, entry, fits }: SpliceOptions) {
    this.#reach = reach;
    this.#entry = entry;
    this.#fits = fits;
  }

  /** The change is made: from now on only the new response counts. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What the old response has is held back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /**
   * A fragment of the old response. Gives what is to be played of all that has come, an init segment before what it is for. `mayHold`: there is enough left to
   * play to hold something back.
   */
  takeOld(fragment: Fragment, mayHold: boolean): Fragment[] {
    if (this.#isDone) return [];
    if (this.#fits && fragment.kind === 'picture' && fragment.isKeyframe) {
      const before = this.hurry();
      this.#held = [fragment];
      return [...before, ...this.#join(), ...(mayHold ? [] : this.hurry())];
    }
    if (this.#held.length === 0) return this.#hand([fragment]);
    this.#held.push(fragment);
    return [];
  }

  /** There is no more of the old response. */
  endOld(): Fragment[] {
    const held = this.hurry();
    this.#isOldOver = true;
    return [...held, ...this.#join()];
  }

  /** A fragment of the new response. */
  takeNew(fragment: Fragment): Fragment[] {
    if (this.#isDone) return [fragment];
    if (fragment.kind === 'init') {
      this.#init = fragment;
      return [];
    }
    if (fragment.kind === this.#entry && fragment.isKeyframe) this.#next = [];
    else if (this.#next.length === 0) return [];
    this.#next.push(fragment);
    return this.#join();
  }

  /** The browser is about to run out: what was held back is played, and the next keyframe is waited for. If there will be none, the new response takes over. */
  hurry(): Fragment[] {
    if (this.#isDone) return [];
    const held = this.#held;
    this.#held = [];
    return this.#isOldOver && this.#next.length > 0 ? this.#takeOver() : this.#hand(held);
  }

  #join(): Fragment[] {
    const [first] = this.#next;
    if (this.#isDone || first === undefined) return [];
    const [old] = this.#held;
    const isThere = this.#isOldOver
      ? first.start > this.#reach - sameSeconds
      : old !== undefined && Math.abs(old.start - first.start) < sameSeconds;
    return isThere || !this.#fits ? this.#takeOver() : [];
  }

  #takeOver(): Fragment[] {
    if (this.#init === undefined) return [];
    this.#isDone = true;
    return [this.#init, ...this.#next];
  }

  #hand(fragments: Fragment[]): Fragment[] {
    for (const { kind, end } of fragments) if (kind === 'picture') this.#reach = Math.max(this.#reach, end);
    return fragments;
  }
}
