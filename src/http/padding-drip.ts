/** What is sent of it at a time, and how often: together within the second until it is asked how the connection took it. */
const portions = 8;
const everyMs = 120;

/**
 * Sends bytes that mean nothing to one viewer, spread over a second as a picture's would be: in one piece, what is really meant would wait behind them on a narrow
 * connection for longer than browsers have in store.
 */
export class PaddingDrip {
  readonly #write: (bytes: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `write`: sends so many of them. */
  constructor(write: (bytes: number) => void) {
    this.#write = write;
  }

  /** Sends so many from now on, in place of what is left of those before. */
  send(bytes: number): void {
    this.stop();
    const portion = Math.ceil(bytes / portions);
    let left = portions;
    this.#timer = setInterval(() => {
      this.#write(portion);
      left -= 1;
      if (left === 0) this.stop();
    }, everyMs).unref();
  }

  /** Safe to call twice. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
