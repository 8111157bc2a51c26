import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkWriter } from '../../test/support/chunk-writer.ts';
import { clientHandshake, command, publishCommands } from '../../test/support/rtmp-client.ts';
import { AppError } from '../errors.ts';
import type { FlvTag } from './flv.ts';
import { handshakeRandomBytes } from './rtmp-handshake.ts';
import { RtmpSession, type RtmpSessionEvent, rtmpSessionLimits } from './rtmp-session.ts';

const key = 'right';

interface Outcome {
  readonly events: RtmpSessionEvent[];
  readonly tags: FlvTag[];
  readonly sent: string;
  readonly refusal: string | undefined;
}

/** Feeds a session as a server that knows the key would. */
function serve(parts: readonly Buffer[]): Outcome {
  const session = new RtmpSession(Buffer.alloc(handshakeRandomBytes, 7));
  const events: RtmpSessionEvent[] = [];
  let sent = '';
  let refusal: string | undefined;
  try {
    for (const part of parts) {
      for (const event of session.push(part)) {
        events.push(event);
        if (event.kind === 'publish')
          sent += (event.key === key ? session.accept() : session.refuse('No.')).toString('latin1');
        if (event.kind === 'send' || event.kind === 'over') sent += event.bytes.toString('latin1');
      }
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'MEDIA_MALFORMED') throw error;
    refusal = error.message;
  }
  const tags = events.flatMap((event) => (event.kind === 'tag' ? [event.tag] : []));
  return { events, tags, sent, refusal };
}

function kinds({ events }: Outcome): string[] {
  return events.map((event) => event.kind);
}

function media(writer: ChunkWriter): Buffer {
  const tag = (type: number, timestamp: number, size: number) =>
    writer.write({
      chunkStreamId: type === 9 ? 6 : 4,
      type,
      streamId: 1,
      timestamp,
      body: Buffer.alloc(size, timestamp),
    });
  return Buffer.concat([
    tag(18, 0, 300),
    tag(9, 0, 50),
    tag(8, 0, 9),
    tag(9, 40, 3000),
    tag(8, 43, 200),
    tag(9, 80, 500),
  ]);
}

function wholeSession(writer = new ChunkWriter(), chunkSize?: number): Buffer {
  const size = chunkSize === undefined ? Buffer.alloc(0) : writer.setChunkSize(chunkSize);
  const commands = publishCommands(writer, key);
  const end = () =>
    Buffer.concat([command(writer, 0, 'FCUnpublish', 6, null, key), command(writer, 0, 'deleteStream', 7, null, 1)]);
  return Buffer.concat([clientHandshake, size, commands, media(writer), end()]);
}

describe('an RTMP session', () => {
  it('answers each command of a publisher as FFmpeg, OBS and GStreamer expect, then hands out its media', () => {
    const outcome = serve([wholeSession()]);
    expect(outcome.refusal).toBeUndefined();
    expect(outcome.sent.match(/NetConnection\.Connect\.Success|_result|Net(?:Stream)\.[A-Za-z.]+/g)).toEqual([
      '_result',
      'NetConnection.Connect.Success',
      '_result',
      '_result',
      '_result',
      'NetStream.Publish.Start',
      'NetStream.Unpublish.Success',
    ]);
    expect(outcome.tags.map(({ type, timestamp, body }) => [type, timestamp, body.length])).toEqual([
      [18, 0, 300],
      [9, 0, 50],
      [8, 0, 9],
      [9, 40, 3000],
      [8, 43, 200],
      [9, 80, 500],
    ]);
    expect(kinds(outcome).at(-1)).toBe('unpublish');
  });

  it('gives the same media for every chunk size and every cut of the bytes', () => {
    const expected = serve([wholeSession()]).tags;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70_000 }),
        fc.infiniteStream(fc.nat()),
        fc.array(fc.nat()),
        (size, picks, seeds) => {
          const bytes = wholeSession(new ChunkWriter((count) => (picks.next().value ?? 0) % count), size);
          const cuts = [...seeds.map((seed) => seed % bytes.length).sort((a, b) => a - b), bytes.length];
          const parts = cuts.map((cut, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], cut));
          expect(serve(parts).tags).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('survives every truncation of a session with whole messages only', () => {
    const bytes = wholeSession();
    const expected = serve([bytes]).tags;
    for (let length = 0; length < bytes.length; length += 1) {
      const { tags, refusal } = serve([bytes.subarray(0, length)]);
      expect(refusal).toBeUndefined();
      expect(tags).toEqual(expected.slice(0, tags.length));
    }
    expect(serve([bytes.subarray(0, -1)]).tags).toEqual(expected);
  });

  it('answers random bytes after the handshake with a refusal or silence, never with media', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(serve([clientHandshake, Buffer.from(bytes)]).tags).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses another protocol at its first byte', () => {
    expect(serve([Buffer.from('G')]).refusal).toContain('does not speak RTMP');
  });

  it('asks for the key without what stands behind a question mark', () => {
    const writer = new ChunkWriter();
    const { events } = serve([clientHandshake, publishCommands(writer, `${key}?bandwidth=1`)]);
    expect(events.at(-1)).toEqual({ kind: 'publish', key });
  });

  it('refuses media before the key, and takes none after a wrong one', () => {
    const early = new ChunkWriter();
    const connect = command(early, 0, 'connect', 1, new Map());
    expect(serve([clientHandshake, connect, media(early)]).refusal).toContain('media before the key');
    const wrong = new ChunkWriter();
    const outcome = serve([clientHandshake, publishCommands(wrong, 'wrong'), media(wrong)]);
    expect(outcome.sent).toContain('NetStream.Publish.BadName');
    expect(outcome.tags).toEqual([]);
  });

  it('refuses commands before connect, and a second publish', () => {
    const early = new ChunkWriter();
    expect(serve([clientHandshake, command(early, 0, 'createStream', 1, null)]).refusal).toContain('before connect');
    const twice = new ChunkWriter();
    const again = () => command(twice, 1, 'publish', 6, null, key, 'live');
    expect(serve([clientHandshake, publishCommands(twice, key), again()]).refusal).toContain('out of turn');
  });

  it('takes a publisher that stops and starts again on the same connection', () => {
    const writer = new ChunkWriter();
    const parts = [clientHandshake, publishCommands(writer, key), command(writer, 0, 'FCUnpublish', 6, null, key)];
    const outcome = serve([...parts, command(writer, 1, 'publish', 7, null, key, 'live')]);
    expect(kinds(outcome).filter((kind) => kind === 'publish')).toHaveLength(2);
  });

  it('tells somebody who wants to watch that this is not the place', () => {
    const writer = new ChunkWriter();
    const outcome = serve([
      clientHandshake,
      command(writer, 0, 'connect', 1, new Map()),
      command(writer, 1, 'play', 2, null, key),
    ]);
    expect(outcome.sent).toContain('NetStream.Play.Failed');
    expect(kinds(outcome).at(-1)).toBe('over');
  });

  it('answers a ping with its own time', () => {
    const writer = new ChunkWriter();
    const ping = writer.write({
      chunkStreamId: 2,
      type: 4,
      streamId: 0,
      timestamp: 0,
      body: Buffer.from([0, 6, 1, 2, 3, 4]),
    });
    expect(serve([clientHandshake, ping]).sent).toContain('\x00\x07\x01\x02\x03\x04');
  });

  it('acknowledges what it has received as often as the publisher asks', () => {
    const writer = new ChunkWriter();
    const window = writer.write({
      chunkStreamId: 2,
      type: 5,
      streamId: 0,
      timestamp: 0,
      body: Buffer.from([0, 0, 0x10, 0]),
    });
    const commands = publishCommands(writer, key);
    const before = serve([clientHandshake, window, commands]).sent.length;
    const after = serve([clientHandshake, window, commands, media(writer)]).sent;
    expect(after.length).toBe(before + 16);
    expect(after.charCodeAt(after.length - 16 + 7)).toBe(3);
  });

  it('reads commands in the envelope of AMF3', () => {
    const writer = new ChunkWriter();
    const amf0 = new ChunkWriter();
    amf0.chunkSize = 65_536;
    const body = command(amf0, 0, 'connect', 1, new Map()).subarray(12);
    const wrapped = Buffer.concat([Buffer.from([0]), body]);
    const message = writer.write({ chunkStreamId: 3, type: 17, streamId: 0, timestamp: 0, body: wrapped });
    expect(serve([clientHandshake, message]).sent).toContain('NetConnection.Connect.Success');
  });

  it('takes commands up to the limit before the key, and media up to a larger one after it', () => {
    const sized = (bytes: number) => ({
      chunkStreamId: 8,
      type: 99,
      streamId: 0,
      timestamp: 0,
      body: Buffer.alloc(bytes),
    });
    const { maxCommandBytes, maxMediaBytes } = rtmpSessionLimits;
    const before = (bytes: number) => serve([clientHandshake, new ChunkWriter().write(sized(bytes))]).refusal;
    expect(before(maxCommandBytes)).toBeUndefined();
    expect(before(maxCommandBytes + 1)).toContain(`${maxCommandBytes + 1} bytes`);
    const after = (bytes: number) => {
      const writer = new ChunkWriter();
      return serve([clientHandshake, publishCommands(writer, key), writer.write(sized(bytes))]).refusal;
    };
    expect(after(maxMediaBytes)).toBeUndefined();
    expect(after(maxMediaBytes + 1)).toContain(`${maxMediaBytes + 1} bytes`);
  });
});
