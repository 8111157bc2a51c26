import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProxyLine } from '../../src/tor/proxy-protocol.ts';
import { TorService } from '../../src/tor/tor-service.ts';
import type { TorStatus } from '../../src/tor/tor-status.ts';
import { inTime, onionGet } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

/** Answers every request with the circuit id that tor put in front of its connection. */
function serveCircuitIds(socketPath: string): Promise<Server> {
  const circuits = new WeakMap<Socket, number>();
  const web = createHttpServer((request, response) => response.end(`circuit ${circuits.get(request.socket)}`));
  const front = createServer({ pauseOnConnect: true }, (socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    const onData = (bytes: Buffer): void => {
      received = Buffer.concat([received, bytes]);
      const line = parseProxyLine(received);
      if (line.kind === 'incomplete') return;
      socket.off('data', onData).pause();
      if (line.kind === 'bad') return void socket.destroy();
      circuits.set(socket, line.circuitId);
      socket.unshift(received.subarray(line.length));
      web.emit('connection', socket);
    };
    socket.on('data', onData).resume();
  });
  front.listen(socketPath);
  return once(front, 'listening').then(() => front);
}

/** The statuses of a service as they came, and the way to wait for the next one of a kind. */
class StatusLog {
  readonly seen: TorStatus[] = [];
  #wake: () => void = () => undefined;

  readonly add = (status: TorStatus): void => {
    this.seen.push(status);
    this.#wake();
  };

  async until(isWanted: (status: TorStatus) => boolean): Promise<TorStatus> {
    for (;;) {
      const last = this.seen.at(-1);
      if (last !== undefined && isWanted(last)) return last;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('TorService in a private network', () => {
  const log = new StatusLog();
  let directory: string;
  let network: TorNetwork;
  let server: Server;
  let service: TorService;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onioncast-network-test-'));
    const targetSocketPath = join(directory, 'web.sock');
    server = await serveCircuitIds(targetSocketPath);
    network = await startTorNetwork({ clients: 2 });
    await network.seedDataDirectory(join(directory, 'tor'));
    service = new TorService({
      torBinary: 'tor',
      directory: join(directory, 'tor'),
      services: [{ name: 'onion', targetSocketPath, proofOfWork: { queueRate: 25, queueBurst: 250 } }],
      extraTorrc: [...network.torrcLines],
      onChange: log.add,
    });
    await service.start();
  });

  afterAll(async () => {
    await service?.close();
    await network?.close();
    server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  let visits = 0;

  /** The circuit id that the server saw. */
  async function visit(client: number, user: string): Promise<number> {
    const socksPort = network.socksPorts[client] ?? 0;
    const ask = async (): Promise<number> => {
      visits += 1;
      const answer = await onionGet({ socksPort, host: service.status.address ?? '', user: `${user}${visits}` });
      expect(answer.status).toBe(200);
      return Number(/^circuit (\d+)$/.exec(answer.body)?.[1]);
    };
    return await inTime(ask, () => network.newIdentity(client));
  }

  it('comes up and carries a page, with one circuit id for each viewer', async () => {
    const ready = await log.until((status) => status.state === 'ready');
    expect(ready).toMatchObject({ progress: 100, restarts: 0 });
    expect(ready.descriptorUploads).toBeGreaterThanOrEqual(1);
    const states = log.seen.map((status) => status.state);
    expect(states[0]).toBe('starting');
    expect(states).toContain('bootstrapping');

    const first = await visit(0, 'ann');
    const other = await visit(0, 'bob');
    expect(first).toBeGreaterThan(0);
    expect(other).toBeGreaterThan(0);
    expect(other).not.toBe(first);
  });

  it('comes back at the same address when its tor is killed', async () => {
    const { address, restarts } = await log.until((status) => status.state === 'ready');
    const pid = service.pid;
    if (pid === undefined) throw new Error('There is no tor to kill.');
    process.kill(pid, 'SIGKILL');
    await log.until((status) => status.state === 'restarting');
    const back = await log.until((status) => status.state === 'ready');
    expect(back).toMatchObject({ address, restarts: restarts + 1 });

    // A viewer who comes for the first time, and one whose tor still holds what it knew before.
    expect(await visit(1, 'new')).toBeGreaterThan(0);
    await network.newIdentity();
    expect(await visit(0, 'old')).toBeGreaterThan(0);
  });
});
