import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkWriter, type OutgoingChunkMessage } from '../../test/support/chunk-writer.ts';
import { AppError } from '../errors.ts';
import { RtmpChunkReader, rtmpChunkLimits, type RtmpMessage, writeRtmpMessage } from './rtmp-chunks.ts';

const maxMessageBytes = 4096;

function readAll(bytes: Buffer, cuts: readonly number[] = []): RtmpMessage[] {
  const reader = new RtmpChunkReader(maxMessageBytes);
  const messages: RtmpMessage[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    messages.push(...reader.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return messages;
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'MEDIA_MALFORMED') return error.message;
    throw error;
  }
  return 'none';
}

function plain({ type, streamId, timestamp, body }: RtmpMessage): RtmpMessage {
  return { type, streamId, timestamp, body: Buffer.from(body) };
}

function message(changes: Partial<OutgoingChunkMessage> = {}): OutgoingChunkMessage {
  return { chunkStreamId: 4, type: 9, streamId: 1, timestamp: 0, body: Buffer.from('body'), ...changes };
}

const anyMessage = fc.record({
  chunkStreamId: fc.constantFrom(3, 4, 63, 64, 319, 320, 65_599),
  type: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.constantFrom(0, 1),
  timestamp: fc.oneof(
    fc.nat({ max: 200 }),
    fc.constantFrom(0xfffffe, 0xffffff, 0x1000000),
    fc.nat({ max: 0xffffffff }),
  ),
  body: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
});

describe('a chunk stream', () => {
  it('gives the messages that were sent, whatever the headers, chunk sizes and cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyMessage, fc.integer({ min: 1, max: 700 })), { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        fc.array(fc.nat(), { maxLength: 12 }),
        (steps, picks, cutSeeds) => {
          const writer = new ChunkWriter((count) => (picks.next().value ?? 0) % count);
          const parts = steps.map((step) =>
            typeof step === 'number' ? writer.setChunkSize(step) : writer.write(step),
          );
          const bytes = Buffer.concat(parts);
          const cuts = cutSeeds.map((seed) => seed % (bytes.length + 1)).sort((a, b) => a - b);
          const sent = steps.filter((step) => typeof step !== 'number').map(plain);
          expect(readAll(bytes, cuts).map(plain)).toEqual(sent);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives messages whose chunks are interleaved', () => {
    const writer = new ChunkWriter();
    const video = message({ chunkStreamId: 6, body: Buffer.alloc(1000, 1) });
    const audio = message({ chunkStreamId: 4, type: 8, timestamp: 0x1234567, body: Buffer.alloc(700, 2) });
    const videoChunks = writer.chunks(video);
    const audioChunks = writer.chunks(audio);
    const mixed = videoChunks.flatMap((chunk, index) => [chunk, audioChunks[index] ?? Buffer.alloc(0)]);
    expect(readAll(Buffer.concat(mixed)).map(plain)).toEqual([plain(audio), plain(video)]);
  });

  it('takes a type 3 header after a full one for the same timestamp as its delta', () => {
    const full = Buffer.from([0x04, 0, 0, 40, 0, 0, 1, 9, 1, 0, 0, 0, 0xaa]);
    const times = readAll(Buffer.concat([full, Buffer.from([0xc4, 0xbb])])).map(({ timestamp }) => timestamp);
    expect(times).toEqual([40, 80]);
  });

  it('drops an aborted message and goes on', () => {
    const writer = new ChunkWriter();
    const [begun = Buffer.alloc(0)] = writer.chunks(message({ body: Buffer.alloc(1000) }));
    const abort = writer.write({
      chunkStreamId: 2,
      type: 2,
      streamId: 0,
      timestamp: 0,
      body: Buffer.from([0, 0, 0, 4]),
    });
    const next = message({ timestamp: 40 });
    const messages = readAll(Buffer.concat([begun, abort, new ChunkWriter().write(next)]));
    expect(messages.map(plain)).toEqual([plain(next)]);
  });

  it('lets the clock of a publisher wrap around', () => {
    const writer = new ChunkWriter((count) => count - 1);
    const first = writer.write(message({ timestamp: 0xfffffff0 }));
    const delta20 = Buffer.from([0x44, 0, 0, 20, 0, 0, 1, 9, 0xaa]);
    expect(readAll(Buffer.concat([first, delta20])).at(-1)?.timestamp).toBe(4);
  });

  it('answers any bytes with messages or a refusal, never with anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        refusal(() => readAll(Buffer.from(bytes)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a message of the largest size and refuses one byte more before its body comes', () => {
    const writer = new ChunkWriter();
    expect(readAll(writer.write(message({ body: Buffer.alloc(maxMessageBytes) })))).toHaveLength(1);
    const [head = Buffer.alloc(0)] = new ChunkWriter().chunks(message({ body: Buffer.alloc(maxMessageBytes + 1) }));
    expect(refusal(() => readAll(head.subarray(0, 12)))).toContain('4097 bytes');
  });

  it('takes as many chunk streams as the limit says and refuses one more', () => {
    const open = (count: number) =>
      Buffer.concat(
        Array.from({ length: count }, (_, index) => new ChunkWriter().write(message({ chunkStreamId: 3 + index }))),
      );
    expect(readAll(open(rtmpChunkLimits.maxChunkStreams))).toHaveLength(rtmpChunkLimits.maxChunkStreams);
    expect(refusal(() => readAll(open(rtmpChunkLimits.maxChunkStreams + 1)))).toContain('too many chunk streams');
  });

  it('refuses more unfinished bytes than the limit, though no message is too long', () => {
    const limits = { maxChunkStreams: 32, maxPendingBytes: 256 };
    const begin = (id: number) => new ChunkWriter().chunks(message({ chunkStreamId: id, body: Buffer.alloc(1000) }))[0];
    const reader = new RtmpChunkReader(maxMessageBytes, limits);
    const push = (id: number) => [...reader.push(begin(id) ?? Buffer.alloc(0))];
    push(4);
    push(5);
    expect(refusal(() => push(6))).toContain('too many unfinished messages');
  });

  it('refuses a chunk size of zero, a stream without a full header and a message inside another', () => {
    expect(refusal(() => readAll(new ChunkWriter().setChunkSize(0)))).toContain('chunk size');
    expect(refusal(() => readAll(Buffer.from([0xc4, 0])))).toContain('without a full header');
    const [begun = Buffer.alloc(0)] = new ChunkWriter().chunks(message({ body: Buffer.alloc(1000) }));
    expect(refusal(() => readAll(Buffer.concat([begun, new ChunkWriter().write(message())])))).toContain(
      'inside another',
    );
  });

  it('reads what it writes, cut into chunks', () => {
    const body = Buffer.alloc(10_000, 7);
    const bytes = writeRtmpMessage({ chunkStreamId: 3, type: 20, streamId: 1, body }, 4096);
    const reader = new RtmpChunkReader(20_000);
    const setSize = new ChunkWriter().setChunkSize(4096);
    expect([...reader.push(Buffer.concat([setSize, bytes]))].map(plain)).toEqual([
      { type: 20, streamId: 1, timestamp: 0, body },
    ]);
  });
});
