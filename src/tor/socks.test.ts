import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socksConnect, SocksError } from './socks.ts';

let directory: string;
let socketPath: string;
let server: Server;
let received: Buffer[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onioncast-socks-'));
  socketPath = join(directory, 'socks');
  received = [];
});

afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

/** Answers each thing that is said with the next of these. */
async function answering(...answers: readonly (readonly number[])[]): Promise<void> {
  const left = answers.map((answer) => Buffer.from(answer));
  server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received.push(bytes);
      const answer = left.shift();
      if (answer !== undefined) socket.write(answer);
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
}

function open(timeoutMs = 10_000, signal = new AbortController().signal) {
  return socksConnect({ socketPath, host: `${'a'.repeat(56)}.onion`, port: 80, user: 'first', timeoutMs, signal });
}

const ready = [0, 0, 1, 0, 0, 0, 0, 0, 0];

describe('a connection through tor', () => {
  it('is asked for by name, under a name of its own, and what comes at once is not lost', async () => {
    await answering([5, 2], [1, 0], [5, ...ready, 104, 105]);
    const socket = await open();
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('hi');
    expect(Buffer.concat(received).toString('latin1')).toBe(
      `\x05\x01\x02\x01\x05first\x01x\x05\x01\x00\x03\x3e${'a'.repeat(56)}.onion\x00P`,
    );
    socket.destroy();
  });

  it.each([
    [0xf4, 'none for it'],
    [0xf5, 'does not open the server'],
    [0xf0, 'cannot be found'],
    [0x77, 'could not open'],
  ])('that tor refuses with %i is told in plain words', async (reply, words) => {
    await answering([5, 2], [1, 0], [5, reply, ...ready.slice(1)]);
    const failure = await open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SocksError);
    expect(String(failure)).toContain(words);
  });

  it('ends when nobody answers, when told to stop, and when it is not tor that answers', async () => {
    await answering();
    await expect(open(50)).rejects.toThrow('too long');
    await expect(open(10_000, AbortSignal.abort())).rejects.toThrow('Stopped');
    server.close();
    await rm(socketPath, { force: true });
    await answering([72, 84, 84, 80]);
    await expect(open()).rejects.toThrow('not tor');
  });
});
