import { crc32 } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** What a picture is drawn from (RFC 2083, section 4; the last three are those of APNG). Everything else says something about it, or nothing good. */
const drawn = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'acTL', 'fcTL', 'fdAT']);

/** A PNG of nothing but its picture, with its size. */
export interface BarePng {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Builds a PNG anew from the chunks that make the picture. Whatever the program that wrote it has put in besides, texts, times, Exif, or bytes behind
 * the end, is not in it. Undefined for what is no whole PNG, checksums included.
 */
// Threat: T06
export function barePng(bytes: Buffer): BarePng | undefined {
  if (!bytes.subarray(0, 8).equals(signature)) return undefined;
  const kept: Buffer[] = [signature];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined;
    if ((kept.length === 1) !== (type === 'IHDR')) return undefined;
    if (drawn.has(type)) kept.push(Buffer.from(bytes.subarray(at, end)));
    if (type === 'IEND') return withSize(Buffer.concat(withFrameCount(kept)));
    at = end;
  }
  return undefined;
}

/**
 * Says how many frames there are. FFmpeg writes that number last, and cannot go back for it in a pipe; with a wrong one browsers show nothing
 * (PNG, third edition, 11.3.6.2).
 */
function withFrameCount(chunks: readonly Buffer[]): readonly Buffer[] {
  const frames = chunks.filter((chunk) => typeOf(chunk) === 'fcTL').length;
  for (const chunk of chunks.filter((one) => typeOf(one) === 'acTL')) {
    chunk.writeUInt32BE(frames, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  }
  return chunks;
}

function typeOf(chunk: Buffer): string {
  return chunk.toString('latin1', 4, 8);
}

function withSize(bytes: Buffer): BarePng {
  return { bytes, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
