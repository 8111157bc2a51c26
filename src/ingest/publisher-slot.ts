/** A connection that publishes or is about to. */
export interface SlotHolder {
  /** Monotonic milliseconds of the last sign of life. */
  readonly lastHeardMs: number;
  /** Somebody with the right key has taken its place: end the publication and close. */
  evict(): void;
}

/** After this silence the holder is taken for dead: its network is gone and its owner is trying to come back. */
export const silentTakeoverMs = 5000;

/** One publisher at a time on one way in; a publisher who comes back wins over its own dead connection. Threat: T41. */
export class PublisherSlot {
  readonly #now: () => number;
  readonly #silentMs: number;
  #holder: SlotHolder | undefined;

  constructor(now: () => number, silentMs = silentTakeoverMs) {
    this.#now = now;
    this.#silentMs = silentMs;
  }

  /** Only for those who have shown the right key. */
  claim(holder: SlotHolder): 'taken' | 'busy' {
    const current = this.#holder;
    if (current !== undefined) {
      if (this.#now() - current.lastHeardMs <= this.#silentMs) return 'busy';
      current.evict();
    }
    this.#holder = holder;
    return 'taken';
  }

  /** Ignored for a holder that has been evicted or never was one. */
  release(holder: SlotHolder): void {
    if (this.#holder === holder) this.#holder = undefined;
  }
}
