import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask, RawConnection } from '../../../test/support/raw-http.ts';
import { patience } from '../../../test/support/patience.ts';
import { WebServer } from '../server.ts';
import { registerHealthRoutes } from './health.ts';
import { type PushOutcome, type PushReceiver, registerIngestRoutes } from './ingest.ts';

const onion = `${'a'.repeat(55)}d.onion`;
let directory: string;
let server: WebServer;
let port: number;
let stop: AbortController;
const accept = vi.fn<PushReceiver['accept']>();

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'local-'));
  server = new WebServer({
    local: { host: '127.0.0.1', port: 0 },
    onion: { socketPath: path.join(directory, 'web.sock') },
    limits: { headersMs: 200, bodyMs: 100, requestMs: 200, checkMs: 50 },
  });
  server.setOnionAddresses([onion]);
  stop = new AbortController();
  accept.mockReset();
  registerHealthRoutes(server.app, { health: () => ({ state: 'live' }) });
  registerIngestRoutes(server.app, { push: { accept }, signal: stop.signal });
  await server.listen();
  port = Number(new URL(server.localUrl ?? '').port);
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function push(headers: Record<string, string>, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/ingest', headers }, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

const lines = (...parts: string[]): string => `${parts.join('\r\n')}\r\n\r\n`;

test('health is one line of JSON, for this machine alone', async () => {
  const answer = await ask({ port }, lines('GET /healthz HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'));
  expect([answer.status, answer.body]).toEqual([200, '{"state":"live"}\n']);
  const door = { socketPath: path.join(directory, 'web.sock'), circuitId: 1 };
  expect((await ask(door, lines('GET /healthz HTTP/1.1', `Host: ${onion}`, 'Connection: close'))).status).toBe(404);
});

test.each<[number, PushOutcome]>([
  [200, { kind: 'finished' }],
  [401, { kind: 'refused', reason: 'key', message: 'Wrong stream key.' }],
  [409, { kind: 'refused', reason: 'busy', message: 'Another publisher is already live.' }],
  [415, { kind: 'refused', reason: 'format', message: 'Neither.' }],
])('a push is answered %i with one plain sentence', async (status, outcome) => {
  accept.mockResolvedValue(outcome);
  const answer = await push({ 'X-Stream-Key': 'secret' }, 'media');
  expect(answer.statusCode).toBe(status);
  expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  expect(await text(answer)).toBe(`${outcome.kind === 'finished' ? 'The stream has ended.' : outcome.message}\n`);
});

test('the body arrives as it was sent, of any type, length and duration, with the key of either header', async () => {
  const bodies: string[] = [];
  accept.mockImplementation(async ({ body }) => {
    bodies.push(await text(body));
    return { kind: 'finished' };
  });
  const large = 'x'.repeat(300_000);
  await push({ Authorization: 'Bearer secret', 'Content-Type': 'video/x-flv' }, large);
  await push({ 'X-Stream-Key': 'secret', 'Content-Type': 'application/x-www-form-urlencoded' }, 'a=1');
  const slow = new RawConnection({ port });
  const host = `Host: 127.0.0.1:${port}`;
  slow.send(lines('POST /ingest HTTP/1.1', host, 'Expect: 100-continue', 'Transfer-Encoding: chunked'));
  await slow.until(() => slow.received.startsWith('HTTP/1.1 100 Continue'), 'leave to go on');
  slow.send('3\r\none\r\n');
  // Longer than any other request may take.
  await new Promise((resolve) => setTimeout(resolve, 500));
  slow.send('3\r\ntwo\r\n0\r\n\r\n');
  expect(await slow.untilClosed()).toContain('HTTP/1.1 200 OK');
  expect(bodies).toEqual([large, 'a=1', 'onetwo']);
  expect(accept.mock.calls.map(([{ key }]) => key)).toEqual(['secret', 'secret', undefined]);
});

test('whoever is refused in the middle of sending still learns why', async () => {
  accept.mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { kind: 'refused', reason: 'key', message: 'Wrong stream key.' };
  });
  for (let round = 0; round < 10; round += 1) {
    const connection = new RawConnection({ port });
    connection.send(lines('POST /ingest HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Transfer-Encoding: chunked'));
    const piece = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    const sending = setInterval(() => connection.send(piece), 1);
    expect(await connection.untilClosed()).toContain('Wrong stream key.');
    clearInterval(sending);
  }
});

test('a publisher who breaks off, and a server that stops, abort the push', async () => {
  const aborted: string[] = [];
  accept.mockImplementation(async ({ signal, key }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    aborted.push(key ?? '');
    return { kind: 'finished' };
  });
  const host = `Host: 127.0.0.1:${port}`;
  const open = (key: string): RawConnection => {
    const connection = new RawConnection({ port });
    connection.send(lines('POST /ingest HTTP/1.1', host, `X-Stream-Key: ${key}`, 'Transfer-Encoding: chunked'));
    return connection;
  };
  const first = open('breaks off');
  await vi.waitUntil(() => accept.mock.calls.length === 1, patience);
  first.socket.resetAndDestroy();
  await vi.waitUntil(() => aborted.length === 1, patience);
  const second = open('stopped');
  await vi.waitUntil(() => accept.mock.calls.length === 2, patience);
  stop.abort();
  await second.untilClosed();
  expect(aborted).toEqual(['breaks off', 'stopped']);
});

test('nothing is pushed through tor, nor from a page of another site', async () => {
  const door = { socketPath: path.join(directory, 'web.sock'), circuitId: 1 };
  const key = 'X-Stream-Key: secret';
  expect((await ask(door, lines('POST /ingest HTTP/1.1', `Host: ${onion}`, key, 'Content-Length: 0'))).status).toBe(
    403,
  );
  const site = 'Sec-Fetch-Site: cross-site';
  const host = `Host: 127.0.0.1:${port}`;
  expect((await ask({ port }, lines('POST /ingest HTTP/1.1', host, key, site, 'Content-Length: 0'))).status).toBe(403);
  expect((await ask({ port }, lines('GET /ingest HTTP/1.1', host, 'Connection: close'))).headers.get('allow')).toBe(
    'POST',
  );
  expect(accept).not.toHaveBeenCalled();
});
