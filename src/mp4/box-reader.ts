import { malformed, readBoxHeader, type BoxHeader } from './boxes.ts';

/** Enough for ten seconds of a 12 Mbit/s source in one fragment. */
export const defaultMaxBoxBytes = 16 * 1024 * 1024;

const longestHeader = 16;

/**
 * Splits a byte stream into its top-level boxes, however it is chunked. Every box is copied once, into memory of its own, so that the large
 * buffers in which pipes and sockets deliver are free again at once.
 */
export class BoxReader {
  readonly #onBox: (type: string, bytes: Buffer) => void;
  readonly #maxBoxBytes: number;
  readonly #head = Buffer.alloc(longestHeader);
  #headBytes = 0;
  #type = '';
  #box: Buffer | undefined;
  #filled = 0;

  /** `onBox` gets each box whole, header included, and owns the buffer. */
  constructor(onBox: (type: string, bytes: Buffer) => void, maxBoxBytes: number = defaultMaxBoxBytes) {
    this.#onBox = onBox;
    this.#maxBoxBytes = maxBoxBytes;
  }

  /**
   * Takes the next bytes of the stream. Throws MEDIA_MALFORMED for an impossible or too large box; boxes before it have been delivered, and the
   * stream cannot be read any further: every later call throws as well.
   */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      at += this.#box === undefined ? this.#takeHeader(bytes, at) : this.#takeBody(this.#box, bytes, at);
    }
  }

  #takeHeader(bytes: Buffer, at: number): number {
    // A 16-byte header only shows itself as such in its first 8 bytes, so those are taken first.
    const wanted = this.#headBytes < 8 ? 8 : longestHeader;
    const taken = bytes.copy(this.#head, this.#headBytes, at, at + wanted - this.#headBytes);
    this.#headBytes += taken;
    const header = readBoxHeader(this.#head.subarray(0, this.#headBytes));
    if (header !== undefined) this.#open(header);
    return taken;
  }

  #open(header: BoxHeader): void {
    if (header.size > this.#maxBoxBytes) throw malformed(`box ${header.type} of ${header.size} bytes is too large`);
    this.#type = header.type;
    this.#box = Buffer.allocUnsafeSlow(header.size);
    this.#filled = this.#head.copy(this.#box, 0, 0, header.headerBytes);
    this.#headBytes = 0;
    if (header.size === header.headerBytes) this.#close(this.#box);
  }

  #takeBody(box: Buffer, bytes: Buffer, at: number): number {
    const taken = bytes.copy(box, this.#filled, at);
    this.#filled += taken;
    if (this.#filled === box.length) this.#close(box);
    return taken;
  }

  #close(box: Buffer): void {
    this.#box = undefined;
    this.#onBox(this.#type, box);
  }
}
