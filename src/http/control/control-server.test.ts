import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { frameChunk } from '../../live/chunked.ts';
import { FanOut } from '../../live/fan-out.ts';
import { ControlServer } from './control-server.ts';

let directory: string;
let lines: FanOut;
let server: ControlServer;
const errors: unknown[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'control-'));
  lines = new FanOut({ maxPieces: 10, maxBytes: 10_000_000 });
  server = new ControlServer({
    socketPath: path.join(directory, 'run', 'control.sock'),
    operations: [
      { method: 'POST', path: '/break', run: () => Promise.reject(new Error('a fault')) },
      { method: 'POST', path: '/echo', run: (sent) => Promise.resolve(sent) },
    ],
    feed: { begin: () => ({ opening: frameChunk(Buffer.from('{"event":"hello"}\n')), afterId: 0 }), lines },
    onError: (error) => errors.push(error),
  });
  await server.listen();
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function open(request: string) {
  const socket = connect(path.join(directory, 'run', 'control.sock'));
  socket.write(request);
  return socket;
}

async function exchange(request: string): Promise<string> {
  let text = '';
  const socket = open(request);
  socket.on('data', (data) => (text += data.toString()));
  await once(socket, 'close');
  return text;
}

const post = (target: string, body: string, more = '') =>
  `POST ${target} HTTP/1.1\r\nHost: control\r\nConnection: close\r\nContent-Type: application/json\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

it('makes a socket for its owner alone, also where the directory was open', async () => {
  expect((await stat(path.join(directory, 'run', 'control.sock'))).mode & 0o777).toBe(0o600);
  expect((await stat(path.join(directory, 'run'))).mode & 0o777).toBe(0o700);
});

it('tells nothing of a fault but that there was one', async () => {
  const answer = await exchange(post('/break', '{}'));
  expect(answer).toMatch(/^HTTP\/1\.1 500 /u);
  expect(answer).toContain('"code":"internal"');
  expect(answer).not.toContain('a fault');
  expect(errors).toHaveLength(1);
});

it('takes a body of 16 KiB and no more, also from who asks before sending', async () => {
  const fitting = `{"a":"${'x'.repeat(16 * 1024 - 8)}"}`;
  expect(Buffer.byteLength(fitting)).toBe(16 * 1024);
  expect(await exchange(post('/echo', fitting))).toMatch(/^HTTP\/1\.1 200 /u);
  const asked = await exchange(post('/echo', '{"a":1}', 'Expect: 100-continue\r\n'));
  expect(asked).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /u);
  expect(await exchange(post('/echo', `${fitting} `))).toMatch(/^HTTP\/1\.1 413 /u);
});

it('cuts a reader off who does not read, with a last line that says so, and holds a bounded queue for it', async () => {
  const socket = open('GET /events HTTP/1.1\r\nHost: control\r\n\r\n');
  await once(socket, 'data');
  socket.pause();
  const line = frameChunk(Buffer.from(`${'x'.repeat(65_535)}\n`));
  for (let sent = 0; sent < 60; sent += 1) lines.publish(line);
  expect(lines.subscribers).toBe(0);
  let bytes = 0;
  let end = '';
  socket.on('data', (data: Buffer) => {
    bytes += data.length;
    end = (end + data.toString()).slice(-200);
  });
  socket.resume();
  await once(socket, 'end');
  expect(end).toContain('{"event":"end","v":1,"reason":"slow"}\n');
  expect(bytes).toBeLessThan(2 * 1024 * 1024);
});

it('ends readers with a last line when it closes', async () => {
  let text = '';
  const socket = open('GET /events HTTP/1.1\r\nHost: control\r\n\r\n');
  socket.on('data', (data) => (text += data.toString()));
  await once(socket, 'data');
  await server.close();
  await server.close();
  if (!socket.closed) await once(socket, 'close');
  expect(text).toContain('{"event":"end","v":1,"reason":"closed"}\n');
});
