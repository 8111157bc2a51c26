import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TorService } from '../../src/tor/tor-service.ts';
import { type ShapedClient, startShapedClient } from '../support/shaped-tor.ts';
import { byteReader, inTime, socksConnect } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const far = { oneWayMs: 150, jitterMs: 20 };
const narrow = { oneWayMs: 0, jitterMs: 0, bytesPerSecond: 100_000 };
/** Of tor's 514 bytes for a cell at most 498 are ours; the rate of the path counts all. */
const payloadShare = 498 / 514;

/** Gives back every byte; a first byte `n` asks for 256 kB times `n` instead. */
function serveEcho(socketPath: string): Promise<Server> {
  const server = createServer((socket) => {
    let isFirst = true;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      // The line with which tor names the circuit comes first, in one piece.
      const said = isFirst ? bytes.subarray(bytes.indexOf('\n') + 1) : bytes;
      isFirst = false;
      const [wish = 0] = said;
      if (said.length > 0) socket.write(wish === 0 ? said : randomBytes(wish * 256 * 1024));
    });
  });
  server.listen(socketPath);
  return once(server, 'listening').then(() => server);
}

describe('a tor behind a path of a given shape', () => {
  let directory: string;
  let network: TorNetwork;
  let server: Server;
  let service: TorService;
  const clients: ShapedClient[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onioncast-shaped-'));
    const targetSocketPath = join(directory, 'web.sock');
    server = await serveEcho(targetSocketPath);
    network = await startTorNetwork({ clients: 0 });
    await network.seedDataDirectory(join(directory, 'tor'));
    const isReady = Promise.withResolvers<void>();
    service = new TorService({
      torBinary: 'tor',
      directory: join(directory, 'tor'),
      services: [{ name: 'onion', targetSocketPath }],
      extraTorrc: [...network.torrcLines],
      onChange: ({ state }) => state === 'ready' && isReady.resolve(),
    });
    await service.start();
    clients.push(...(await Promise.all([startShapedClient(network, far), startShapedClient(network, narrow)])));
    await isReady.promise;
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await service?.close();
    await network?.close();
    server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  function client(index: number): ShapedClient {
    const found = clients[index];
    if (found === undefined) throw new Error('There is no such client.');
    return found;
  }

  let visits = 0;

  /** A stream through one of the clients. */
  async function open({ socksPort, newIdentity }: ShapedClient): Promise<Socket> {
    const host = service.status.address ?? '';
    const ask = async (): Promise<Socket> => {
      visits += 1;
      return await socksConnect({ socksPort, host, user: `visit${visits}`, timeoutMs: 30_000 });
    };
    return await inTime(ask, newIdentity);
  }

  /** Milliseconds until so many bytes have come for what was said. */
  async function timeOf(socket: Socket, said: number, expected: number): Promise<number> {
    const reader = byteReader(socket);
    const startedAt = performance.now();
    socket.write(Buffer.from([said]));
    for (let left = expected; left > 0; left -= Math.min(left, 4096)) await reader.read(Math.min(left, 4096));
    reader.release();
    return performance.now() - startedAt;
  }

  it('adds its delay in both directions, and no longer when it is taken away', async () => {
    client(0).change(far);
    const socket = await open(client(0));
    const before = [];
    for (let turn = 0; turn < 5; turn += 1) before.push(await timeOf(socket, 0, 1));
    client(0).change({ oneWayMs: 0, jitterMs: 0 });
    const after = [];
    for (let turn = 0; turn < 5; turn += 1) after.push(await timeOf(socket, 0, 1));
    expect(Math.min(...before)).toBeGreaterThanOrEqual(2 * far.oneWayMs);
    // What the network itself takes is the same in both, apart from what else this machine does.
    expect(Math.min(...before) - Math.min(...after)).toBeGreaterThan(2 * far.oneWayMs - 60);
    socket.destroy();
  });

  it('is no faster than its rate, and not much slower', async () => {
    const socket = await open(client(1));
    const bytes = 256 * 1024;
    const rate = bytes / ((await timeOf(socket, 1, bytes)) / 1000);
    const most = narrow.bytesPerSecond * payloadShare;
    // The first bytes of a silent path do not wait.
    expect(rate).toBeLessThan(most * 1.1);
    expect(rate).toBeGreaterThan(most * 0.6);
    socket.destroy();
  });

  it('holds everything back while it stalls, and loses nothing', async () => {
    const socket = await open(client(1));
    await timeOf(socket, 0, 1);
    client(1).stall(1500);
    expect(await timeOf(socket, 0, 1)).toBeGreaterThanOrEqual(1490);
    expect(await timeOf(socket, 0, 1)).toBeLessThan(1490);
    socket.destroy();
  });

  it('ends every stream when it is cut, and lets the viewer come back', async () => {
    const socket = await open(client(1));
    await timeOf(socket, 0, 1);
    const isOver = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    client(1).cut();
    await isOver;
    const again = await open(client(1));
    expect(await timeOf(again, 0, 1)).toBeGreaterThan(0);
    again.destroy();
  });
});
