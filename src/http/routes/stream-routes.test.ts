import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ask,
  type Entrance,
  exchange,
  parseAnswers,
  type RawAnswer,
  RawConnection,
} from '../../../test/support/raw-http.ts';
import { Audience } from '../../broadcast/audience.ts';
import type { RenditionInfo, StreamSnapshot, StreamState } from '../../broadcast/stream-state.ts';
import { frameChunk } from '../../live/chunked.ts';
import { FanOut } from '../../live/fan-out.ts';
import { allowedHeaderNames } from '../headers.ts';
import { WebServer } from '../server.ts';
import { placesWith } from '../../../test/support/places.ts';
import { patience } from '../../../test/support/patience.ts';
import { Viewings } from '../viewings.ts';
import { registerMediaRoutes } from './media.ts';
import { type PlayerDocument, registerPlayerRoutes } from './player.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const get = (target: string, ...headers: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, `Host: ${onion}`, ...headers].join('\r\n')}\r\n\r\n`;
const view = 'view-key-of-the-page-01';
const init = Buffer.from('init-bytes');

let directory: string;
let server: WebServer;
let channels: Map<string, FanOut>;
let updates: FanOut;
let audience: Audience;
let viewings: Viewings;
let renditions: RenditionInfo[];
let state: StreamState;
let documents: PlayerDocument[];
const connections: RawConnection[] = [];
let circuitId = 0;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'routes-'));
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  renditions = [
    {
      name: '360p',
      codec: 'h264',
      mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
      width: 640,
      height: 360,
      bandwidth: 264_000,
    },
    {
      name: '240p',
      codec: 'h264',
      mimeType: 'video/mp4; codecs="avc1.42c00d,opus"',
      width: 426,
      height: 240,
      bandwidth: 164_000,
    },
    { name: 'audio', codec: 'none', mimeType: 'video/mp4; codecs="opus"', bandwidth: 64_000 },
  ];
  channels = new Map(renditions.map(({ name }) => [name, new FanOut({ maxPieces: 50, maxBytes: 10_000_000 })]));
  updates = new FanOut({ maxPieces: 1, maxBytes: 10_000 });
  audience = new Audience();
  viewings = new Viewings({ now: () => performance.now() });
  documents = [];
  state = 'live';
  const { responses, app } = server;
  const now = (): number => performance.now();
  const rewind = () => undefined;
  const shared = { responses, places, viewings, audience, rewind, renditions: () => renditions, now };
  registerMediaRoutes(app, {
    ...shared,
    channel: (name) => channels.get(name),
    pictureChannel: (name) => channels.get(`${name} picture`),
    prepare: async () => false,
    drains: { add: () => () => undefined },
    hasConstantRate: false,
    maxLagMs: 2000,
    hasRoomFor: (viewer) => audience.hasRoomFor(viewer, maxViewers, performance.now()),
  });
  registerPlayerRoutes(app, {
    ...shared,
    updates: () => updates,
    hasRoomFor: (viewer) => audience.hasRoomFor(viewer, maxViewers, performance.now()),
    snapshot: (): StreamSnapshot => ({ state, stateSeconds: 1, title: 't', viewers: 0, renditions, run: 1 }),
    renderPlayerDocument: (document) => {
      documents.push(document);
      return `<!doctype html>${document.rendition?.name ?? 'nothing'}`;
    },
    renderPlayerLayer: () => '<video>',
    renderPlayerStrip: ({ rendition }) => `<!doctype html>strip ${rendition?.name ?? 'nothing'}`,
  });
  await server.listen();
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await server.close();
  await rm(directory, { recursive: true });
});

/** Everybody comes over a circuit of their own. */
const maxViewers = 4;

function entrance(): Entrance {
  circuitId += 1;
  return { socketPath: path.join(directory, 'web.sock'), circuitId };
}

async function open(target: string, expected: string, ...headers: string[]): Promise<RawConnection> {
  const connection = new RawConnection(entrance());
  connections.push(connection);
  connection.send(get(target, ...headers));
  await connection.until(() => connection.received.includes(expected), expected);
  return connection;
}

function broadcast(name: string): FanOut {
  const channel = channels.get(name);
  if (channel === undefined) throw new Error(`no rendition ${name}`);
  channel.setHead(frameChunk(init));
  channel.publish(frameChunk(Buffer.from(`${name}-key`)), { keyframe: true });
  return channel;
}

const headerNames = (head: string): string[] =>
  [...head.matchAll(/^([\w-]+):/gm)].map(([, name = '']) => name.toLowerCase());

const fetch = (target: string): Promise<RawAnswer> => ask(entrance(), get(target, 'Connection: close'));

describe('the endless stream', () => {
  test('begins with the init segment and the latest keyframe, then goes on', async () => {
    const channel = broadcast('360p');
    const viewer = await open('/stream.mp4', '360p-key');
    channel.publish(frameChunk(Buffer.from('next')));
    await viewer.until(() => viewer.received.includes('next'), 'what is new');
    const [head = '', body = ''] = viewer.received.split(/\r\n\r\n([^]*)/);
    expect(body).toBe('a\r\ninit-bytes\r\n8\r\n360p-key\r\n4\r\nnext\r\n');
    expect(head.split('\r\n').sort()).toEqual(
      [
        'HTTP/1.1 200 OK',
        'Content-Type: video/mp4',
        'Cache-Control: no-store, no-transform',
        'Accept-Ranges: none',
        'X-Content-Type-Options: nosniff',
        'Cross-Origin-Resource-Policy: same-origin',
        'Connection: close',
        'Transfer-Encoding: chunked',
      ].sort(),
    );
  });

  test('every rendition has its address; sound alone says that it is sound', async () => {
    broadcast('240p');
    broadcast('audio');
    await open('/stream/240p.mp4', '240p-key');
    expect((await open('/stream/audio.mp4', 'audio-key')).received).toContain('Content-Type: video/mp4\r\n');
    expect((await fetch('/stream/720p.mp4')).status).toBe(404);
  });

  test("Firefox's own player gets gzip, in every rendition; our script and other players get the bytes as they are", async () => {
    broadcast('240p');
    broadcast('audio');
    const firefox = 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    for (const rendition of ['240p', 'audio']) {
      const player = await open(`/stream/${rendition}.mp4?view=${view}`, `${rendition}-key`, firefox);
      const [head = ''] = player.received.split('\r\n\r\n');
      expect(head).toContain('\r\nContent-Encoding: gzip');
      expect(headerNames(head).filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
    }
    const script = await open('/stream/240p.mp4', '240p-key', firefox);
    const elsewhere = await open(`/stream/240p.mp4?view=${view}`, '240p-key');
    for (const { received } of [script, elsewhere]) expect(received).not.toContain('Content-Encoding');
  });

  test('a browser that needs a length is told one, without a lead-in, in bytes that are bare', async () => {
    channels.set('360p picture', new FanOut({ maxPieces: 10, maxBytes: 10_000 }));
    const channel = broadcast('360p picture');
    const viewer = await open('/stream/360p.mp4?sound=0&length=1', '360p picture-key');
    channel.publish(frameChunk(Buffer.from('next')));
    await viewer.until(() => viewer.received.includes('next'), 'what is new');
    const [head = '', body = ''] = viewer.received.split(/\r\n\r\n([^]*)/);
    expect(body).toBe('init-bytes360p picture-keynext');
    expect(head).toContain(`\r\nContent-Length: ${2 ** 40}`);
    expect(head).not.toContain('Transfer-Encoding');
    expect(headerNames(head).filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
  });

  test.each([
    ['bytes=0-', 200],
    ['bytes=1-', 416],
    ['bytes=000052-90', 416],
    ['bytes=-1', 200],
  ])('told a length, a browser that asks for the rest of it gets none: %s', async (range, status) => {
    broadcast('360p');
    const viewer = new RawConnection(entrance());
    connections.push(viewer);
    viewer.send(get('/stream/360p.mp4?length=1', `Range: ${range}`));
    await viewer.until(() => viewer.received.includes('\r\n\r\n'), 'an answer');
    expect(viewer.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(audience.count(performance.now())).toBe(status === 200 ? 1 : 0);
  });

  test('while there is nothing to join it is unavailable, and says when to come back', async () => {
    expect(await fetch('/stream.mp4')).toMatchObject({ status: 503 });
    renditions = [];
    const answer = await fetch('/stream/240p.mp4');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  test.each(['bytes=0-', 'bytes=-1', 'bytes=9-1', 'bytes=abc'])('U16 a range is ignored: %s', async (range) => {
    broadcast('360p');
    const viewer = new RawConnection(entrance());
    connections.push(viewer);
    viewer.send(get('/stream.mp4', `Range: ${range}`));
    await viewer.until(() => viewer.received.includes('360p-key'), 'the keyframe');
    expect(viewer.received).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });

  test('U18 HEAD gives the headers at once and counts nobody', async () => {
    broadcast('360p');
    for (const target of ['/stream.mp4', '/stream/360p.mp4', `/player?view=${view}`]) {
      const text = await exchange(entrance(), get(target, 'Connection: close').replace('GET', 'HEAD'));
      const [answer] = parseAnswers(text, true);
      expect(answer?.status).toBe(200);
      expect([...(answer?.headers.keys() ?? [])].filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
    }
    expect(server.responses.size).toBe(0);
    expect(audience.count(performance.now())).toBe(0);
  });

  test('a full house turns newcomers away and lets those who watch come back', async () => {
    broadcast('360p');
    for (let viewer = 0; viewer < maxViewers; viewer += 1)
      audience.receive({ viewerId: `viewer ${viewer}` }, { lastDrainAtMs: performance.now() }, 60_000);
    const answer = await fetch('/stream.mp4');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    audience.receive({ circuitId: circuitId + 1 }, { lastDrainAtMs: performance.now() }, 60_000);
    await open('/stream.mp4', '360p-key');
  });

  test('whoever receives it is counted, until they leave', async () => {
    broadcast('360p');
    const viewer = await open('/stream.mp4', '360p-key');
    await open('/stream.mp4', '360p-key');
    expect(audience.count(performance.now())).toBe(2);
    viewer.close();
    await vi.waitUntil(() => audience.count(performance.now()) === 1, patience);
  });

  test('a new run ends it cleanly, so that players come back', async () => {
    const channel = broadcast('360p');
    const viewer = await open('/stream.mp4', '360p-key');
    channel.setHead(frameChunk(init));
    expect(await viewer.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
    expect(audience.count(performance.now())).toBe(0);
  });
});

describe('the player document', () => {
  test('holds the best rendition, stays open and is brought up to date', async () => {
    const player = await open(`/player?view=${view}`, '360p');
    updates.publish(frameChunk(Buffer.from('<style></style>')));
    await player.until(() => player.received.includes('<style>'), 'an update');
    expect(documents[0]).toMatchObject({ view, sound: false, refreshSeconds: 0, rendition: { name: '360p' } });
    expect(documents[0]?.place.viewer.token).toMatch(/^[\w-]{44}$/);
  });

  test('holds no picture for whoever is turned away, and no update takes the screen from it', async () => {
    broadcast('360p');
    for (let n = 0; n < maxViewers; n += 1) await open('/stream.mp4', '360p-key');
    const player = await open(`/player?view=${view}`, 'nothing');
    expect(documents[0]?.isTurnedAway).toBe(true);
    expect(updates.subscribers).toBe(0);
    player.close();
  });

  test('takes rendition, sound and viewer from its address', async () => {
    await open(`/player?view=${view}`, '360p');
    const token = documents[0]?.place.viewer.token ?? '';
    await open(`/v/${token}/player?view=${view}&r=240p&sound=1`, '240p');
    expect(documents[1]).toMatchObject({ sound: true, place: { viewer: { token } }, rendition: { name: '240p' } });
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', true],
    ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', false],
    ['', false],
  ])('asks for a length where the browser needs one: %s', async (userAgent, needsLength) => {
    const player = new RawConnection(entrance());
    connections.push(player);
    player.send(get(`/player?view=${view}`, `User-Agent: ${userAgent}`));
    await player.until(() => player.received.includes('360p'), 'the document');
    expect(documents[0]?.needsLength).toBe(needsLength);
  });

  test.each(['/player', '/player?view=', '/player?view=<script>', `/player?view=${view}&view=${view}`])(
    'is refused without a view key: %s',
    async (target) => {
      expect((await fetch(target)).status).toBe(400);
    },
  );

  test('a viewer who does not keep up is reloaded at a lower rendition, with memory bounded', async () => {
    const channel = broadcast('360p');
    const player = await open(`/player?view=${view}`, '360p');
    const media = await open(`/stream/360p.mp4?view=${view}`, '360p-key');
    media.socket.pause();
    while (channel.subscribers > 0) {
      channel.publish(frameChunk(Buffer.alloc(8000)));
      await new Promise(setImmediate);
    }
    expect(await player.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
    await open(`/player?view=${view}`, '240p');
    expect(documents.map(({ rendition }) => rendition?.name)).toEqual(['360p', '240p']);
  });

  test('a new run reloads it at the same rendition', async () => {
    const channel = broadcast('240p');
    const player = await open(`/player?view=${view}&r=240p`, '240p');
    await open(`/stream/240p.mp4?view=${view}`, '240p-key');
    channel.setHead(frameChunk(init));
    await player.untilClosed();
    await open(`/player?view=${view}&r=240p`, '240p');
  });

  test('a browser that asks for the rest of a response it has lost gets a new document', async () => {
    broadcast('360p');
    const player = await open(`/player?view=${view}`, '360p');
    await open(`/stream/360p.mp4?length=1&view=${view}`, '360p-key');
    const answer = await ask(
      entrance(),
      get(`/stream/360p.mp4?length=1&view=${view}`, 'Range: bytes=99-', 'Connection: close'),
    );
    expect(answer.status).toBe(416);
    expect(await player.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  test('one that was loaded before there was a picture reloads when there is one', async () => {
    const all = renditions;
    renditions = [];
    const player = await open(`/player?view=${view}`, 'nothing');
    renditions = all;
    viewings.renditionsChanged(renditions.map(({ name }) => name));
    await player.untilClosed();
    await open(`/player?view=${view}`, '360p');
  });

  test('its media response ends with it', async () => {
    broadcast('360p');
    const player = await open(`/player?view=${view}`, '360p');
    const media = await open(`/stream/360p.mp4?view=${view}`, '360p-key');
    player.close();
    await media.untilClosed();
  });
});

describe('the strip of the first player document', () => {
  const strip = `/player/strip?view=${view}&r=360p`;

  test('stays open and is brought up to date', async () => {
    const viewer = await open(strip, 'strip 360p');
    updates.publish(frameChunk(Buffer.from('<style>x</style>')));
    await viewer.until(() => viewer.received.includes('<style>'), 'an update');
    expect(viewer.received).toContain('X-Frame-Options: SAMEORIGIN');
  });

  test('ends with the media of its page, for the player document that then comes', async () => {
    const channel = broadcast('360p');
    const viewer = await open(strip, 'strip 360p');
    await open(`/stream/360p.mp4?view=${view}`, '360p-key');
    channel.setHead(frameChunk(init));
    expect(await viewer.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  test('ends at once when the page was made from what is so no longer', async () => {
    const gone = await open(`/player/strip?view=${view}&r=720p`, 'strip nothing');
    expect(await gone.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
    state = 'interrupted';
    const covered = await open(strip, 'strip 360p');
    expect(await covered.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  test('ends at once when as many are watching as may', async () => {
    broadcast('360p');
    for (let count = 0; count < maxViewers; count += 1) await open('/stream/360p.mp4', '360p-key');
    const viewer = await open(strip, 'strip 360p');
    expect(await viewer.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  test.each(['/player/strip', '/player/strip?view=short&r=360p'])('%s is no address of one', async (target) => {
    expect((await fetch(target)).status).toBe(400);
  });
});
