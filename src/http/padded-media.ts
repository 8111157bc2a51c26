import { AppError } from '../errors.ts';
import { chunkPayload, frameChunk } from '../live/chunked.ts';
import type { Channel } from '../live/endless-response.ts';
import { gzipHeader, squeezedBlocks, storedBlocks } from '../live/gzip-blocks.ts';
import { buildBox } from '../mp4/boxes.ts';
import { everySampleSync } from '../mp4/every-sample-sync.ts';
import { leadIn } from '../mp4/lead-in.ts';
import type { HeaderSet } from './headers.ts';

/*
 * What Firefox's own player, without script, needs to begin at once, to stay close to live and not to stand still:
 *
 * - It begins when it trusts its estimate of the download rate (`leadIn`).
 * - Past a keyframe it reads on until it has found the next one before it decodes, and meanwhile the picture stands. It goes by how samples are marked in
 *   the fragments, so all are marked; what it decodes it looks at itself, and finds out which are keyframes.
 * - It looks for new data seldom while little comes. So pieces are filled up with bytes without meaning.
 *
 * All this would cost several times the bandwidth, but it asks for no coding and takes gzip, in which bytes without meaning weigh nothing.
 */

/** Multiples of this are what the pieces are filled up to: a fourth of a block of the browser's cache, which a megabit per second fills with media alone. */
const filledToBytes = 8192;
const boxHeaderBytes = 8;

/** The headers with which such a response is sent. */
export const paddedCoding: HeaderSet = { 'Content-Encoding': 'gzip' };

/** What such a response begins with. One memory for all. */
export const paddedOpening: Buffer = frameChunk(Buffer.concat([gzipHeader, squeezedBlocks(leadIn())]));

/** Whether this is the User-Agent of a browser with Firefox's media player. */
export function startsSoonerPadded(userAgent: string | undefined): boolean {
  return userAgent?.includes(' Firefox/') === true;
}

/** The same channel for such a response. `fills`: not where the flow is to have a constant rate. */
export function padded(channel: Channel, fills: boolean): Channel {
  const made = fills ? filledPieces : plainPieces;
  const pieceFor = (framed: Buffer): Buffer => {
    const known = made.get(framed);
    if (known !== undefined) return known;
    const piece = coded(chunkPayload(framed), fills);
    made.set(framed, piece);
    return piece;
  };
  return {
    subscribe: (sink, from) =>
      channel.subscribe({ write: (framed) => sink.write(pieceFor(framed)), end: (reason) => sink.end(reason) }, from),
  };
}

/** Other bytes for such a response, which weigh what they are. */
export function codedAsTheyAre(framed: Buffer): Buffer {
  return frameChunk(Buffer.concat(storedBlocks(chunkPayload(framed))));
}

/** Each piece is made once for all who get it, and kept for as long as the piece itself. */
const filledPieces = new WeakMap<Buffer, Buffer>();
const plainPieces = new WeakMap<Buffer, Buffer>();

function coded(payload: Buffer, fills: boolean): Buffer {
  const marked = fills ? markedIfWhole(payload) : undefined;
  if (marked === undefined) return frameChunk(Buffer.concat(storedBlocks(payload)));
  const filler = squeezedBlocks(buildBox('free', Buffer.alloc(missingBytes(marked.length))));
  return frameChunk(Buffer.concat([...storedBlocks(marked), filler]));
}

/** Undefined for bytes that are no whole boxes: nothing may come between them and what follows. */
function markedIfWhole(payload: Buffer): Buffer | undefined {
  try {
    return everySampleSync(payload);
  } catch (error) {
    if (error instanceof AppError && error.code === 'MEDIA_MALFORMED') return undefined;
    throw error;
  }
}

/** The body of the box that fills it up. */
function missingBytes(length: number): number {
  return (filledToBytes - ((length + boxHeaderBytes) % filledToBytes)) % filledToBytes;
}
