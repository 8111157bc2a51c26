import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placesWith } from '../../../test/support/places.ts';
import { ask, type Entrance, RawConnection } from '../../../test/support/raw-http.ts';
import { Audience } from '../../broadcast/audience.ts';
import type { RenditionInfo, StreamSnapshot } from '../../broadcast/stream-state.ts';
import { frameChunk } from '../../live/chunked.ts';
import { FanOut } from '../../live/fan-out.ts';
import { RewindMemory, type RewindWindow } from '../../live/rewind-window.ts';
import { WebServer } from '../server.ts';
import { Viewings } from '../viewings.ts';
import { registerMediaRoutes } from './media.ts';
import { type PlayerDocument, registerPlayerRoutes } from './player.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: ${onion}\r\nConnection: close\r\n\r\n`;
const view = 'view-key-of-the-page-01';
const rendition: RenditionInfo = {
  name: '360p',
  codec: 'h264',
  mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
  width: 640,
  height: 360,
  bandwidth: 264_000,
};
const head = frameChunk(Buffer.from('init'));

let directory: string;
let server: WebServer;
let channel: FanOut;
let window: RewindWindow;
let updates: FanOut;
let documents: PlayerDocument[];
const connections: RawConnection[] = [];
let circuitId = 0;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'rewind-'));
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  channel = new FanOut({ maxPieces: 50, maxBytes: 1_000_000 });
  window = new RewindMemory({ seconds: 60, maxBytes: 1_000_000 }).window();
  updates = new FanOut({ maxPieces: 1, maxBytes: 10_000 });
  documents = [];
  const { responses, app } = server;
  const shared = {
    ...{ responses, places, audience: new Audience(), viewings: new Viewings({ now: () => performance.now() }) },
    rewind: () => window,
    hasRoomFor: () => true,
  };
  registerMediaRoutes(app, {
    ...shared,
    renditions: () => [rendition],
    channel: () => channel,
    pictureChannel: () => channel,
    prepare: async () => false,
    drains: { add: () => () => undefined },
    hasConstantRate: false,
    maxLagMs: 2000,
  });
  registerPlayerRoutes(app, {
    ...shared,
    updates: () => updates,
    snapshot: (): StreamSnapshot => ({
      ...{ state: 'live', stateSeconds: 1, title: '', viewers: 0, run: 1 },
      renditions: [rendition],
    }),
    renderPlayerDocument: (document) => {
      documents.push(document);
      return '<!doctype html>player';
    },
    renderPlayerLayer: () => '<video>',
    renderPlayerStrip: () => '',
  });
  await server.listen();
  begin(head);
  broadcast(0, 50);
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await server.close();
  await rm(directory, { recursive: true });
});

function begin(init: Buffer): void {
  channel.setHead(init);
  window.begin(init);
}

/** A piece a second, each a keyframe. */
function broadcast(from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const framed = frameChunk(Buffer.from(`<${at}>`));
    channel.publish(framed, { keyframe: true });
    window.push({ framed, keyframe: true, startSeconds: at, durationSeconds: 1 });
  }
}

function door(): Entrance {
  circuitId += 1;
  return { socketPath: path.join(directory, 'web.sock'), circuitId };
}

async function open(target: string, expected: string): Promise<RawConnection> {
  const connection = new RawConnection(door());
  connections.push(connection);
  connection.send(get(target));
  await connection.until(() => connection.received.includes(expected), expected);
  return connection;
}

const bodyOf = ({ received }: RawConnection): string =>
  received.slice(received.indexOf('\r\n\r\n') + 4).replaceAll(/[0-9a-f]+\r\n|\r\n/g, '');

describe('a viewer who goes back', () => {
  test.each([
    ['?ago=30', 20],
    ['?ago=30.5', 19],
    ['?ago=500', 0],
    ['?from=42.7', 42],
    ['?from=99999', 49],
    ['?ago=30&sound=0', 20],
  ])('begins with the init segment and the keyframe of that moment: %s', async (query, first) => {
    const viewer = await open(`/stream/360p.mp4${query}`, `<${first}>`);
    expect(bodyOf(viewer)).toMatch(new RegExp(`^init<${first}>`));
  });

  test('gets what is new too, once it is due', async () => {
    const viewer = await open('/stream/360p.mp4?ago=5', '<49>');
    broadcast(50, 52);
    await viewer.until(() => viewer.received.includes('<51>'), 'what is new');
    expect(bodyOf(viewer)).toBe('init<45><46><47><48><49><50><51>');
  });

  test.each(['?ago=0', ''])('does not when no moment is named: "%s"', async (query) => {
    expect(bodyOf(await open(`/stream.mp4${query}`, '<49>'))).toBe('init<49>');
  });

  test.each(['ago=-1', 'ago=1e3', 'ago=', 'ago=NaN', 'from=0x10', 'from=99999999', 'ago=%0d%0a1'])(
    'is refused what is no number: %s',
    async (query) => {
      expect((await ask(door(), get(`/stream/360p.mp4?${query}`))).status).toBe(400);
      expect((await ask(door(), get(`/player?view=${view}&${query}`))).status).toBe(400);
    },
  );

  test('finds nothing when the broadcast is over', async () => {
    channel.reset();
    window.reset();
    expect((await ask(door(), get('/stream/360p.mp4?ago=30'))).status).toBe(503);
  });
});

describe('the player document of a viewer who goes back', () => {
  test('says from where it plays, and how far behind that is', async () => {
    await open(`/player?view=${view}&ago=30`, 'player');
    await open(`/player?view=${view}&ago=500`, 'player');
    await open(`/player?view=${view}`, 'player');
    expect(documents.map(({ rewound }) => rewound && [rewound.startSeconds, rewound.behindSeconds])).toEqual([
      [20, 30],
      [0, 50],
      undefined,
    ]);
  });

  test('takes it up at the new init segment when the media has ended at one', async () => {
    const other = frameChunk(Buffer.from('other'));
    begin(other);
    broadcast(50, 53);
    const player = await open(`/player?view=${view}&ago=4`, 'player');
    const media = await open(`/stream/360p.mp4?view=${view}&from=49`, '<49>');
    await media.untilClosed();
    await player.untilClosed();
    await open(`/player?view=${view}&ago=4`, 'player');
    expect(documents.map(({ rewound }) => rewound?.startSeconds)).toEqual([49, 50]);
    expect(bodyOf(await open(`/stream/360p.mp4?view=${view}&from=50`, '<50>'))).toMatch(/^other<50>/);
  });
});
