/**
 * HTTP's chunked transfer coding (RFC 9112, 7.1), applied once to bytes that many responses share.
 */

const lineBreak = Buffer.from('\r\n', 'latin1');

/** Ends a chunked body: the last chunk and an empty trailer section. */
export const lastChunk: Buffer = Buffer.from('0\r\n\r\n', 'latin1');

/** The same memory seen twice: with the chunk's frame, as endless responses send it, and without, as it was. */
export interface FramedBytes {
  readonly framed: Buffer;
  readonly payload: Buffer;
}

/** One chunk: size in hexadecimal, CRLF, the bytes, CRLF. Empty bytes would end the body, so they give an empty buffer. */
export function frameChunk(bytes: Uint8Array): Buffer {
  return frameShared(bytes).framed;
}

/** One chunk with the bytes of several, in their order. */
export function joinChunks(framed: readonly Buffer[]): Buffer {
  return frameChunk(Buffer.concat(framed.map(chunkPayload)));
}

/** What is inside one chunk that `frameChunk` has made: a view, not a copy. */
export function chunkPayload(framed: Buffer): Buffer {
  return framed.subarray(framed.indexOf(lineBreak) + lineBreak.length, Math.max(0, framed.length - lineBreak.length));
}

/** Like `frameChunk`, for whoever also keeps the bytes unframed: one allocation, one copy, two views. */
export function frameShared(bytes: Uint8Array): FramedBytes {
  if (bytes.length === 0) return { framed: Buffer.alloc(0), payload: Buffer.alloc(0) };
  const size = Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1');
  const end = size.length + bytes.length;
  const framed = Buffer.allocUnsafeSlow(end + lineBreak.length);
  framed.set(size);
  framed.set(bytes, size.length);
  framed.set(lineBreak, end);
  return { framed, payload: framed.subarray(size.length, end) };
}
