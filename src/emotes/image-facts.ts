/** What the headers of a picture say. Nothing has been decoded to know it. */
export interface ImageFacts {
  readonly format: 'png' | 'gif' | 'jpeg' | 'webp';
  /** The largest of what any part of the file claims, in pixels: a small picture in front hides no large one behind it. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

interface Extent {
  readonly width: number;
  readonly height: number;
}

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

/** Recognises PNG, GIF, JPEG and WebP by their own headers, whatever the file is called. Undefined for everything else and for damaged files. */
// Threat: T06
export function imageFactsOf(bytes: Buffer): ImageFacts | undefined {
  try {
    if (bytes.subarray(0, 8).equals(pngSignature)) return summary('png', pngExtents(bytes));
    if (/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return summary('gif', gifExtents(bytes));
    if (bytes.readUIntBE(0, 3) === 0xffd8ff) return { ...summary('jpeg', jpegExtents(bytes)), frames: 1 };
    const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
    return isWebp ? summary('webp', webpExtents(bytes)) : undefined;
  } catch (error) {
    // Reading past the end: the file is cut off, or none of these.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The first extent is the canvas, each further one a frame. Throws RangeError for a picture without any. */
function summary(format: ImageFacts['format'], extents: readonly Extent[]): ImageFacts {
  if (extents.length === 0) throw new RangeError('no picture');
  const width = Math.max(...extents.map((extent) => extent.width));
  const height = Math.max(...extents.map((extent) => extent.height));
  return { format, width, height, frames: Math.max(1, extents.length - 1) };
}

/** PNG (RFC 2083, section 3) and APNG: the header, then each frame's control chunk. */
function pngExtents(bytes: Buffer): Extent[] {
  const extents: Extent[] = [];
  for (let at = 8; ; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if ((extents.length === 0) !== (type === 'IHDR')) throw new RangeError('no header, or two');
    if (type === 'IHDR') extents.push({ width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) });
    if (type === 'fcTL') extents.push({ width: bytes.readUInt32BE(at + 12), height: bytes.readUInt32BE(at + 16) });
    at += 12 + length;
    if (at > bytes.length) throw new RangeError('cut off');
    if (type === 'IEND') return extents;
  }
}

/** GIF89a, appendix: the logical screen, then each image descriptor with its place. */
function gifExtents(bytes: Buffer): Extent[] {
  const extents = [{ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }];
  let at = 13 + colourTableBytes(bytes.readUInt8(10));
  for (;;) {
    const block = bytes.readUInt8(at);
    if (block === 0x3b) return extents;
    if (block === 0x21) at = afterSubBlocks(bytes, at + 2);
    else if (block === 0x2c) {
      const [left, top] = [bytes.readUInt16LE(at + 1), bytes.readUInt16LE(at + 3)];
      extents.push({ width: left + bytes.readUInt16LE(at + 5), height: top + bytes.readUInt16LE(at + 7) });
      at = afterSubBlocks(bytes, at + 11 + colourTableBytes(bytes.readUInt8(at + 9)));
    } else throw new RangeError('no GIF block');
  }
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function afterSubBlocks(bytes: Buffer, start: number): number {
  let at = start;
  for (let size = bytes.readUInt8(at); size > 0; size = bytes.readUInt8(at)) at += 1 + size;
  return at + 1;
}

/** JPEG (ITU T.81, B.2): every start of frame, also of pictures appended behind the first. */
function jpegExtents(bytes: Buffer): Extent[] {
  const extents: Extent[] = [];
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at)) {
    const marker = bytes.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) extents.push({ width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) });
    // Within compressed data `ff` is followed by zero or a restart marker; segments have a length.
    const isBare = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9);
    at += isBare ? (marker === 0xff ? 1 : 2) : 2 + bytes.readUInt16BE(at + 2);
  }
  return extents;
}

/** WebP (RFC 9649): the canvas of the extended header, and what each bit stream says for itself. */
function webpExtents(bytes: Buffer): Extent[] {
  const end = Math.min(bytes.length, 8 + bytes.readUInt32LE(4));
  const chunks = webpChunks(bytes, 12, end);
  const extents = chunks.flatMap(({ type, data }) => {
    if (type === 'VP8X') return [{ width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 }];
    if (type === 'ANMF') return [largest(webpChunks(data, 16, data.length).flatMap(bitStreamExtent))];
    return bitStreamExtent({ type, data });
  });
  if (chunks[0]?.type === 'VP8X') return extents;
  return extents.length === 1 ? [...extents, ...extents] : [];
}

/** One chunk of a RIFF file. */
export interface WebpChunk {
  readonly type: string;
  readonly data: Buffer;
}

/** The chunks from `start` on. Throws RangeError for one that is cut off. */
export function webpChunks(bytes: Buffer, start: number, end: number): WebpChunk[] {
  const chunks: WebpChunk[] = [];
  for (let at = start; at + 8 <= end; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) throw new RangeError('cut off');
    chunks.push({ type: bytes.toString('latin1', at, at + 4), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function bitStreamExtent({ type, data }: WebpChunk): Extent[] {
  if (type === 'VP8 ') return [{ width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }];
  if (type !== 'VP8L') return [];
  const sizes = data.readUInt32LE(1);
  return [{ width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 }];
}

function largest(extents: readonly Extent[]): Extent {
  const { width, height } = summary('webp', extents);
  return { width, height };
}
