import { type WebpChunk, webpChunks } from './image-facts.ts';

/**
 * The first frame of an animated WebP as a WebP of its own (RFC 9649, section 2.7), since FFmpeg reads no animated ones. Anything else is returned
 * as it is. Expects a file that `imageFactsOf` has recognised.
 */
export function stillWebp(bytes: Buffer): Buffer {
  const frame = webpChunks(bytes, 12, Math.min(bytes.length, 8 + bytes.readUInt32LE(4))).find(
    ({ type }) => type === 'ANMF',
  );
  if (frame === undefined) return bytes;
  const parts = webpChunks(frame.data, 16, frame.data.length).filter(({ type }) => /^(?:ALPH|VP8 |VP8L)$/.test(type));
  const hasAlpha = parts.some(({ type }) => type === 'ALPH');
  const header = Buffer.alloc(10);
  header.writeUInt8(hasAlpha ? 0x10 : 0, 0);
  // The sizes of a frame are written as those of a canvas are: less one, three bytes each.
  frame.data.copy(header, 4, 6, 12);
  const chunks = hasAlpha ? [{ type: 'VP8X', data: header }, ...parts] : parts;
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks.map(chunkBytes)]);
  return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body]);
}

function chunkBytes({ type, data }: WebpChunk): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), uint32(data.length), data, Buffer.alloc(data.length % 2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
