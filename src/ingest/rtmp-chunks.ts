import { AppError } from '../errors.ts';
import { GrowingBody } from './growing-body.ts';

/** Message types of RTMP (sections 5.4, 6.2 and 7.1 of the specification), those that we read or write. */
export const rtmpType = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  data: 18,
  command: 20,
} as const;

/** A whole message, put together from its chunks. */
export interface RtmpMessage {
  readonly type: number;
  readonly streamId: number;
  /** Milliseconds modulo 2^32, as the publisher counts them. */
  readonly timestamp: number;
  readonly body: Buffer;
}

/** What a chunk reader accepts before it calls the stream malformed. */
export interface RtmpChunkLimits {
  readonly maxChunkStreams: number;
  /** Bytes of unfinished messages, all chunk streams together. */
  readonly maxPendingBytes: number;
}

/** FFmpeg, OBS and GStreamer use 3 to 6 chunk streams and finish one message before they begin the next. */
export const rtmpChunkLimits: RtmpChunkLimits = { maxChunkStreams: 32, maxPendingBytes: 16 * 2 ** 20 };

interface ChunkStream {
  timestamp: number;
  delta: number;
  hasExtendedTimestamp: boolean;
  length: number;
  type: number;
  streamId: number;
  body: GrowingBody | undefined;
}

interface ChunkHeader {
  readonly bytes: number;
  readonly format: number;
  readonly chunkStreamId: number;
  readonly extendedTimestamp: boolean;
}

/** Basic header (3) + message header (11) + extended timestamp (4). */
const maxHeaderBytes = 18;
const messageHeaderBytes = [11, 7, 3, 0] as const;
const extendedTimestampMark = 0xffffff;

/**
 * Puts messages together from a chunk stream (section 5.3), however its bytes are cut. `Set Chunk Size` and `Abort Message` are obeyed here and not
 * handed out. Throws MEDIA_MALFORMED; nothing more may be pushed after that.
 */
export class RtmpChunkReader {
  /** A message announced as longer is malformed. The owner raises it once the publisher has shown the key. */
  maxMessageBytes: number;
  readonly #limits: RtmpChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  readonly #header = Buffer.alloc(maxHeaderBytes);
  #headerFilled = 0;
  #chunkSize = 128;
  #pendingBytes = 0;
  #current: ChunkStream | undefined;
  #chunkMissing = 0;

  constructor(maxMessageBytes: number, limits: RtmpChunkLimits = rtmpChunkLimits) {
    this.maxMessageBytes = maxMessageBytes;
    this.#limits = limits;
  }

  /** Yields each message as soon as its last byte is there. Iterate to the end: what is not read is lost. */
  *push(bytes: Buffer): Generator<RtmpMessage, void> {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#current === undefined) {
        offset = this.#readHeader(bytes, offset);
      } else {
        offset = this.#readPayload(this.#current, bytes, offset);
      }
      const message = this.#finishedMessage();
      if (message !== undefined && !this.#obey(message)) yield message;
    }
  }

  #readHeader(bytes: Buffer, from: number): number {
    let offset = from;
    while (offset < bytes.length) {
      this.#headerFilled += bytes.copy(this.#header, this.#headerFilled, offset, offset + 1);
      offset += 1;
      const header = measureHeader(this.#header, this.#headerFilled, this.#streams);
      if (header !== undefined && header.bytes === this.#headerFilled) {
        this.#headerFilled = 0;
        this.#beginChunk(header);
        return offset;
      }
    }
    return offset;
  }

  #beginChunk(header: ChunkHeader): void {
    const stream = this.#streamOf(header);
    if (header.format < 3) this.#readMessageHeader(stream, header);
    if (stream.body === undefined) {
      if (header.format !== 0) stream.timestamp = (stream.timestamp + stream.delta) >>> 0;
      if (stream.length > this.maxMessageBytes) throw malformed(`a message of ${stream.length} bytes`);
      stream.body = new GrowingBody(stream.length);
    }
    this.#current = stream;
    this.#chunkMissing = Math.min(this.#chunkSize, stream.body.missing);
  }

  #streamOf({ chunkStreamId, format }: ChunkHeader): ChunkStream {
    const known = this.#streams.get(chunkStreamId);
    if (known !== undefined) {
      if (format !== 3 && known.body !== undefined) throw malformed('a message began inside another one');
      return known;
    }
    // Old librtmp opens the control stream with format 1; from formats 2 and 3 the length would be unknown.
    if (format > 1) throw malformed('a chunk stream began without a full header');
    if (this.#streams.size >= this.#limits.maxChunkStreams) throw malformed('too many chunk streams');
    const fresh = {
      timestamp: 0,
      delta: 0,
      hasExtendedTimestamp: false,
      length: 0,
      type: 0,
      streamId: 0,
      body: undefined,
    };
    this.#streams.set(chunkStreamId, fresh);
    return fresh;
  }

  #readMessageHeader(stream: ChunkStream, header: ChunkHeader): void {
    const extendedBytes = header.extendedTimestamp ? 4 : 0;
    const at = header.bytes - extendedBytes - (messageHeaderBytes[header.format] ?? 0);
    const time = header.extendedTimestamp
      ? this.#header.readUInt32BE(header.bytes - 4)
      : this.#header.readUIntBE(at, 3);
    stream.hasExtendedTimestamp = header.extendedTimestamp;
    // A type 3 chunk that begins a message after a type 0 chunk repeats that chunk's timestamp as its delta (5.3.1.2.4).
    stream.delta = time;
    if (header.format === 0) stream.timestamp = time;
    if (header.format > 1) return;
    stream.length = this.#header.readUIntBE(at + 3, 3);
    stream.type = this.#header.readUInt8(at + 6);
    if (header.format === 0) stream.streamId = this.#header.readUInt32LE(at + 7);
  }

  #readPayload(stream: ChunkStream, bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#chunkMissing);
    this.#pendingBytes += to - from;
    if (this.#pendingBytes > this.#limits.maxPendingBytes) throw malformed('too many unfinished messages');
    stream.body?.add(bytes, from, to);
    this.#chunkMissing -= to - from;
    return to;
  }

  #finishedMessage(): RtmpMessage | undefined {
    const stream = this.#current;
    if (stream?.body === undefined || this.#chunkMissing > 0) return undefined;
    this.#current = undefined;
    if (stream.body.missing > 0) return undefined;
    const body = stream.body.bytes();
    stream.body = undefined;
    this.#pendingBytes -= body.length;
    return { type: stream.type, streamId: stream.streamId, timestamp: stream.timestamp, body };
  }

  /** True for messages about the chunk stream itself, which are over once obeyed. */
  #obey({ type, body }: RtmpMessage): boolean {
    if (type !== rtmpType.setChunkSize && type !== rtmpType.abort) return false;
    if (body.length < 4) throw malformed('a control message that is too short');
    const value = body.readUInt32BE();
    if (type === rtmpType.setChunkSize) {
      if (value === 0 || value > 0x7fffffff) throw malformed('an impossible chunk size');
      this.#chunkSize = value;
      return true;
    }
    const aborted = this.#streams.get(value);
    if (aborted?.body !== undefined) {
      this.#pendingBytes -= aborted.body.length - aborted.body.missing;
      aborted.body = undefined;
    }
    return true;
  }
}

/** How long the header that begins in `bytes` is, and what it says; undefined while too little of it is there to tell. */
function measureHeader(
  bytes: Buffer,
  filled: number,
  streams: ReadonlyMap<number, ChunkStream>,
): ChunkHeader | undefined {
  const first = bytes.readUInt8();
  const format = first >> 6;
  const shortId = first & 0x3f;
  const basicBytes = shortId === 0 ? 2 : shortId === 1 ? 3 : 1;
  if (filled < basicBytes) return undefined;
  const chunkStreamId =
    basicBytes === 1 ? shortId : 64 + (basicBytes === 2 ? bytes.readUInt8(1) : bytes.readUInt16LE(1));
  const messageBytes = messageHeaderBytes[format] ?? 0;
  if (filled < basicBytes + Math.min(messageBytes, 3)) return undefined;
  const extendedTimestamp =
    format === 3
      ? (streams.get(chunkStreamId)?.hasExtendedTimestamp ?? false)
      : bytes.readUIntBE(basicBytes, 3) === extendedTimestampMark;
  return { bytes: basicBytes + messageBytes + (extendedTimestamp ? 4 : 0), format, chunkStreamId, extendedTimestamp };
}

function malformed(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `Malformed RTMP chunk stream: ${what}.`);
}

/** A message that we send; our own never carry a time. */
export interface OutgoingMessage {
  /** 2 for control messages, 3 to 63 for the rest. */
  readonly chunkStreamId: number;
  readonly type: number;
  readonly streamId: number;
  readonly body: Buffer;
}

/** Cuts a message into chunks of at most `chunkSize` bytes: one with a full header, the rest without. */
export function writeRtmpMessage(message: OutgoingMessage, chunkSize: number): Buffer {
  const { chunkStreamId, body } = message;
  const header = Buffer.alloc(12);
  header.writeUInt8(chunkStreamId);
  header.writeUIntBE(body.length, 4, 3);
  header.writeUInt8(message.type, 7);
  header.writeUInt32LE(message.streamId, 8);
  const parts = [header, body.subarray(0, chunkSize)];
  for (let offset = chunkSize; offset < body.length; offset += chunkSize) {
    parts.push(Buffer.from([0xc0 | chunkStreamId]), body.subarray(offset, offset + chunkSize));
  }
  return Buffer.concat(parts);
}
