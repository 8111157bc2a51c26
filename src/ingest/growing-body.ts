/**
 * Collects a body whose length was announced, as its bytes arrive. Memory follows what has really come, not what was
 * announced, and no received buffer is kept alive by a small slice of it.
 */
export class GrowingBody {
  readonly length: number;
  #bytes: Buffer;
  #filled = 0;

  constructor(length: number) {
    this.length = length;
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(length, 4096));
  }

  /** Bytes still to come. */
  get missing(): number {
    return this.length - this.#filled;
  }

  /** Copies `source[from, to)`, which must not be more than what is missing. */
  add(source: Buffer, from: number, to: number): void {
    const filled = this.#filled + to - from;
    if (filled > this.length) throw new RangeError('more bytes than were announced');
    if (filled > this.#bytes.length) this.#grow(filled);
    source.copy(this.#bytes, this.#filled, from, to);
    this.#filled = filled;
  }

  /** The whole body; to be asked once nothing is missing. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#filled);
  }

  #grow(needed: number): void {
    const size = Math.min(this.length, Math.max(needed, this.#bytes.length * 2));
    const larger = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(larger, 0, 0, this.#filled);
    this.#bytes = larger;
  }
}
