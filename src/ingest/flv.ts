import { AppError } from '../errors.ts';
import { GrowingBody } from './growing-body.ts';

/** Kinds of FLV tags (FLV specification, annex E.4.1); RTMP's message types are the same numbers. */
export const flvTagType = { audio: 8, video: 9, script: 18 } as const;

/** One tag of an FLV stream. */
export interface FlvTag {
  readonly type: (typeof flvTagType)[keyof typeof flvTagType];
  /** Milliseconds modulo 2^32. */
  readonly timestamp: number;
  readonly body: Buffer;
}

const fileHeaderBytes = 9;
const tagHeaderBytes = 11;
const previousSizeBytes = 4;
/** The header says where the tags begin; nobody has ever put anything before them. */
const maxDataOffset = 1024;

/** A file begins with these three bytes. */
export const flvMagic = 'FLV';

/** The longest tag that a reader takes unless told otherwise; a keyframe of 1080p video has well under 1 MB. */
export const maxFlvTagBytes = 4 * 2 ** 20;

/** File header and the size of the tag before the first, which is none. */
export function flvHeader({ hasAudio }: { hasAudio: boolean }): Buffer {
  return Buffer.from([0x46, 0x4c, 0x56, 1, hasAudio ? 0b101 : 0b001, 0, 0, 0, fileHeaderBytes, 0, 0, 0, 0]);
}

/** A tag with its header and its size behind it. */
export function writeFlvTag({ type, timestamp, body }: FlvTag): Buffer {
  const bytes = Buffer.alloc(tagHeaderBytes + body.length + previousSizeBytes);
  bytes.writeUInt8(type);
  bytes.writeUIntBE(body.length, 1, 3);
  bytes.writeUIntBE(timestamp & 0xffffff, 4, 3);
  bytes.writeUInt8((timestamp >>> 24) & 0xff, 7);
  body.copy(bytes, tagHeaderBytes);
  bytes.writeUInt32BE(tagHeaderBytes + body.length, tagHeaderBytes + body.length);
  return bytes;
}

/** True for the types that a publisher may send us. */
export function isFlvTagType(type: number): type is FlvTag['type'] {
  return type === flvTagType.audio || type === flvTagType.video || type === flvTagType.script;
}

/** Reads the tags of an FLV stream, however its bytes are cut. Throws MEDIA_MALFORMED; nothing more may be pushed after that. */
export class FlvReader {
  readonly #maxTagBytes: number;
  readonly #header = Buffer.alloc(tagHeaderBytes);
  #headerFilled = 0;
  /** Bytes to pass over: the end of the file header, the size after each tag. */
  #skip = 0;
  #inFileHeader = true;
  #tag: { type: FlvTag['type']; timestamp: number; body: GrowingBody } | undefined;

  constructor(maxTagBytes = maxFlvTagBytes) {
    this.#maxTagBytes = maxTagBytes;
  }

  /** Yields each tag as soon as its last byte is there. Iterate to the end: what is not read is lost. */
  *push(bytes: Buffer): Generator<FlvTag, void> {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - offset);
        this.#skip -= skipped;
        offset += skipped;
      } else if (this.#tag !== undefined) {
        const to = Math.min(bytes.length, offset + this.#tag.body.missing);
        this.#tag.body.add(bytes, offset, to);
        offset = to;
      } else {
        offset = this.#readHeader(bytes, offset);
      }
      const tag = this.#finishedTag();
      if (tag !== undefined) yield tag;
    }
  }

  #readHeader(bytes: Buffer, from: number): number {
    const wanted = this.#inFileHeader ? fileHeaderBytes : tagHeaderBytes;
    const to = Math.min(bytes.length, from + wanted - this.#headerFilled);
    bytes.copy(this.#header, this.#headerFilled, from, to);
    this.#headerFilled += to - from;
    if (this.#headerFilled === wanted) {
      this.#headerFilled = 0;
      if (this.#inFileHeader) this.#openFile();
      else this.#openTag();
    }
    return to;
  }

  #openFile(): void {
    if (this.#header.toString('latin1', 0, 3) !== flvMagic) throw malformed('it does not begin with FLV');
    const dataOffset = this.#header.readUInt32BE(5);
    if (dataOffset < fileHeaderBytes || dataOffset > maxDataOffset) throw malformed('an impossible header');
    this.#skip = dataOffset - fileHeaderBytes + previousSizeBytes;
    this.#inFileHeader = false;
  }

  #openTag(): void {
    const type = this.#header.readUInt8();
    const length = this.#header.readUIntBE(1, 3);
    if (!isFlvTagType(type)) throw malformed(`a tag of unknown type ${type}`);
    if (length > this.#maxTagBytes) throw malformed(`a tag of ${length} bytes`);
    const timestamp = (this.#header.readUIntBE(4, 3) | (this.#header.readUInt8(7) << 24)) >>> 0;
    this.#tag = { type, timestamp, body: new GrowingBody(length) };
  }

  #finishedTag(): FlvTag | undefined {
    if (this.#tag === undefined || this.#tag.body.missing > 0) return undefined;
    const { type, timestamp, body } = this.#tag;
    this.#tag = undefined;
    this.#skip = previousSizeBytes;
    return { type, timestamp, body: body.bytes() };
  }
}

function malformed(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `Malformed FLV: ${what}.`);
}
