/** Runs costly work one after another and lets only so much of it wait: a flood of requests costs one core at most, and little memory. */
export class WorkLane {
  readonly #maxWaiting: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `maxWaiting`: how many may be in the lane, the one that runs included. */
  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** True while there is no place; who asks now should be told to come back. */
  get isFull(): boolean {
    return this.#waiting >= this.#maxWaiting;
  }

  /** Does the work in its turn; undefined at once if the lane is full. A failure goes to whoever asked, and to nobody else. */
  async run<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.isFull) return undefined;
    this.#waiting += 1;
    try {
      const turn = this.#last.then(work);
      // The next one waits for this one's end, however it ends.
      this.#last = turn.catch(() => undefined);
      return { value: await turn };
    } finally {
      this.#waiting -= 1;
    }
  }
}
