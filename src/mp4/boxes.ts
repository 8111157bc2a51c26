import { AppError } from '../errors.ts';

/** Shape of a box type as any sane writer uses it; random bytes fail here first. */
const typePattern = /^[\x20-\x7e]{4}$/;

/** One box (ISO/IEC 14496-12 4.2). Both buffers are views: writing to them writes to the buffer the box was found in. */
export interface Box {
  readonly type: string;
  /** The whole box, header included. */
  readonly bytes: Buffer;
  /** What follows the header. */
  readonly body: Buffer;
}

/** What the first 8 or 16 bytes of a box say. */
export interface BoxHeader {
  readonly type: string;
  readonly headerBytes: number;
  /** Of the whole box, in bytes. */
  readonly size: number;
}

/** The error for media that breaks the rules; `what` is for the operator. */
export function malformed(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `The media could not be read: ${what}.`);
}

/**
 * Reads the header at the start of `bytes`; undefined while more bytes are needed.
 * Throws MEDIA_MALFORMED for a size smaller than the header, and for size 0 ("to the end of the file"), which has no end in a live stream.
 */
export function readBoxHeader(bytes: Buffer): BoxHeader | undefined {
  if (bytes.length < 8) return undefined;
  const type = bytes.toString('latin1', 4, 8);
  if (!typePattern.test(type)) throw malformed('this is not MP4');
  const shortSize = bytes.readUInt32BE(0);
  const headerBytes = shortSize === 1 ? 16 : 8;
  if (bytes.length < headerBytes) return undefined;
  const size = shortSize === 1 ? Number(bytes.readBigUInt64BE(8)) : shortSize;
  if (size < headerBytes) throw malformed(`box ${type} has the impossible size ${size}`);
  return { type, headerBytes, size };
}

/** The boxes that fill `body`, in order. Throws MEDIA_MALFORMED when they do not fill it exactly. */
export function* children(body: Buffer): Generator<Box, void, undefined> {
  let rest = body;
  while (rest.length > 0) {
    const header = readBoxHeader(rest);
    if (header === undefined || header.size > rest.length) throw malformed('a box is longer than what holds it');
    const bytes = rest.subarray(0, header.size);
    yield { type: header.type, bytes, body: bytes.subarray(header.headerBytes) };
    rest = rest.subarray(header.size);
  }
}

/** The first box of that type among the children, then inside it, and so on. */
export function findBox(body: Buffer, ...path: readonly [string, ...string[]]): Box | undefined {
  let found: Box | undefined;
  let within = body;
  for (const type of path) {
    found = [...children(within)].find((box) => box.type === type);
    if (found === undefined) return undefined;
    within = found.body;
  }
  return found;
}

/** Like `findBox`, but throws MEDIA_MALFORMED when the box is missing. */
export function requireBox(body: Buffer, ...path: readonly [string, ...string[]]): Box {
  const box = findBox(body, ...path);
  if (box === undefined) throw malformed(`box ${path.join('/')} is missing`);
  return box;
}

/** A new box around the given parts. */
export function buildBox(type: string, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.write(type, 4, 'latin1');
  const box = joinBytes([header, ...parts]);
  box.writeUInt32BE(box.length, 0);
  return box;
}

/** One buffer with memory of its own: unlike `Buffer.concat` it never shares a slab, so that keeping it keeps nothing else alive. */
export function joinBytes(parts: readonly Buffer[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(joined, at);
  return joined;
}
