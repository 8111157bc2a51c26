/** What an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) says about the picture. */
export interface AvcPicture {
  /** Coded size in pixels, before cropping: a multiple of 16. */
  readonly width: number;
  readonly height: number;
}

/** How the picture is coded, and whether the record holds nothing but what a decoder needs. */
export interface AvcFormat {
  readonly bitDepth: number;
  /** 4:2:0, which every browser decodes. */
  readonly isSubsampled: boolean;
  readonly isProgressive: boolean;
  /** Bytes that say how long a NAL unit is. */
  readonly lengthBytes: number;
  /** One kind of parameter set in each list and nothing behind them: no place for anything else to travel in. */
  readonly isPlain: boolean;
}

/** Threat: a picture of 16384 x 16384 takes 400 MB to decode. */
const maxPictureSide = 4096;

/** Why a picture of this size is not taken; undefined if it is. */
export function pictureRefusal({ width, height }: AvcPicture): string | undefined {
  if (width <= maxPictureSide && height <= maxPictureSide) return undefined;
  return `The picture is too large (${width} x ${height}). Send at most ${maxPictureSide} x ${maxPictureSide}.`;
}

/** Profiles whose sequence parameter set tells about chroma and scaling (H.264 7.3.2.1.1). */
const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

const nalType = { sequence: 7, picture: 8 } as const;

/** Reads the picture's size from a configuration record; undefined if it is not one or is damaged. */
export function readAvcPicture(record: Buffer): AvcPicture | undefined {
  const sps = readSps(record);
  return sps === undefined ? undefined : { width: sps.width, height: sps.height };
}

/** Reads how the picture is coded; undefined as for `readAvcPicture`. */
export function readAvcFormat(record: Buffer): AvcFormat | undefined {
  const sps = readSps(record);
  if (sps === undefined) return undefined;
  const { chromaFormat, bitDepth, framesOnly } = sps;
  return {
    bitDepth,
    isSubsampled: chromaFormat === 1,
    isProgressive: framesOnly === 1,
    lengthBytes: ((record[4] ?? 0) & 3) + 1,
    isPlain: isPlain(record),
  };
}

interface Sps extends AvcPicture {
  readonly chromaFormat: number;
  readonly bitDepth: number;
  readonly framesOnly: number;
}

function readSps(record: Buffer): Sps | undefined {
  const spsCount = (record[5] ?? 0) & 0x1f;
  if (record[0] !== 1 || spsCount === 0 || record.length < 8) return undefined;
  const length = record.readUInt16BE(6);
  const sps = record.subarray(8, 8 + length);
  const isSps = ((sps[0] ?? 0) & 0x1f) === nalType.sequence;
  if (length < 4 || sps.length < length || !isSps) return undefined;
  const reader = new BitReader(withoutEmulationPrevention(sps.subarray(1)));
  const found = readSpsFields(reader);
  return reader.overrun ? undefined : found;
}

/** ISO/IEC 14496-15, 5.3.3.1.2: two lists of parameter sets, and for high profiles four bytes, the last of which counts extensions. */
function isPlain(record: Buffer): boolean {
  let at = 5;
  for (const [type, mask] of [
    [nalType.sequence, 0x1f],
    [nalType.picture, 0xff],
  ] as const) {
    const count = (record[at] ?? 0) & mask;
    at += 1;
    for (let index = 0; index < count; index += 1) {
      if (at + 3 > record.length || ((record[at + 2] ?? 0) & 0x1f) !== type) return false;
      at += 2 + record.readUInt16BE(at);
    }
  }
  const extension = record.length - at;
  return extension === 0 || (extension === 4 && record.at(-1) === 0);
}

/** H.264 7.3.2.1.1, as far as the size. */
function readSpsFields(bits: BitReader): Sps {
  const profile = bits.read(8);
  bits.read(16);
  bits.readExpGolomb();
  const { chromaFormat, bitDepth } = highProfiles.has(profile)
    ? readHighProfileFields(bits)
    : { chromaFormat: 1, bitDepth: 8 };
  bits.readExpGolomb();
  const pictureOrderType = bits.readExpGolomb();
  if (pictureOrderType === 0) bits.readExpGolomb();
  if (pictureOrderType === 1) {
    bits.read(1);
    bits.readExpGolomb();
    bits.readExpGolomb();
    const count = Math.min(bits.readExpGolomb(), 255);
    for (let index = 0; index < count; index += 1) bits.readExpGolomb();
  }
  bits.readExpGolomb();
  bits.read(1);
  const width = (bits.readExpGolomb() + 1) * 16;
  const mapUnits = bits.readExpGolomb() + 1;
  const framesOnly = bits.read(1);
  return { width, height: (2 - framesOnly) * mapUnits * 16, chromaFormat, bitDepth, framesOnly };
}

function readHighProfileFields(bits: BitReader): { chromaFormat: number; bitDepth: number } {
  const chromaFormat = bits.readExpGolomb();
  if (chromaFormat === 3) bits.read(1);
  const bitDepth = 8 + Math.max(bits.readExpGolomb(), bits.readExpGolomb());
  bits.read(1);
  const hasScalingMatrix = bits.read(1) === 1;
  if (hasScalingMatrix) skipScalingMatrix(bits, chromaFormat);
  return { chromaFormat, bitDepth };
}

function skipScalingMatrix(bits: BitReader, chromaFormat: number): void {
  const lists = chromaFormat === 3 ? 12 : 8;
  for (let list = 0; list < lists; list += 1) {
    if (bits.read(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
  }
}

/** H.264 7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index += 1) {
    if (next !== 0) next = (last + bits.readSignedExpGolomb() + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** H.264 7.4.1: 00 00 03 in a NAL unit stands for 00 00. */
function withoutEmulationPrevention(nal: Buffer): Buffer {
  const bytes = Buffer.alloc(nal.length);
  let filled = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
    } else {
      bytes[filled] = byte;
      filled += 1;
      zeros = byte === 0 ? zeros + 1 : 0;
    }
  }
  return bytes.subarray(0, filled);
}

/** Reads past the end as zeros and says so afterwards. */
class BitReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get overrun(): boolean {
    return this.#position > this.#bytes.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      const byte = this.#bytes[this.#position >> 3] ?? 0;
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1);
      this.#position += 1;
    }
    return value;
  }

  /** H.264 9.1. A run of 32 zeros is no number of this format; it ends the reading. */
  readExpGolomb(): number {
    let zeros = 0;
    while (this.read(1) === 0) {
      zeros += 1;
      if (zeros < 32) continue;
      this.#position = Number.MAX_SAFE_INTEGER / 2;
      return 0;
    }
    return 2 ** zeros - 1 + this.read(zeros);
  }

  readSignedExpGolomb(): number {
    const code = this.readExpGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
