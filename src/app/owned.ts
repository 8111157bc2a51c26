/** What has been opened so far; closed in the reverse order, everything, even if one of them fails. */
export class Owned {
  readonly #closers: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Remembers how to close something that has just been opened. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Safe to call twice. Rejects with the first failure once everything has been tried. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
