import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask, exchange, RawConnection } from '../../test/support/raw-http.ts';
import { patience } from '../../test/support/patience.ts';
import { defaultCircuitLimits } from '../admission/circuits.ts';
import { endlessMediaHeaders } from './headers.ts';
import { WebServer, type WebServerOptions } from './server.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: ${onion}\r\n\r\n`;
const getAndClose = (target: string): string => get(target).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

let directory: string;
let hostile: number[];
let nowMs: number;
const servers: WebServer[] = [];
const connections: RawConnection[] = [];
const socketPath = (door: string): string => path.join(directory, `${door}.sock`);

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'circuits-'));
  hostile = [];
  nowMs = 0;
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const server of servers.splice(0)) await server.close();
  await rm(directory, { recursive: true });
});

async function start(options: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const server = new WebServer({
    onion: { socketPath: socketPath('web') },
    desk: { socketPath: socketPath('desk') },
    onHostile: (circuitId) => hostile.push(circuitId),
    now: () => nowMs,
    ...options,
  });
  servers.push(server);
  server.setOnionAddresses([onion]);
  server.setOnionAddresses([onion], 'desk');
  server.app.get('/', (_request, reply) => reply.send('page'));
  server.app.get('/never', (_request, reply) => reply.status(429).send());
  server.app.get<{ Querystring: { v?: string } }>('/endless', (request, reply) => {
    const viewer = request.query.v ?? '';
    server.responses.open(request, reply, {
      kind: 'media',
      viewer,
      headers: endlessMediaHeaders,
      maxQueuedBytes: 65_536,
    });
    return reply;
  });
  await server.listen();
  return server;
}

const on = (circuitId: number, door = 'web') => ({ socketPath: socketPath(door), circuitId });

function connectTo(circuitId: number, door?: string): RawConnection {
  const connection = new RawConnection(on(circuitId, door));
  connections.push(connection);
  return connection;
}

/** Ten seconds and a half in each of which this circuit asks for far too much. */
async function flood(circuitId: number, door?: string): Promise<void> {
  for (let second = 0; second < 16; second += 1) {
    for (let request = 0; request < 6; request += 1) await exchange(on(circuitId, door), getAndClose('/'));
    nowMs += 1000;
  }
}

const tight = { circuit: { ...defaultCircuitLimits, requestsPerSecond: 0.1, burst: 1 } };

test('T15 a circuit that goes on flooding loses what it has open, is named to be closed, and gets nothing for a minute', async () => {
  await start({ limits: tight });
  const open = connectTo(5);
  await flood(5);
  expect(hostile).toEqual([5]);
  await open.until(() => open.isClosed, 'what it had open is closed');
  expect(await exchange(on(5), getAndClose('/'))).toBe('');
  expect((await ask(on(6), getAndClose('/'))).status).toBe(200);
  nowMs += 60_000;
  expect((await ask(on(5), getAndClose('/'))).status).toBe(200);
});

test('T15 whoever watches is borne with, and the broadcaster at a door of their own is not judged', async () => {
  await start({ limits: tight, isWatching: (circuitId) => circuitId === 5 });
  await flood(5);
  await flood(5, 'desk');
  expect(hostile).toEqual([]);
});

test('T15 answers of "too many" that a route gives count like those that the pace gives', async () => {
  await start({ limits: { circuit: { ...defaultCircuitLimits, burst: 1000 } } });
  for (let second = 0; second < 16; second += 1) {
    for (let request = 0; request < 6; request += 1) await exchange(on(5), getAndClose('/never'));
    nowMs += 1000;
  }
  expect(hostile).toEqual([5]);
});

test('T14 a dozen connections that never say anything are closed, and the second dozen takes the circuit with it', async () => {
  await start({ limits: { headersMs: 50, checkMs: 25 }, now: () => performance.now() });
  const first = Array.from({ length: 9 }, () => connectTo(5));
  await vi.waitUntil(() => first.every(({ isClosed }) => isClosed), patience);
  expect(hostile).toEqual([]);
  Array.from({ length: 9 }, () => connectTo(5));
  await vi.waitUntil(() => hostile.length > 0, patience);
  expect(hostile).toEqual([5]);
});

test('T33 many identities on one circuit open no more without end than one may; another circuit its own', async () => {
  const server = await start();
  for (let viewer = 0; viewer < 9; viewer += 1) connectTo(5).send(get(`/endless?v=${viewer}`));
  await vi.waitUntil(() => server.responses.size === 9, patience);
  expect((await ask(on(5), getAndClose('/endless?v=9'))).status).toBe(429);
  connectTo(6).send(get('/endless?v=9'));
  await vi.waitUntil(() => server.responses.size === 10, patience);
  connections[0]?.close();
  await vi.waitUntil(() => server.responses.size === 9, patience);
  connectTo(5).send(get('/endless?v=10'));
  await vi.waitUntil(() => server.responses.size === 10, patience);
});

test('T15 where strangers fill their part, whoever has most of it gives one up for somebody who has less', async () => {
  const server = await start({ limits: { connections: 8 }, isWatching: (circuitId) => circuitId === 99 });
  const watching = [connectTo(99), connectTo(99)];
  const greedy = [1, 1, 1, 2].map((circuitId) => connectTo(circuitId));
  await vi.waitUntil(async () => (await server.openConnections()) === 6, patience);
  const modest = connectTo(7);
  await vi.waitUntil(() => greedy.filter(({ isClosed }) => isClosed).length === 1, patience);
  expect(greedy.slice(0, 3).some(({ isClosed }) => isClosed)).toBe(true);
  modest.send(get('/'));
  await modest.until(() => modest.received.includes('page'), 'it is served');
  // The one who has most has no more than one above the newcomer now: nobody takes from anybody.
  expect(await exchange(on(7), getAndClose('/'))).toBe('');
  expect(watching.some(({ isClosed }) => isClosed)).toBe(false);
  expect(await server.openConnections()).toBe(6);
});

test('T15 strangers fill three quarters of all connections, and the rest is kept for those who watch', async () => {
  const server = await start({ limits: { connections: 8 }, isWatching: (circuitId) => circuitId === 99 });
  const strangers = [1, 2, 3, 4, 5, 6].map((circuitId) => connectTo(circuitId));
  await vi.waitUntil(async () => (await server.openConnections()) === 6, patience);
  expect(await exchange(on(7), getAndClose('/'))).toBe('');
  expect((await ask(on(99), getAndClose('/'))).status).toBe(200);
  expect(strangers.some(({ isClosed }) => isClosed)).toBe(false);
});
