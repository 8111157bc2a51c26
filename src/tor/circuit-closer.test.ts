import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { CircuitCloser } from './circuit-closer.ts';
import { closeOrder, readCloseOrder } from './close-order.ts';

let directory: string;
let tor: Server;
let commands: string[];
let controllers: Socket[];
const cookie = randomBytes(32);
const path = (name: string): string => join(directory, name);

/** What tor answers; it knows the cookie, as a controller must. */
function answer(line: string): string {
  const [, nonce] = /^AUTHCHALLENGE SAFECOOKIE (\w+)$/u.exec(line) ?? [];
  if (nonce === undefined) return '250 OK';
  const serverNonce = Buffer.alloc(32, 1);
  const key = 'Tor safe cookie authentication server-to-controller hash';
  const proof = createHmac('sha256', key).update(Buffer.concat([cookie, Buffer.from(nonce, 'hex'), serverNonce]));
  return `250 AUTHCHALLENGE SERVERHASH=${proof.digest('hex')} SERVERNONCE=${serverNonce.toString('hex')}`;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'closer-'));
  commands = [];
  controllers = [];
  await writeFile(path('cookie'), cookie);
  tor = createServer((socket) => {
    controllers.push(socket);
    socket.on('error', () => undefined);
    const lines = createInterface({ input: socket });
    // It hands the errors of the socket on.
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      commands.push(line);
      socket.write(`${answer(line)}\r\n`);
    });
  });
  await new Promise<void>((resolve) => tor.listen(path('control'), resolve));
});

afterEach(async () => {
  for (const socket of controllers) socket.destroy();
  await new Promise((resolve) => tor.close(resolve));
  await rm(directory, { recursive: true });
});

test('T15 hostile circuits are closed by a process that is started for the first of them, and ends when told', async () => {
  const closer = new CircuitCloser({ controlSocketPath: path('control'), cookiePath: path('cookie') });
  expect(closer.pid).toBeUndefined();
  closer.close(25);
  closer.close(4_294_967_295);
  await vi.waitUntil(() => commands.includes('CLOSECIRCUIT 4294967295'), patience);
  const words = commands.map((line) => line.split(' ', 1)[0]);
  expect(words).toEqual(['PROTOCOLINFO', 'AUTHCHALLENGE', 'AUTHENTICATE', 'CLOSECIRCUIT', 'CLOSECIRCUIT']);
  closer.stop();
  await vi.waitUntil(() => closer.pid === undefined, patience);
  closer.close(26);
  expect(closer.pid).toBeUndefined();
});

test('what tor ends is started again for a later order, and not at once', async () => {
  let nowMs = 0;
  const now = (): number => nowMs;
  const closer = new CircuitCloser({ controlSocketPath: path('control'), cookiePath: path('cookie'), now });
  closer.close(1);
  await vi.waitUntil(() => commands.includes('CLOSECIRCUIT 1'), patience);
  controllers[0]?.destroy();
  await vi.waitUntil(() => closer.pid === undefined, patience);
  closer.close(2);
  expect(closer.pid).toBeUndefined();
  nowMs = 5000;
  closer.close(3);
  await vi.waitUntil(() => commands.includes('CLOSECIRCUIT 3'), patience);
  closer.stop();
});

test('nothing but the number of a circuit is ever an order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_294_967_295 }), (id) => readCloseOrder(closeOrder(id).trimEnd()) === id),
  );
  fc.assert(
    fc.property(fc.string(), (line) => {
      const id = readCloseOrder(line);
      return id === undefined || line === `close ${id}`;
    }),
  );
  const others = [
    'close 0',
    'close 4294967296',
    'close 01',
    'close 1 ',
    'close -1',
    'CLOSE 1',
    'close 1\rSIGNAL HALT',
    '',
  ];
  for (const line of others) expect(readCloseOrder(line)).toBeUndefined();
});
