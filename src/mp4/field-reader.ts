import { malformed } from './boxes.ts';

/** Reads the fields of a box one after the other. Whoever reads past the end gets MEDIA_MALFORMED, never a RangeError. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = 0;
    this.skip(at);
  }

  /** Offset of the next field. */
  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** Passes over `count` bytes and returns where they began. */
  skip(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw malformed('a box ends in the middle of a field');
    this.#at = from + count;
    return from;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.skip(1));
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.skip(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.skip(4));
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.skip(4));
  }

  /** A 64-bit number; MEDIA_MALFORMED beyond what a JavaScript number holds exactly (no real time or size is). */
  u64(): number {
    const value = Number(this.#bytes.readBigUInt64BE(this.skip(8)));
    if (!Number.isSafeInteger(value)) throw malformed('a 64-bit field is out of range');
    return value;
  }

  /** The four characters of a type. */
  fourcc(): string {
    const from = this.skip(4);
    return this.#bytes.toString('latin1', from, from + 4);
  }

  /** The head of a full box (ISO/IEC 14496-12 4.2.2). */
  versionAndFlags(): { version: number; flags: number } {
    const word = this.u32();
    return { version: word >>> 24, flags: word & 0xffffff };
  }
}
