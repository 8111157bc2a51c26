import type { RtmpMessage } from '../../src/ingest/rtmp-chunks.ts';

/** A message on its way to a server, with the chunk stream it travels on. */
export interface OutgoingChunkMessage extends RtmpMessage {
  readonly chunkStreamId: number;
}

interface Sent {
  timestamp: number;
  delta: number;
  length: number;
  type: number;
  streamId: number;
  extended: number | undefined;
}

/**
 * The publisher's side of RTMP chunking, with every header format a real one may choose. `pick` chooses among the formats that are allowed
 * (0 to `count - 1`; 0 is the fullest header).
 */
export class ChunkWriter {
  chunkSize = 128;
  readonly #pick: (count: number) => number;
  readonly #sent = new Map<number, Sent>();

  constructor(pick: (count: number) => number = (count) => count - 1) {
    this.#pick = pick;
  }

  /** A message as its chunks, so that a test may mix those of several chunk streams. */
  chunks(message: OutgoingChunkMessage): Buffer[] {
    const format = this.#format(message);
    const { field, delta } = this.#time(message, format);
    const extended = field >= 0xffffff ? field : undefined;
    const { chunkStreamId, timestamp, type, streamId, body } = message;
    this.#sent.set(chunkStreamId, {
      timestamp,
      delta,
      length: body.length,
      type,
      streamId,
      extended: format === 3 ? this.#sent.get(chunkStreamId)?.extended : extended,
    });
    const first = [basicHeader(format, chunkStreamId), messageHeader(message, format, Math.min(field, 0xffffff))];
    const extendedBytes = uint32OrNothing(this.#sent.get(chunkStreamId)?.extended);
    const chunks = [Buffer.concat([...first, extendedBytes, body.subarray(0, this.chunkSize)])];
    for (let offset = this.chunkSize; offset < body.length; offset += this.chunkSize) {
      const rest = body.subarray(offset, offset + this.chunkSize);
      chunks.push(Buffer.concat([basicHeader(3, chunkStreamId), extendedBytes, rest]));
    }
    return chunks;
  }

  write(message: OutgoingChunkMessage): Buffer {
    return Buffer.concat(this.chunks(message));
  }

  setChunkSize(size: number): Buffer {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(size);
    const bytes = this.write({ chunkStreamId: 2, type: 1, streamId: 0, timestamp: 0, body });
    this.chunkSize = size;
    return bytes;
  }

  #format({ chunkStreamId, timestamp, type, streamId, body }: OutgoingChunkMessage): number {
    const before = this.#sent.get(chunkStreamId);
    if (before === undefined || before.streamId !== streamId || timestamp < before.timestamp) return 0;
    const delta = timestamp - before.timestamp;
    if (before.length !== body.length || before.type !== type) return this.#pick(2);
    return this.#pick(before.delta === delta ? 4 : 3);
  }

  #time({ chunkStreamId, timestamp }: OutgoingChunkMessage, format: number): { field: number; delta: number } {
    if (format === 0) return { field: timestamp, delta: timestamp };
    const delta = timestamp - (this.#sent.get(chunkStreamId)?.timestamp ?? 0);
    return { field: delta, delta };
  }
}

function basicHeader(format: number, id: number): Buffer {
  if (id < 64) return Buffer.from([(format << 6) | id]);
  if (id < 320) return Buffer.from([format << 6, id - 64]);
  return Buffer.from([(format << 6) | 1, (id - 64) & 0xff, (id - 64) >> 8]);
}

function messageHeader({ body, type, streamId }: OutgoingChunkMessage, format: number, time: number): Buffer {
  const header = Buffer.alloc(11);
  header.writeUIntBE(time, 0, 3);
  header.writeUIntBE(body.length, 3, 3);
  header.writeUInt8(type, 6);
  header.writeUInt32LE(streamId, 7);
  return header.subarray(0, [11, 7, 3, 0][format]);
}

function uint32OrNothing(value: number | undefined): Buffer {
  const bytes = Buffer.alloc(value === undefined ? 0 : 4);
  if (value !== undefined) bytes.writeUInt32BE(value);
  return bytes;
}
