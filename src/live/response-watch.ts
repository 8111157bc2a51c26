/** What the watch looks at from time to time. */
export interface Watched {
  /** Called about once a second. `nowMs` is monotonic. */
  check(nowMs: number): void;
}

export interface ResponseWatchOptions {
  /** Monotonic milliseconds; the process's own clock unless given. */
  readonly now?: () => number;
  readonly everyMs?: number;
}

/** One timer for all open responses: their drain rate, age and silence are judged here. It runs only while there is something to watch. */
export class ResponseWatch {
  readonly #watched = new Set<Watched>();
  readonly #now: () => number;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor({ now = () => performance.now(), everyMs = 1000 }: ResponseWatchOptions = {}) {
    this.#now = now;
    this.#everyMs = everyMs;
  }

  now(): number {
    return this.#now();
  }

  get size(): number {
    return this.#watched.size;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.checkAll(), this.#everyMs);
    this.#timer.unref();
  }

  /** Safe to call for one that is not watched. */
  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at everything now. */
  checkAll(): void {
    const nowMs = this.#now();
    for (const watched of [...this.#watched]) watched.check(nowMs);
  }
}
