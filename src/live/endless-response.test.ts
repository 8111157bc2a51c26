import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { frameChunk } from './chunked.ts';
import { EndlessResponse, type EndlessResponseOptions } from './endless-response.ts';
import { FanOut } from './fan-out.ts';
import { ResponseWatch } from './response-watch.ts';

let directory: string;
let server: Server;
let nowMs = 0;
let watch: ResponseWatch;
const serverSockets: Socket[] = [];

const socketPath = (): string => path.join(directory, 'web.sock');
const chunk = (value: string | Buffer): Buffer => frameChunk(Buffer.from(value));

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'endless-'));
  nowMs = 1000;
  watch = new ResponseWatch({ now: () => nowMs });
  server = createServer({ allowHalfOpen: true });
  server.listen(socketPath());
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of serverSockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

interface Opened {
  readonly client: Socket;
  readonly serverSide: Socket;
  readonly response: EndlessResponse;
  readonly closed: [reason: string, drainedBytes: number][];
}

async function open(options: Partial<EndlessResponseOptions> = {}): Promise<Opened> {
  const [client, serverSide] = await pair();
  const closed: [string, number][] = [];
  const response = new EndlessResponse({
    socket: serverSide,
    watch,
    headers: { 'Content-Type': 'text/plain' },
    maxQueuedBytes: 64 * 1024,
    ...options,
  });
  response.whenClosed((reason, drainedBytes) => closed.push([reason, drainedBytes]));
  return { client, serverSide, response, closed };
}

async function pair(): Promise<[client: Socket, serverSide: Socket]> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(socketPath()).on('error', () => undefined);
  const [serverSide] = await accepted;
  serverSockets.push(serverSide);
  // As under Node's HTTP server: somebody reads, so that a departure is noticed.
  serverSide.resume();
  return [client, serverSide];
}

test('an HTTP client reads the headers and the chunks, and the end is a clean end', async () => {
  server.once('connection', (socket) => {
    serverSockets.push(socket);
    socket.once('data', () => {
      const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1000 });
      fanOut.setHead(chunk('head,'));
      fanOut.publish(chunk('key,'), { keyframe: true });
      const response = new EndlessResponse({
        socket,
        watch,
        headers: { 'Content-Type': 'video/mp4', 'Cache-Control': 'no-store' },
        maxQueuedBytes: 1000,
      });
      response.follow(fanOut, 'keyframe');
      fanOut.publish(chunk('more'));
      fanOut.endAll('resync');
    });
  });
  const [message] = await once(request({ socketPath: socketPath() }).end(), 'response');
  expect(message.headers).toEqual({
    'content-type': 'video/mp4',
    'cache-control': 'no-store',
    connection: 'close',
    'transfer-encoding': 'chunked',
  });
  expect(await text(message)).toBe('head,key,more');
  expect(message.complete).toBe(true);
});

test('it says once why it is over and how much was taken, and takes nothing more', async () => {
  const { client, response, closed } = await open();
  client.resume();
  response.write(chunk('12345'));
  response.end('closed');
  response.end('resync');
  response.write(chunk('late'));
  await once(client, 'close');
  expect(closed).toEqual([['closed', chunk('12345').length]]);
  expect(response).toMatchObject({ isOpen: false, writtenBytes: chunk('12345').length });
});

test('a viewer who reads nothing is cut off once the queue is full, with bounded memory', async () => {
  const { response, closed, serverSide } = await open();
  const piece = chunk(Buffer.alloc(16 * 1024));
  let written = 0;
  while (response.isOpen && written < 8_000_000) {
    response.write(piece);
    written += piece.length;
    await new Promise(setImmediate);
  }
  expect(closed.map(([reason]) => reason)).toEqual(['slow']);
  expect(serverSide.destroyed).toBe(true);
  // What the kernel takes for a unix socket is about 200 KiB; the rest is ours and bounded.
  expect(written).toBeLessThan(2_000_000);
  expect(written - response.drainedBytes).toBeLessThanOrEqual(64 * 1024 + piece.length);
});

test('what a newcomer is sent at once does not count as slowness, what comes on top does', async () => {
  const { response, closed } = await open({ maxQueuedBytes: 64 * 1024 });
  const fanOut = new FanOut({ maxPieces: 100, maxBytes: 4_000_000 });
  fanOut.setHead(chunk('head'));
  fanOut.publish(chunk(Buffer.alloc(3_000_000)), { keyframe: true });
  response.follow(fanOut, 'keyframe');
  expect(response.isOpen).toBe(true);
  fanOut.publish(chunk(Buffer.alloc(60 * 1024)));
  expect(response.isOpen).toBe(true);
  fanOut.publish(chunk(Buffer.alloc(60 * 1024)));
  expect(closed.map(([reason]) => reason)).toEqual(['slow']);
  expect(fanOut.subscribers).toBe(0);
});

test('whoever takes a kibibyte in 30 seconds is kept, whoever takes less is slow', async () => {
  const { client, response, closed } = await open({ maxQueuedBytes: 8_000_000 });
  response.write(chunk(Buffer.alloc(400_000)));
  response.write(chunk(Buffer.alloc(4_000_000)));
  nowMs += 29_999;
  watch.checkAll();
  const before = response.drainedBytes;
  let received = 0;
  client.on('data', (data: Buffer) => {
    received += data.length;
    if (received > 410_000) client.pause();
  });
  await vi.waitUntil(() => response.drainedBytes >= before + 1024, patience);
  watch.checkAll();
  nowMs += 29_999;
  watch.checkAll();
  expect(response.isOpen).toBe(true);
  await vi.waitUntil(() => {
    nowMs += 30_000;
    watch.checkAll();
    return !response.isOpen;
  }, patience);
  expect(closed.map(([reason]) => reason)).toEqual(['slow']);
  expect(response.drainedBytes).toBeLessThan(response.writtenBytes);
});

test('a viewer who has taken everything may wait in silence as long as it likes', async () => {
  const { client, response } = await open();
  client.resume();
  response.write(chunk('all'));
  await vi.waitUntil(() => response.drainedBytes === response.writtenBytes, patience);
  for (let minute = 0; minute < 60; minute += 1) {
    nowMs += 60_000;
    watch.checkAll();
  }
  expect(response.isOpen).toBe(true);
});

test('silence is broken by the keep-alive chunk, at most once per interval', async () => {
  const { response } = await open({ keepAlive: chunk(' '), keepAliveMs: 20_000 });
  response.write(chunk('x'));
  const { writtenBytes } = response;
  nowMs += 19_999;
  watch.checkAll();
  expect(response.writtenBytes).toBe(writtenBytes);
  nowMs += 1;
  watch.checkAll();
  watch.checkAll();
  expect(response.writtenBytes).toBe(writtenBytes + chunk(' ').length);
});

test('it ends cleanly at its age limit', async () => {
  const { client, closed } = await open({ maxAgeMs: 60_000 });
  const received = text(client);
  nowMs += 60_000;
  watch.checkAll();
  expect(await received).toMatch(/\r\n\r\n0\r\n\r\n$/);
  expect(closed.map(([reason]) => reason)).toEqual(['too-old']);
});

test('a viewer who does not take even the goodbye is cut off after two seconds', async () => {
  const { response, serverSide } = await open({ maxQueuedBytes: 8_000_000 });
  response.write(chunk(Buffer.alloc(2_000_000)));
  response.end('closed');
  expect(serverSide.destroyed).toBe(false);
  nowMs += 2000;
  watch.checkAll();
  expect(serverSide.destroyed).toBe(true);
  expect(watch.size).toBe(0);
});

test('a viewer who leaves, politely or not, is noticed and unsubscribed without an exception', async () => {
  const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1000 });
  const polite = await open();
  const rude = await open();
  polite.response.follow(fanOut, 'now');
  rude.response.follow(fanOut, 'now');
  polite.client.end();
  rude.client.destroy();
  await vi.waitUntil(() => polite.closed.length > 0 && rude.closed.length > 0, patience);
  fanOut.publish(chunk('after'));
  expect(fanOut.subscribers).toBe(0);
  expect(polite.closed[0]?.[0]).toBe('viewer-left');
  expect(rude.closed[0]?.[0]).toBe('viewer-left');
});

test('on a connection that is already gone it is over at once', async () => {
  const [, serverSide] = await pair();
  serverSide.destroy();
  const onClosed = vi.fn();
  const response = new EndlessResponse({ socket: serverSide, watch, headers: {}, maxQueuedBytes: 1 });
  response.whenClosed(onClosed);
  response.follow(new FanOut({ maxPieces: 1, maxBytes: 1 }), 'now');
  expect(response.isOpen).toBe(false);
  expect(onClosed).toHaveBeenCalledExactlyOnceWith('viewer-left', 0);
  expect(watch.size).toBe(0);
});

test('a fast reader beside many stalled ones misses nothing', async () => {
  const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1_000_000 });
  const stalled: Opened[] = [];
  for (let count = 0; count < 20; count += 1) stalled.push(await open());
  for (const { response } of stalled) response.follow(fanOut, 'now');
  const fast = await open();
  fast.response.follow(fanOut, 'now');
  let received = 0;
  fast.client.on('data', (data: Buffer) => {
    received += data.length;
  });
  const piece = chunk(Buffer.alloc(20_000));
  let published = 0;
  while (fanOut.subscribers > 1 && published < 500) {
    fanOut.publish(piece);
    published += 1;
    await vi.waitUntil(() => received >= published * piece.length, { ...patience, interval: 1 });
  }
  expect(stalled.every(({ closed }) => closed[0]?.[0] === 'slow')).toBe(true);
  expect(fast.response).toMatchObject({ isOpen: true, drainedBytes: published * piece.length });
});

test('with a length announced, what is inside the chunks is sent bare, and the end is no clean end', async () => {
  server.once('connection', (socket) => {
    serverSockets.push(socket);
    socket.once('data', () => {
      const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1000 });
      fanOut.setHead(chunk('head,'));
      fanOut.publish(chunk('key,'), { keyframe: true });
      const response = new EndlessResponse({
        socket,
        watch,
        headers: {},
        maxQueuedBytes: 1000,
        announcedBytes: 2 ** 40,
      });
      response.follow(fanOut, 'keyframe');
      fanOut.publish(chunk('more'));
      expect(response.writtenBytes).toBe('head,key,more'.length);
      fanOut.endAll('resync');
    });
  });
  const [message] = await once(request({ socketPath: socketPath() }).end(), 'response');
  expect(message.headers).toEqual({ 'content-length': String(2 ** 40), connection: 'close' });
  let body = '';
  message.on('data', (data: Buffer) => {
    body += data.toString();
  });
  await expect(once(message, 'end')).rejects.toThrow('aborted');
  expect(body).toBe('head,key,more');
});

test('what was announced is never reached', async () => {
  const { client, response, closed } = await open({ announcedBytes: 10 });
  const received = text(client);
  response.write(chunk('12345'));
  response.write(chunk('6789'));
  response.write(chunk('0'));
  response.write(chunk('more'));
  expect((await received).split('\r\n\r\n')[1]).toBe('123456789');
  expect(closed).toEqual([['too-old', expect.any(Number)]]);
});

test('one that follows nothing any more stays open until it is closed', async () => {
  const { client, response } = await open();
  const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1000 });
  response.follow(fanOut, 'now');
  fanOut.publish(chunk('seen'));
  response.unfollow();
  fanOut.publish(chunk('unseen'));
  expect([response.isOpen, fanOut.subscribers]).toEqual([true, 0]);
  response.close('closed');
  const received = await text(client);
  expect(received).toContain('seen');
  expect(received).not.toContain('unseen');
});
