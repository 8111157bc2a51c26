import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectedPair, encodeAtHome, type HomeMedia, LinePublisher } from '../../test/support/line-publisher.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { patience } from '../../test/support/patience.ts';
import { serverKeysFrom } from '../split/publisher-key.ts';
import { LineIngest, type LineIngestOptions, type LineReport } from './line-ingest.ts';
import { makeSlate } from './line-slate.ts';
import type { Publication } from './publication.ts';

const keys = serverKeysFrom(Buffer.alloc(32, 3));
const firstRun = Buffer.alloc(16, 1);
const secondRun = Buffer.alloc(16, 2);
const start = { stream: 1, offset: 0 };

let media: HomeMedia;

/** A server's end with a clock of its own, and everything that the encoder would get. */
class Desk {
  readonly clock = new ManualClock();
  readonly reports: LineReport[] = [];
  readonly troubles: string[] = [];
  readonly ingest: LineIngest;
  readonly begun: Publication[] = [];
  readonly ended: Publication[] = [];
  slates = 0;
  media: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));

  constructor(options: Partial<LineIngestOptions> = {}) {
    this.ingest = new LineIngest({
      ...{ keys, bufferMs: 2000, patienceMs: 60_000, startDelayMs: 0, stopDelayMs: 0, clock: this.clock },
      once: () => Buffer.alloc(32, 7),
      chance: () => 0.5,
      gate: {
        begin: (publication) => {
          this.begun.push(publication);
          this.media = buffer(publication.open());
          return 'accepted';
        },
        end: (publication) => void this.ended.push(publication),
      },
      makeSlate: async (picture, videoTimescale) => {
        const slate = await makeSlate({ ffmpegPath: 'ffmpeg', picture, videoTimescale, sentence: '' });
        this.slates += 1;
        return slate;
      },
      onReport: (report) => this.reports.push(report),
      onTrouble: (message) => this.troubles.push(message),
      ...options,
    });
  }

  async connect(session = firstRun, key = keys.publisherKey): Promise<LinePublisher> {
    const publisher = new LinePublisher(this.ingest, key, session);
    await Promise.race([publisher.answer, publisher.closed]);
    return publisher;
  }

  async passTo(ms: number): Promise<void> {
    await this.clock.advanceTo(ms, async () => undefined);
  }

  get play(): string | undefined {
    return this.reports.at(-1)?.play;
  }
}

let desk: Desk | undefined;

function openDesk(options: Partial<LineIngestOptions> = {}): Desk {
  desk = new Desk(options);
  return desk;
}

afterEach(() => desk?.ingest.close());

beforeAll(async () => {
  media = await encodeAtHome(5);
});

/** Init segment and pieces of the seconds from `from` to `to`. */
function bytesOf({ init, pieces }: HomeMedia, from: number, to: number): Buffer {
  const kept = pieces.filter(({ startSeconds }) => startSeconds >= from - 0.001 && startSeconds < to - 0.001);
  return Buffer.concat([init, ...kept.map(({ bytes }) => bytes)]);
}

/** How many pictures FFmpeg decodes, and what it complains of. */
async function decode(bytes: Buffer): Promise<{ pictures: number; complaints: string }> {
  const args = ['-v', 'warning', '-f', 'mp4', '-i', 'pipe:0', '-map', '0:v', '-f', 'framehash', 'pipe:1'];
  const child = spawn('ffmpeg', args, { stdio: 'pipe' });
  child.stdin.end(bytes);
  const [hashes, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { pictures: hashes.split('\n').filter((line) => line.startsWith('0,')).length, complaints };
}

describe('a publisher over a line', () => {
  it('T24 is played behind the buffer, through a cut, a slate and a new beginning, as one publication that decodes without a word', async () => {
    const server = openDesk();
    const one = await server.connect();
    const bytes = bytesOf(media, 0, 5);
    const half = Math.floor(bytes.length / 2);
    let place = await one.send(start, bytes.subarray(0, half));
    await server.passTo(100);
    expect([server.begun.length, server.play, server.begun[0]?.isSlate]).toEqual([1, 'playing', false]);
    one.close();
    // The rest of it comes over another connection, from where the first one broke off.
    const again = await server.connect();
    expect((await again.answer).resume).toEqual(place);
    place = await again.send(place, bytes.subarray(half));
    await expect.poll(() => server.slates, patience).toBe(1);
    await server.passTo(10_000);
    expect([server.play, server.begun[0]?.isSlate]).toEqual(['slate', true]);
    const restarted = await server.connect(secondRun);
    expect((await restarted.answer).resume).toBeUndefined();
    await restarted.send(start, bytesOf(media, 1, 5));
    await server.passTo(12_000);
    expect([server.play, server.begun[0]?.isSlate]).toEqual(['playing', false]);
    server.ingest.close();
    expect([server.begun.length, server.ended.length]).toEqual([1, 1]);
    const decoded = await decode(await server.media);
    expect(decoded.complaints).toBe('');
    // Two halves of live pictures, thirty a second, and between them some seconds of slate, ten a second.
    expect(decoded.pictures).toBeGreaterThan(120 + 30 + 50);
  });

  it('T42 is let in by its key alone, and gets not a byte before', async () => {
    const server = openDesk();
    const stranger = await server.connect(firstRun, serverKeysFrom(Buffer.alloc(32, 4)).publisherKey);
    await stranger.closed;
    expect(stranger.received).toBe(0);
    const [here, there] = connectedPair();
    server.ingest.accept(there);
    here.write('GET / HTTP/1.1\r\n\r\n'.repeat(20));
    await new Promise((resolve) => here.once('close', resolve));
    expect(server.reports).toEqual([]);
  });

  it('T42 ends at a frame that is repeated, changed or leaves something out', async () => {
    const server = openDesk();
    const payload = Buffer.alloc(100);
    const attacks: ((publisher: LinePublisher) => Promise<void>)[] = [
      async (publisher) => {
        const frame = publisher.seal(start, payload);
        await publisher.sendRaw(frame);
        await publisher.sendRaw(frame);
      },
      async (publisher) => {
        const frame = publisher.seal(start, payload);
        frame[50] = (frame[50] ?? 0) ^ 1;
        await publisher.sendRaw(frame);
      },
      async (publisher) => {
        publisher.seal(start, payload);
        await publisher.sendRaw(publisher.seal(start, payload));
      },
      async (publisher) => await publisher.sendRaw(publisher.seal({ stream: 1, offset: 5 }, payload)),
    ];
    for (const attack of attacks) {
      const publisher = await server.connect();
      await attack(publisher);
      await publisher.closed;
    }
  });

  it('T42 cannot be made to lose its place by a hello that somebody has recorded', async () => {
    const server = openDesk();
    const own = await server.connect();
    await own.send(start, media.init);
    const other = await server.connect(secondRun);
    // Whoever only repeats a hello cannot go on: the first frame is what proves the key.
    await other.sendRaw(Buffer.alloc(20_000, 1));
    await other.closed;
    await own.send({ stream: 1, offset: media.init.length }, Buffer.alloc(0));
    expect(server.reports.at(-1)?.isConnected).toBe(true);
    own.close();
  });

  it('T41 takes the place of its own dead connection', async () => {
    const server = openDesk();
    const dead = await server.connect();
    await dead.send(start, media.init);
    const alive = await server.connect();
    const place = { stream: 1, offset: media.init.length };
    expect((await alive.answer).resume).toEqual(place);
    await alive.send(place, Buffer.alloc(0));
    await dead.closed;
  });

  it('is told what has come, in messages of one size, and nothing else', async () => {
    const server = openDesk();
    const publisher = await server.connect();
    const place = await publisher.send(start, bytesOf(media, 0, 3));
    await expect.poll(() => publisher.acks.length, patience).toBeGreaterThan(1);
    expect(publisher.acks.at(-1)).toEqual(place);
    expect(publisher.received).toBe(80 + 32 * publisher.acks.length);
  });

  it('is on the air for as long as the slate may be shown, and again when it comes back later', async () => {
    const server = openDesk({ patienceMs: 20_000 });
    const publisher = await server.connect();
    await publisher.send(start, bytesOf(media, 0, 5));
    await server.passTo(100);
    publisher.close();
    await server.passTo(15_000);
    expect([server.play, server.ended.length]).toEqual(['slate', 0]);
    await server.passTo(30_000);
    expect([server.play, server.ended.length]).toEqual(['off', 1]);
    const back = await server.connect(secondRun);
    await back.send(start, bytesOf(media, 0, 5));
    await server.passTo(31_000);
    expect([server.play, server.begun.length]).toEqual(['playing', 2]);
  });

  it('begins and ends by up to the delays later, and the end comes after all that was sent', async () => {
    const server = openDesk({ startDelayMs: 10_000, stopDelayMs: 8000 });
    const publisher = await server.connect();
    const place = await publisher.send(start, bytesOf(media, 0, 5));
    await server.passTo(4900);
    expect(server.begun).toHaveLength(0);
    await server.passTo(5100);
    expect(server.begun).toHaveLength(1);
    await publisher.send(place, Buffer.alloc(0), 'over');
    publisher.close();
    // Two seconds and more were held back; a second later it is clear that no more comes.
    await server.passTo(5000 + 2000 + 1000 + 3500);
    expect([server.play, server.ended.length]).toEqual(['slate', 0]);
    await server.passTo(5000 + 3000 + 1500 + 4500);
    expect([server.play, server.ended.length]).toEqual(['off', 1]);
  });

  it('is not taken to have ended because a run that has just begun has nothing to send yet', async () => {
    const server = openDesk();
    const publisher = await server.connect();
    await publisher.send(start, bytesOf(media, 0, 5));
    await server.passTo(100);
    publisher.close();
    const restarted = await server.connect(secondRun);
    await restarted.send({ stream: 0, offset: 0 }, Buffer.alloc(0), 'idle');
    await server.passTo(20_000);
    expect([server.play, server.ended.length]).toEqual(['slate', 0]);
  });

  it('may change the size of its picture: what was held back is played first, in the same publication', async () => {
    const server = openDesk();
    const other = await encodeAtHome(4, '240x240');
    const publisher = await server.connect();
    await publisher.send(start, bytesOf(media, 0, 3));
    await server.passTo(100);
    await publisher.send({ stream: 2, offset: 0 }, bytesOf(other, 0, 1.5));
    await server.passTo(1000);
    expect(server.begun[0]?.picture).toEqual({ width: 320, height: 240 });
    await publisher.send({ stream: 3, offset: 0 }, bytesOf(other, 0, 4));
    await server.passTo(1100);
    expect(server.begun[0]?.picture).toEqual({ width: 240, height: 240 });
    expect([server.begun.length, server.ended.length]).toEqual([1, 0]);
  });

  it('who sends what cannot be read is cut off with a sentence for the operator', async () => {
    const server = openDesk();
    const publisher = await server.connect();
    await publisher.send(start, Buffer.from('....ftyp this is no film, and it never ends'.repeat(50)));
    await publisher.closed;
    expect(server.troubles).toHaveLength(1);
  });

  it('waits while somebody else is on the air', async () => {
    let isBusy = true;
    const server = openDesk({ gate: { begin: () => (isBusy ? 'busy' : 'accepted'), end: () => undefined } });
    const publisher = await server.connect();
    await publisher.send(start, bytesOf(media, 0, 5));
    await server.passTo(1000);
    expect(server.play).toBe('filling');
    isBusy = false;
    await server.passTo(1100);
    expect(server.play).toBe('playing');
  });
});
