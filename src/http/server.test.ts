import { once } from 'node:events';
import { chmod, link, lstat, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask, type Entrance, exchange, parseAnswers, proxyLine, RawConnection } from '../../test/support/raw-http.ts';
import { patience } from '../../test/support/patience.ts';
import { defaultCircuitLimits } from '../admission/circuits.ts';
import { frameChunk } from '../live/chunked.ts';
import type { EndlessResponse } from '../live/endless-response.ts';
import { FanOut } from '../live/fan-out.ts';
import { connectionOf } from './connection.ts';
import { allowedHeaderNames, endlessMediaHeaders } from './headers.ts';
import { WebServer, type WebServerOptions } from './server.ts';
import { defaultWebLimits } from './web-limits.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const lines = (...parts: string[]): string => `${parts.join('\r\n')}\r\n\r\n`;
const get = (target: string, ...headers: string[]): string =>
  lines(`GET ${target} HTTP/1.1`, `Host: ${onion}`, ...headers);
const getAndClose = (target: string): string => get(target, 'Connection: close');

let directory: string;
let socketPath: string;
const servers: WebServer[] = [];
const connections: RawConnection[] = [];
let channel: FanOut;
let opened: EndlessResponse[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'web-'));
  socketPath = path.join(directory, 'web.sock');
  channel = new FanOut({ maxPieces: 100, maxBytes: 10_000_000 });
  opened = [];
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const server of servers.splice(0)) await server.close();
  await chmod(directory, 0o700);
  await rm(directory, { recursive: true });
});

function build(options: Partial<WebServerOptions> = {}): WebServer {
  const server = new WebServer({ onion: { socketPath }, ...options });
  servers.push(server);
  server.setOnionAddresses([onion]);
  server.app.get('/', (_request, reply) => reply.send('page'));
  server.app.get('/where', (request, reply) => reply.send(JSON.stringify(connectionOf(request))));
  server.app.get('/fails', () => {
    throw new Error('a secret of the inside');
  });
  server.app.get<{ Querystring: { v?: string } }>('/endless', (request, reply) => {
    const response = server.responses.open(request, reply, {
      kind: 'media',
      viewer: request.query.v ?? 'somebody',
      headers: endlessMediaHeaders,
      maxQueuedBytes: 64 * 1024,
    });
    opened.push(response);
    response.follow(channel, 'now');
    return reply;
  });
  return server;
}

async function start(options: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const server = build(options);
  await server.listen();
  return server;
}

function connectTo(entrance: Entrance): RawConnection {
  const connection = new RawConnection(entrance);
  connections.push(connection);
  return connection;
}

const circuit = (circuitId: number): Entrance => ({ socketPath, circuitId });

test('one set of routes answers behind both doors and knows which one was taken', async () => {
  const server = await start({ local: { host: '127.0.0.1', port: 0 } });
  const port = Number(new URL(server.localUrl ?? '').port);
  expect((await ask(circuit(0x0001_0019), getAndClose('/where'))).body).toBe('{"kind":"onion","circuitId":65561}');
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
    const answer = await ask({ port }, lines('GET /where HTTP/1.1', `Host: ${host}`, 'Connection: close'));
    expect(answer.body).toBe('{"kind":"local"}');
  }
});

test('each entrance answers only to its own names', async () => {
  const server = await start({ local: { host: '127.0.0.1', port: 0, hosts: ['stream.test:80'] } });
  const port = Number(new URL(server.localUrl ?? '').port);
  const statusAt = async (entrance: Entrance, host: string): Promise<number> =>
    (await ask(entrance, lines('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close'))).status;
  expect(await statusAt({ port }, onion)).toBe(421);
  expect(await statusAt({ port }, '127.0.0.1')).toBe(421);
  expect(await statusAt({ port }, `127.0.0.1:${port + 1}`)).toBe(421);
  expect(await statusAt({ port }, 'stream.test')).toBe(200);
  expect(await statusAt(circuit(1), `127.0.0.1:${port}`)).toBe(421);
  const other = onion.replace('a', 'b');
  server.setOnionAddresses([other.toUpperCase()]);
  expect(await statusAt(circuit(1), onion)).toBe(421);
  expect(await statusAt(circuit(1), other)).toBe(200);
});

test('T16 the PROXY line may come in any pieces, together with the request or before it', async () => {
  await start();
  const bytes = proxyLine(7) + getAndClose('/where');
  const slow = connectTo({ socketPath });
  for (const byte of bytes) {
    slow.send(byte);
    await new Promise(setImmediate);
  }
  expect(await slow.untilClosed()).toContain('"circuitId":7');
  expect(await exchange({ socketPath }, bytes)).toContain('"circuitId":7');
});

test.each([
  ['none', getAndClose('/')],
  ['another protocol', `PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n${getAndClose('/')}`],
  ['a line too long', `PROXY TCP6 ${'f'.repeat(200)}`],
  ['TLS', '\x16\x03\x01'],
])('without a PROXY line nothing is answered: %s', async (_name, bytes) => {
  await start();
  expect(await exchange({ socketPath }, bytes)).toBe('');
});

test('T16 a PROXY line that takes too long is not waited for', async () => {
  await start({ limits: { proxyLineMs: 200 } });
  const silent = connectTo({ socketPath });
  const partial = connectTo({ socketPath });
  partial.send('PROXY TCP6 ');
  expect(await silent.untilClosed()).toBe('');
  expect(await partial.untilClosed()).toBe('');
});

test('Node still bounds headers, silence and bodies behind the PROXY line (A01, A02, A03)', async () => {
  const server = build({ limits: { headersMs: 300, requestMs: 600, bodyMs: 500, checkMs: 50 } });
  server.app.register(async (scope) => {
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
    scope.post('/form', (_request, reply) => reply.send('late'));
  });
  await server.listen();
  const silent = connectTo(circuit(1));
  const slowHeader = connectTo(circuit(2));
  slowHeader.send(`GET / HTTP/1.1\r\nHost: ${onion}\r\nX: `);
  const slowBody = connectTo(circuit(3));
  const type = 'Content-Type: application/x-www-form-urlencoded';
  slowBody.send(lines('POST /form HTTP/1.1', `Host: ${onion}`, `Origin: http://${onion}`, type, 'Content-Length: 9'));
  for (const connection of [silent, slowHeader, slowBody]) {
    expect(await connection.untilClosed()).toMatch(/^$|^HTTP\/1.1 408 Request Timeout\r\n/);
  }
});

test('T15 a circuit may hold so many connections; another one is not affected', async () => {
  await start({ limits: { circuit: defaultCircuitLimits } });
  const held = Array.from({ length: 12 }, () => connectTo(circuit(5)));
  for (const connection of held) {
    connection.send(get('/'));
    await connection.until(() => connection.received.endsWith('page'), 'an answer');
  }
  expect(await exchange(circuit(5), getAndClose('/'))).toBe('');
  expect((await ask(circuit(6), getAndClose('/'))).status).toBe(200);
  held[0]?.close();
  await vi.waitUntil(async () => (await exchange(circuit(5), getAndClose('/'))) !== '', patience);
});

test('T15 too many requests of a circuit are told when to come back', async () => {
  let nowMs = 0;
  await start({ limits: { circuit: { ...defaultCircuitLimits, requestsPerSecond: 1, burst: 3 } }, now: () => nowMs });
  const statuses: number[] = [];
  for (let request = 0; request < 4; request += 1) statuses.push((await ask(circuit(5), getAndClose('/'))).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await ask(circuit(5), getAndClose('/'))).headers.get('retry-after')).toBe('1');
  expect((await ask(circuit(6), getAndClose('/'))).status).toBe(200);
  nowMs = 1000;
  expect((await ask(circuit(5), getAndClose('/'))).status).toBe(200);
});

test('connections beyond the limit are closed at once, those that are open are not affected (A09)', async () => {
  await start({ limits: { connections: 3 } });
  const held = [1, 2, 3].map((circuitId) => connectTo(circuit(circuitId)));
  for (const connection of held) {
    connection.send(get('/'));
    await connection.until(() => connection.received.endsWith('page'), 'an answer');
  }
  expect(await exchange(circuit(4), getAndClose('/'))).toBe('');
  expect(held.every(({ isClosed }) => !isClosed)).toBe(true);
});

test('a connection is closed after its number of requests, without a Date (P63)', async () => {
  await start({ limits: { requestsPerConnection: 3, circuit: { ...defaultCircuitLimits, burst: 99 } } });
  const answers = parseAnswers(await exchange(circuit(1), get('/').repeat(5)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.every(({ headers }) => !headers.has('date'))).toBe(true);
});

test('T04 headers are from the allow-list on every answer, also on those Node gives by itself', async () => {
  await start();
  const asked = ['/', '/where', '/fails', '/none', '/%', '/endless', '//x'].map(getAndClose);
  const broken = [
    'GET / HTTP/1.1\r\n\r\n',
    'nonsense\r\n\r\n',
    get('/', 'Expect: x'),
    get('/', `X: ${'a'.repeat(9000)}`),
  ];
  let id = 100;
  for (const bytes of [...asked, ...broken]) {
    id += 1;
    const connection = connectTo(circuit(id));
    connection.send(bytes);
    await connection.until(() => connection.received.includes('\r\n\r\n'), 'an answer');
    const names = [...(parseAnswers(connection.received)[0]?.headers.keys() ?? [])];
    expect(names.filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  }
});

test('T39 a failure inside says nothing outside, reaches the owner once, and the server goes on', async () => {
  const onError = vi.fn();
  await start({ onError });
  const answer = await ask(circuit(1), getAndClose('/fails'));
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain('secret');
  expect(onError).toHaveBeenCalledTimes(1);
  expect((await ask(circuit(1), getAndClose('/'))).status).toBe(200);
});

test('T25 a log of requests names route and status, and nothing that a visitor brought', async () => {
  const logged: string[] = [];
  await start({ log: { level: 'trace', stream: { write: (line) => logged.push(line) } } });
  await ask(
    circuit(0x1234),
    get('/where?v=a-token', 'Connection: close', 'Cookie: s=a-cookie', 'User-Agent: a-browser'),
  );
  await ask(circuit(0x1234), getAndClose('/none/a-path'));
  await vi.waitUntil(() => logged.filter((line) => line.includes('request completed')).length === 2, patience);
  expect(logged.join('')).toContain('"route":"/where"');
  const withoutTimes = logged.join('').replaceAll(/"(time|responseTime)":[\d.]+/g, '');
  expect(withoutTimes).not.toMatch(/a-token|a-cookie|a-browser|a-path|onion|4660|1234|hostname/);
});

test('T01 the socket is for its owner and group, in a directory that others cannot enter', async () => {
  const inner = path.join(directory, 'run', 'web.sock');
  await start({ onion: { socketPath: inner } });
  expect((await lstat(inner)).mode & 0o777).toBe(0o660);
  expect((await lstat(path.dirname(inner))).mode & 0o777).toBe(0o700);
});

test('a socket that nobody answers is replaced, a living server is not (O04)', async () => {
  const dead = createServer().listen(socketPath);
  await once(dead, 'listening');
  // Closing would remove the file: a killed process leaves it behind.
  const copy = `${socketPath}.copy`;
  await link(socketPath, copy);
  dead.close();
  await once(dead, 'close');
  await start({ onion: { socketPath: copy } });
  expect((await ask({ socketPath: copy, circuitId: 1 }, getAndClose('/'))).status).toBe(200);
  await expect(build({ onion: { socketPath: copy } }).listen()).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining('Another Onioncast is running'),
  });
  expect((await ask({ socketPath: copy, circuitId: 1 }, getAndClose('/'))).status).toBe(200);
});

test('places that cannot be listened on are refused with what to do', async () => {
  const file = path.join(directory, 'file');
  await writeFile(file, 'important');
  const failures: [Partial<WebServerOptions>, string][] = [
    [{ onion: { socketPath: file } }, 'Move it elsewhere'],
    [{ onion: { socketPath: path.join(directory, 'x'.repeat(100)) } }, 'shorter data directory'],
  ];
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  failures.push([{ local: { host: '127.0.0.1', port } }, `127.0.0.1:${port} is in use by another program`]);
  for (const [options, message] of failures) {
    await expect(build(options).listen()).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining(message),
    });
  }
  taken.close();
  await chmod(directory, 0o755);
  await expect(build().listen()).rejects.toThrow('chmod 700');
});

test('routes of plugins answer 405 to other methods too, and say which they take', async () => {
  const server = build();
  server.app.register(async (scope) => {
    scope.get('/plugin', (_request, reply) => reply.send('x'));
  });
  await server.listen();
  const answer = await ask(
    circuit(1),
    lines(
      'POST /plugin HTTP/1.1',
      `Host: ${onion}`,
      `Origin: http://${onion}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 3',
    ) + 'a=1',
  );
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('nothing can be slipped in behind an endless response', async () => {
  await start();
  const connection = connectTo(circuit(1));
  connection.send(get('/endless'));
  await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
  connection.send(get('/'));
  expect(await connection.untilClosed()).not.toContain('page');
  const behind = connectTo(circuit(2));
  behind.send(get('/') + get('/endless') + get('/'));
  expect(await behind.untilClosed()).not.toMatch(/page[^]*page/);
});

test('T20 what is no HTTP behind an endless response ends it without a word', async () => {
  await start();
  for (const behind of ['\x01garbage\r\n\r\n', `GET /${'a'.repeat(9000)}`]) {
    const connection = connectTo(circuit(1));
    connection.send(get('/endless'));
    await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
    const { received } = connection;
    connection.send(behind);
    expect(await connection.untilClosed()).toBe(received);
  }
});

test('an answer that nobody reads is not kept for ever', async () => {
  const server = build({ limits: { stallMs: 200 } });
  server.app.get('/large', (_request, reply) => reply.send(Buffer.alloc(4_000_000)));
  await server.listen();
  const connection = connectTo(circuit(1));
  connection.socket.pause();
  connection.send(get('/large'));
  const serverSide = await vi.waitUntil(() => server.openConnections().then((count) => count > 0), patience);
  expect(serverSide).toBe(true);
  await vi.waitUntil(async () => (await server.openConnections()) === 0, patience);
});

test('an endless response outlives the time that a finished answer may go unread', async () => {
  await start({ limits: { stallMs: 50 } });
  const connection = connectTo(circuit(1));
  connection.send(get('/endless'));
  await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
  await new Promise((resolve) => setTimeout(resolve, 200));
  channel.publish(frameChunk(Buffer.from('still here')));
  await connection.until(() => connection.received.includes('still here'), 'what is new');
});

test('one more endless response of a viewer ends the oldest, others are not affected (A06)', async () => {
  await start({ limits: { perViewerAndKind: 2 } });
  const open = async (viewer: string): Promise<RawConnection> => {
    const connection = connectTo(circuit(1));
    connection.send(get(`/endless?v=${viewer}`));
    await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
    return connection;
  };
  const [first, second, other] = [await open('ann'), await open('ann'), await open('bob')];
  const third = await open('ann');
  expect(await first.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  channel.publish(frameChunk(Buffer.from('news')));
  for (const connection of [second, other, third]) {
    await connection.until(() => connection.received.includes('news'), 'what is new');
  }
});

test('viewers who leave in the middle of a chunk leave nothing behind (A07, A10)', async () => {
  const server = await start({ local: { host: '127.0.0.1', port: 0 } });
  const port = Number(new URL(server.localUrl ?? '').port);
  const leave = [
    (connection: RawConnection) => connection.close(),
    (connection: RawConnection) => connection.socket.end(),
    (connection: RawConnection) => connection.socket.resetAndDestroy(),
  ];
  for (let round = 0; round < 60; round += 1) {
    // Only TCP can be reset.
    const isReset = round % leave.length === 2;
    const connection = connectTo(isReset ? { port } : circuit(round + 1));
    connection.send(isReset ? get('/endless').replace(onion, `127.0.0.1:${port}`) : get('/endless'));
    await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
    channel.publish(frameChunk(Buffer.alloc(50_000)));
    leave[round % leave.length]?.(connection);
  }
  await vi.waitUntil(async () => (await server.openConnections()) === 0, patience);
  expect([server.responses.size, channel.subscribers]).toEqual([0, 0]);
});

test('T13 viewers who read nothing are cut off with bounded memory; one who reads misses nothing', async () => {
  const server = await start();
  const stalled = Array.from({ length: 30 }, (_, index) => connectTo(circuit(index + 1)));
  for (const [index, connection] of stalled.entries()) {
    connection.send(get(`/endless?v=${index}`));
    await connection.until(() => connection.received.endsWith('\r\n\r\n'), 'the headers');
    connection.socket.pause();
  }
  const reader = connectTo(circuit(99));
  reader.send(get('/endless?v=reader'));
  await vi.waitUntil(() => server.responses.size === 31, patience);
  const piece = frameChunk(Buffer.alloc(16 * 1024, 'x'));
  let sent = 0;
  let mostQueued = 0;
  while (server.responses.size > 1 && sent < 1000) {
    channel.publish(piece);
    sent += 1;
    const queued = opened.filter(({ isOpen }) => isOpen).map((one) => one.writtenBytes - one.drainedBytes);
    mostQueued = Math.max(mostQueued, ...queued);
    await reader.until(() => reader.receivedBytes > sent * piece.length, 'what is new');
  }
  expect(server.responses.size).toBe(1);
  expect(mostQueued).toBeLessThanOrEqual(64 * 1024);
  const body = reader.received.slice(reader.received.indexOf('\r\n\r\n') + 4);
  expect(body === piece.toString('latin1').repeat(sent)).toBe(true);
});

test('closing ends endless responses cleanly, cuts what hangs, and is done within three seconds', async () => {
  const server = await start({ local: { host: '127.0.0.1', port: 0 } });
  const endless = connectTo(circuit(1));
  endless.send(get('/endless'));
  await endless.until(() => endless.received.endsWith('\r\n\r\n'), 'the headers');
  const unsaid = connectTo({ socketPath });
  const idle = connectTo(circuit(2));
  idle.send(get('/'));
  await idle.until(() => idle.received.endsWith('page'), 'an answer');
  const hanging = connectTo(circuit(3));
  hanging.send('GET / HTTP/1.1\r\nHost');
  await new Promise(setImmediate);
  const began = performance.now();
  await Promise.all([server.close(), server.close()]);
  // On a busy machine a little more, but far less than what hangs may take if nobody cuts it.
  expect(performance.now() - began).toBeLessThan(defaultWebLimits.headersMs - 2000);
  expect(await endless.untilClosed()).toMatch(/\r\n0\r\n\r\n$/);
  for (const connection of [unsaid, idle, hanging]) await connection.untilClosed();
  await expect(lstat(socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  await server.close();
});

test('a server that never listened closes too', async () => {
  await build().close();
});
