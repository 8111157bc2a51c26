import { readdir, readlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OnionServer, startOnionServer } from '../../support/onion-server.ts';
import { patience } from '../../support/patience.ts';
import { exchange, type RawConnection } from '../../support/raw-http.ts';

/**
 * The rows W of bad input. There are no WebSockets here: W01 to W09 ask for one in every way and get the same answer, after which the connection is
 * closed. What is live goes out as server-sent events and endless documents, for which W11 and W14 hold. W13 stands with the captchas.
 */

let server: OnionServer;

beforeAll(async () => {
  server = await startOnionServer();
});

afterAll(async () => {
  await server.program.close();
});

const refusal = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** A frame of a WebSocket client (RFC 6455, 5.2). */
function frame(opcode: number, payload: Buffer, isMasked = true): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : Buffer.from([126, payload.length >> 8, payload.length & 0xff]);
  length[0] = (length[0] ?? 0) | (isMasked ? 0x80 : 0);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const upgrade = ['Upgrade: websocket', 'Connection: Upgrade'];
const key = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];

describe('a WebSocket', () => {
  it.each([
    ['W01 without an Origin', [...upgrade, ...key], ''],
    ['W01 of another site', [...upgrade, ...key, 'Origin: http://evil'], ''],
    ['W01 of our own page', [...upgrade, ...key, 'Origin: OWN'], ''],
    ['W02 without a key', [...upgrade, 'Sec-WebSocket-Version: 13'], ''],
    ['W02 with a key that is too short', [...upgrade, 'Sec-WebSocket-Key: eA==', 'Sec-WebSocket-Version: 13'], ''],
    ['W02 of version 7', [...upgrade, 'Sec-WebSocket-Version: 7'], ''],
    ['W03 with an unmasked frame behind', [...upgrade, ...key], frame(1, Buffer.from('hello'), false)],
    ['W05 with a text of 9,000 bytes behind', [...upgrade, ...key], frame(1, Buffer.alloc(9000, 'x'))],
    ['W06 with a thousand empty fragments behind', [...upgrade, ...key], Buffer.alloc(6000, frame(0, Buffer.alloc(0)))],
    ['W07 with broken UTF-8 behind', [...upgrade, ...key], frame(1, Buffer.from([0xff, 0xfe]))],
    ['W09 with a flood of pings behind', [...upgrade, ...key], Buffer.alloc(6000, frame(9, Buffer.alloc(0)))],
  ])('%s is refused with the same bytes at every address', async (_what, lines, behind) => {
    for (const target of ['/', '/events', '/chat', '/stream.mp4', '/live', '/none']) {
      const visitor = server.visitor();
      const headers = lines.map((line) => line.replace('OWN', `http://${visitor.host}`));
      const head = Buffer.from(visitor.head(`GET ${target}`, headers));
      expect(await exchange(visitor.entrance, Buffer.concat([head, Buffer.from(behind)]))).toBe(refusal);
    }
  });
});

/** Sockets that the server has open. */
async function sockets(): Promise<number> {
  const directory = `/proc/${server.program.pid}/fd`;
  const links = await Promise.all(
    (await readdir(directory)).map(async (fd) => await readlink(`${directory}/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith('socket:')).length;
}

/** The same once those of earlier tests have gone. */
async function settledSockets(): Promise<number> {
  let last = -1;
  await vi.waitUntil(
    async () => {
      const now = await sockets();
      const isSettled = now === last;
      last = now;
      return isSettled;
    },
    { ...patience, interval: 500 },
  );
  return last;
}

describe('a reader of what is live', () => {
  it('W14 who goes away, politely or not, is freed', async () => {
    const before = await settledSockets();
    const open = await Promise.all(
      ['/events', '/chat'].flatMap((target) => [server.visitor().open(target), server.visitor().open(target)]),
    );
    expect(await sockets()).toBe(before + open.length);
    open.forEach(({ socket }, index) => (index % 2 === 0 ? socket.end() : socket.destroy()));
    await vi.waitUntil(async () => (await sockets()) === before, patience);
  });

  it('W11, W14 who takes nothing is cut off within 45 s, while others miss nothing', async () => {
    const before = await settledSockets();
    const stalled = await Promise.all(
      ['/events', '/chat', '/events', '/chat'].map((target) => server.visitor().open(target)),
    );
    for (const { socket } of stalled) socket.pause();
    const reader = await server.visitor().open('/chat');
    const count = 400;
    await postMany(count);
    await reader.until(() => rowsIn(reader) === count, 'every row');
    // One socket for the reader.
    await vi.waitUntil(async () => (await sockets()) <= before + 1, { timeout: 45_000, interval: 250 });
    expect(reader.isClosed).toBe(false);
    for (const connection of [...stalled, reader]) connection.close();
  });
});

function rowsIn(connection: RawConnection): number {
  return connection.received.split('class="row"').length - 1;
}

/** More than the kernel keeps for a reader who does not read. */
async function postMany(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    // Each writer's lines are limited too.
    const answer = await server.visitor().say(`${n} ${'\u00e9'.repeat(490)}`);
    expect(answer.status).toBe(303);
  }
}
