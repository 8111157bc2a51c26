import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { parseAnswers, RawConnection } from '../../test/support/raw-http.ts';
import { placesWith } from '../../test/support/places.ts';
import { loadConfig } from '../config/load.ts';
import { Audience } from '../broadcast/audience.ts';
import type { RenditionInfo } from '../broadcast/stream-state.ts';
import type { Circle } from '../chat/readers.ts';
import { mintViewerToken, viewerTokenRandomBytes } from '../identity/viewer-token.ts';
import { frameChunk } from '../live/chunked.ts';
import { socketBufferBytes } from '../live/drain-watch.ts';
import { FanOut } from '../live/fan-out.ts';
import { renderPeoplePage } from '../views/people-page.tsx';
import { endlessFrameHeaders, eventStreamHeaders } from '../http/headers.ts';
import { openSightings } from '../http/open-sightings.ts';
import { Presence } from './presence.ts';
import { registerMediaRoutes } from '../http/routes/media.ts';
import { registerPeopleRoutes } from '../http/routes/people.ts';
import { defaultCircuitLimits } from '../admission/circuits.ts';
import { WebServer } from '../http/server.ts';
import { countedAs, viewerIdOf } from '../http/viewer.ts';
import { Viewings } from '../http/viewings.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const secret = randomBytes(32);
const rendition: RenditionInfo = {
  name: '360p',
  codec: 'h264',
  mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
  width: 640,
  height: 360,
  bandwidth: 264_000,
};
const picture = frameChunk(Buffer.alloc(64 * 1024));

let directory: string;
let server: WebServer;
let channel: FanOut;
let audience: Audience;
let presence: Presence;
let maySee: boolean;
let readers: Circle;
let isOnAir: boolean;
const connections: RawConnection[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'presence-'));
  const places = placesWith(secret);
  server = new WebServer({
    onion: { socketPath: path.join(directory, 'web.sock') },
    places,
    limits: {
      circuit: { ...defaultCircuitLimits, connections: 64, requestsPerSecond: 1000, burst: 1000, responses: 64 },
    },
  });
  server.setOnionAddresses([onion]);
  channel = new FanOut({ maxPieces: 50, maxBytes: 10_000_000 });
  channel.setHead(frameChunk(Buffer.from('init')));
  audience = new Audience();
  [maySee, readers, isOnAir] = [true, 'everyone', true];
  const { app, responses } = server;
  const now = (): number => performance.now();
  presence = new Presence({
    audience,
    open: () =>
      openSightings({
        responses,
        traceOf: (request) => countedAs(places.placeOf(request).viewer, request),
        roleOf: (request) => (request.raw.headers.cookie?.includes('b=host') === true ? 'broadcaster' : undefined),
      }),
    faceOf: (viewerId, role) =>
      role === undefined ? { name: 'Anonymous', tag: viewerId.slice(0, 3) } : { name: 'Host', capcode: role },
    hasSpoken: () => false,
    isOnAir: () => isOnAir,
    now,
    everyMs: 3_600_000,
  });
  registerMediaRoutes(app, {
    ...{ responses, places, audience, viewings: new Viewings({ now }) },
    renditions: () => [rendition],
    channel: () => channel,
    pictureChannel: () => undefined,
    rewind: () => undefined,
    prepare: async () => false,
    drains: { add: () => () => undefined },
    hasConstantRate: false,
    maxLagMs: 2000,
    hasRoomFor: () => true,
  });
  registerPeopleRoutes(app, {
    ...{ places, audience, now },
    listFor: (of) => presence.listFor(of),
    circleOf: () => readers,
    maySee: () => maySee,
    renderPeople: (list, of, { texts, base, viewer }, refreshSeconds) =>
      renderPeoplePage({
        ...{ texts, base, list, refreshSeconds, styleHref: '/style.css' },
        ownId: viewer.id,
        isForStaff: of === 'staff',
      }),
  });
  for (const kind of ['chat', 'events'] as const) {
    app.get(`/${kind}`, (request, reply) => {
      const headers = kind === 'chat' ? endlessFrameHeaders : eventStreamHeaders;
      const viewer = places.placeOf(request).viewer.id;
      const response = responses.open(request, reply, { kind, viewer, headers, maxQueuedBytes: 100_000 });
      response.follow(presence.events, 'keyframe');
      return reply;
    });
  }
  await server.listen();
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  presence.close();
  await server.close();
  await rm(directory, { recursive: true });
});

const token = (): string => mintViewerToken(randomBytes(viewerTokenRandomBytes), secret);

function send(circuitId: number, target: string, cookie: string | undefined, more = ''): RawConnection {
  const connection = new RawConnection({ socketPath: path.join(directory, 'web.sock'), circuitId });
  connections.push(connection);
  const cookies = cookie === undefined ? '' : `Cookie: ${cookie}\r\n`;
  connection.send(`GET ${target} HTTP/1.1\r\nHost: ${onion}\r\n${cookies}${more}\r\n`);
  return connection;
}

async function open(circuitId: number, target: string, cookie?: string): Promise<RawConnection> {
  const connection = send(circuitId, target, cookie);
  await connection.until(() => connection.received.includes('\r\n\r\n'), 'the answer');
  expect(connection.received).toMatch(/^HTTP\/1\.1 200 /);
  return connection;
}

async function page(cookie: string, circuitId = 500): Promise<{ status: number; body: string }> {
  const text = await send(circuitId, '/people', cookie, 'Connection: close\r\n').untilClosed();
  const [answer] = parseAnswers(text);
  return { status: answer?.status ?? 0, body: Buffer.from(answer?.body ?? '', 'latin1').toString() };
}

const broadcast = (): number => channel.publish(picture, { keyframe: true });
const viewers = (): number => {
  presence.refresh();
  return presence.listFor('staff').viewers;
};

describe('the number of viewers', () => {
  test('T33 is one for 20 sessions on one circuit, and two once one of another circuit comes', async () => {
    broadcast();
    for (let session = 0; session < 20; session += 1) await open(7, '/stream/360p.mp4', `s=${token()}`);
    expect(server.responses.size).toBe(20);
    expect(viewers()).toBe(1);
    await open(8, '/stream/360p.mp4', `s=${token()}`);
    expect(viewers()).toBe(2);
  });

  test('T33 is one for one viewer on two circuits, and for somebody on each of them', async () => {
    broadcast();
    const cookie = `s=${token()}`;
    await open(7, '/stream/360p.mp4', cookie);
    await open(8, '/stream/360p.mp4', cookie);
    await open(8, '/stream/360p.mp4', `s=${token()}`);
    expect(viewers()).toBe(1);
  });

  test('T33 is nobody for 20 circuits that read nothing, once the time for draining is over', async () => {
    broadcast();
    const reader = await open(1, '/stream/360p.mp4', `s=${token()}`);
    const idle: RawConnection[] = [];
    for (let circuitId = 100; circuitId < 120; circuitId += 1) {
      const connection = await open(circuitId, '/stream/360p.mp4', `s=${token()}`);
      connection.socket.pause();
      idle.push(connection);
    }
    expect(viewers()).toBe(21);
    const publish = async (): Promise<void> => {
      const before = reader.receivedBytes;
      channel.publish(frameChunk(Buffer.alloc(20_000)), { keyframe: true });
      await reader.until(() => reader.receivedBytes >= before + 20_000, 'the picture');
    };
    // More than fits into the buffers of the idle ones; the reader takes it all.
    for (let piece = 0; piece < 40; piece += 1) await publish();
    const fullAtMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 200));
    // What has left by one write is seen at the next.
    await publish();
    await publish();
    // The time in which a buffer is used up and five seconds, after the idle ones took something for the last time.
    expect(audience.count(fullAtMs + (socketBufferBytes * 8000) / rendition.bandwidth + 5000 + 100)).toBe(1);
  });
});

describe('the list of people', () => {
  test('has who watches and who is here, each once, oneself marked, and nobody who has gone', async () => {
    const [ann, bob] = [token(), token()];
    broadcast();
    await open(1, '/stream/360p.mp4', `s=${ann}`);
    await open(1, '/events', `s=${ann}`);
    const chat = await open(2, '/chat', `s=${bob}`);
    presence.refresh();
    const { body } = await page(`s=${ann}`, 1);
    expect(body).toContain('Watching (1)');
    expect(body).toContain('Not watching (1)');
    expect(body.match(/\(you\)/g)).toHaveLength(1);
    expect(body).toContain('http-equiv="refresh" content="15"');
    for (const viewer of [ann, bob]) expect(body).not.toContain(viewerIdOf(viewer, secret));
    chat.close();
    await expect.poll(() => server.responses.size, patience).toBe(2);
    presence.refresh();
    expect((await page(`s=${ann}`, 1)).body).not.toContain('Not watching');
  });

  test('has whoever reads it in place of the messages', async () => {
    const ann = token();
    await page(`s=${ann}`, 3);
    presence.refresh();
    expect((await page(`s=${ann}`, 3)).body).toMatch(/Not watching \(1\).*\(you\)/s);
  });

  test('T38 is a snapshot: who comes and goes in between leaves no trace in it', async () => {
    const before = JSON.stringify(presence.listFor('everyone'));
    const connection = await open(4, '/events', `s=${token()}`);
    await open(5, '/events', `s=${token()}`);
    expect(JSON.stringify(presence.listFor('everyone'))).toBe(before);
    expect(connection.received).toContain('event: people\ndata: 0\n');
    presence.refresh();
    await connection.until(() => connection.received.includes('event: people\ndata: 2\n'), 'the number');
    const length = connection.received.length;
    presence.refresh();
    presence.refresh();
    expect(connection.received).toHaveLength(length);
  });

  test('T38 tells nobody but staff of anybody more often than once a minute, as configured by default', async () => {
    const { people } = loadConfig({ workingDirectory: directory, environment: {} });
    expect(people.refreshMs).toBeGreaterThanOrEqual(60_000);
    const told = (circle: Circle) => JSON.stringify(presence.listFor(circle));
    const [everyone, staff] = [told('everyone'), told('staff')];
    const other = await open(4, '/events', `s=${token()}`);
    const length = other.received.length;
    await open(5, '/chat', `s=${token()}`);
    presence.refreshForStaff();
    expect(told('staff')).not.toBe(staff);
    expect([told('everyone'), other.received.length]).toEqual([everyone, length]);
    expect((await page(`s=${token()}`)).body).not.toContain('Anonymous');
    presence.refresh();
    expect(told('everyone')).not.toBe(everyone);
  });

  test('shows the broadcaster to everybody on the air, and off the air to staff alone', async () => {
    await open(6, '/events', `s=${token()}; b=host`);
    presence.refresh();
    expect((await page(`s=${token()}`)).body).toContain('>Broadcaster</h2>');
    isOnAir = false;
    presence.refresh();
    expect((await page(`s=${token()}`)).body).not.toContain('>Broadcaster</h2>');
    readers = 'staff';
    expect((await page(`s=${token()}`)).body).toContain('>Broadcaster</h2>');
  });

  test('leads staff to the tools for each person but themselves', async () => {
    const [ann, mod] = [token(), token()];
    await open(1, '/events', `s=${ann}`);
    await open(2, '/events', `s=${mod}`);
    presence.refresh();
    readers = 'staff';
    const { body } = await page(`s=${mod}`, 2);
    expect(body.match(/chat\/tools\?person=/g)).toHaveLength(1);
    expect(body).toContain(`chat/tools?person=${viewerIdOf(ann, secret)}`);
  });

  test('is not there for those who may not see it', async () => {
    maySee = false;
    expect((await page(`s=${token()}`)).status).toBe(404);
    expect(audience.visiting(performance.now())).toEqual([]);
  });
});
