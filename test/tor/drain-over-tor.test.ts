import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/broadcast/adaptation.ts';
import { frameChunk } from '../../src/live/chunked.ts';
import { DrainWatch } from '../../src/live/drain-watch.ts';
import { EndlessResponse } from '../../src/live/endless-response.ts';
import { FanOut } from '../../src/live/fan-out.ts';
import { ResponseWatch } from '../../src/live/response-watch.ts';
import { parseProxyLine } from '../../src/tor/proxy-protocol.ts';
import { TorService } from '../../src/tor/tor-service.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { type ShapedClient, startShapedClient } from '../support/shaped-tor.ts';
import { inTime, socksConnect } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

/** 424 kbit/s in pieces of a tenth of a second: the starting rendition. */
const pieceBytes = 5300;
const bitsPerSecond = pieceBytes * 10 * 8;
const wide = { oneWayMs: 150, jitterMs: 150, bytesPerSecond: 187_500 };
const narrow = { ...wide, bytesPerSecond: 37_500 };

interface Judged {
  readonly atMs: number;
  readonly verdict: Verdict;
  /** What waits in this process. */
  readonly queuedBytes: number;
}

/** A stream without end behind an onion service, judged as the product's is. */
class JudgedStream {
  readonly judged: Judged[] = [];
  readonly drains = new DrainWatch({ now: () => performance.now() });
  readonly #fanOut = new FanOut({ maxPieces: 1, maxBytes: 1_000_000 });
  readonly #watch = new ResponseWatch();
  readonly #piece = frameChunk(Buffer.alloc(pieceBytes));
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;

  constructor(socketPath: string) {
    this.#timer = setInterval(() => this.#fanOut.publish(this.#piece), 100);
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket)).listen(socketPath);
  }

  get listening(): Promise<unknown> {
    return once(this.#server, 'listening');
  }

  /** Those since a moment. */
  since(atMs: number): Judged[] {
    return this.judged.filter((one) => one.atMs >= atMs);
  }

  async until(isWanted: (one: Judged) => boolean, sinceMs: number, withinMs: number): Promise<Judged> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = this.since(sinceMs).find(isWanted);
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`not judged so: ${JSON.stringify(this.since(sinceMs))}`);
      await delay(50);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#fanOut.close();
    this.drains.close();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes) => {
      const line = parseProxyLine(bytes);
      if (line.kind !== 'ok') return void socket.destroy();
      const headers = { 'Content-Type': 'video/mp4' };
      const response = new EndlessResponse({ socket, watch: this.#watch, headers, maxQueuedBytes: 10_000_000 });
      response.follow(this.#fanOut, 'now');
      const { circuitId } = line;
      const leave = this.drains.add({
        ...{ response, bitsPerSecond, circuitId },
        judged: (verdict, atMs) => {
          this.judged.push({ atMs, verdict, queuedBytes: response.writtenBytes - response.drainedBytes });
        },
      });
      response.whenClosed(leave);
    });
    socket.resume();
  }
}

describe('how a stream drains through a network of real tors', () => {
  let directory: string;
  let network: TorNetwork;
  let service: TorService;
  let stream: JudgedStream;
  let client: ShapedClient;
  let viewer: Socket;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onioncast-drain-test-'));
    const targetSocketPath = join(directory, 'web.sock');
    stream = new JudgedStream(targetSocketPath);
    await stream.listening;
    network = await startTorNetwork({ clients: 0 });
    await network.seedDataDirectory(join(directory, 'tor'));
    service = new TorService({
      torBinary: 'tor',
      directory: join(directory, 'tor'),
      services: [{ name: 'onion', targetSocketPath }],
      extraTorrc: [...network.torrcLines],
      onChange: () => undefined,
      onFlow: (flow) => stream.drains.report(flow),
    });
    await service.start();
    client = await startShapedClient(network, wide);
    viewer = await connectTo(service, client);
    viewer.on('error', () => undefined);
    viewer.write('GET / HTTP/1.1\r\n\r\n');
    viewer.resume();
  });

  afterAll(async () => {
    viewer?.destroy();
    await client?.close();
    await service?.close();
    await network?.close();
    stream?.close();
    await rm(directory, { recursive: true, force: true });
  });

  // A wide line on which nothing waits, as at first.
  beforeSecondTry(async () => {
    client.change(wide);
    await stream.until(({ verdict }) => verdict.kind === 'fine' && verdict.calmMs > 2000, performance.now(), 60_000);
  });

  it('raises no alarm on an uneven line, nor when that stands still for a while', async () => {
    const start = performance.now();
    await stream.until(() => true, start, 30_000);
    await delay(5000);
    client.stall(2500);
    await delay(7000);
    expect(stream.since(start).filter(({ verdict }) => verdict.kind === 'slow')).toEqual([]);
  });

  it('notices a line that carries too little long before anything waits in this process', async () => {
    const fell = performance.now();
    client.change(narrow);
    const { verdict, queuedBytes, atMs } = await stream.until(({ verdict }) => verdict.kind === 'slow', fell, 30_000);
    expect(queuedBytes).toBe(0);
    expect(verdict).toMatchObject({ share: expect.any(Number) });
    process.stdout.write(`noticed after ${((atMs - fell) / 1000).toFixed(1)} s\n`);
  });

  it('sees when there is room again', async () => {
    client.change(wide);
    const recovered = performance.now();
    await stream.until(({ verdict }) => verdict.kind === 'fine' && verdict.calmMs > 2000, recovered, 60_000);
  });
});

/** The descriptor may not be there yet. */
async function connectTo(service: TorService, { socksPort, newIdentity }: ShapedClient): Promise<Socket> {
  let tries = 0;
  const ask = async (): Promise<Socket> => {
    tries += 1;
    return await socksConnect({
      socksPort,
      host: service.status.address ?? '',
      timeoutMs: 20_000,
      user: `try${tries}`,
    });
  };
  return await inTime(ask, newIdentity);
}
