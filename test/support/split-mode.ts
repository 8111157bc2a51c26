import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fragment } from '../../src/mp4/fragment.ts';
import { FragmentReader } from '../../src/mp4/fragment-reader.ts';
import type { Track } from '../../src/mp4/init-segment.ts';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';
import { Onioncast } from './onioncast.ts';
import { inTime, socksConnect } from './socks.ts';
import type { TorNetwork } from './tor-network.ts';

/** A public server, and a publisher at home whose tor reaches the network through a path of ours; each with a tor of its own. */
export class SplitMode {
  readonly path: DelayProxy;
  readonly #directory: string;
  readonly #network: TorNetwork;
  #server: Onioncast | undefined;
  #publisher: Onioncast | undefined;
  #access = { address: '', key: '' };

  private constructor(directory: string, network: TorNetwork, proxy: DelayProxy) {
    this.#directory = directory;
    this.#network = network;
    this.path = proxy;
  }

  /** Starts the server with these lines of settings in its section `[split]`, and resolves when publishers and viewers can find it. */
  static async start(network: TorNetwork, split: readonly string[]): Promise<SplitMode> {
    const directory = await mkdtemp(path.join(tmpdir(), 'onioncast-split-'));
    const mode = new SplitMode(
      directory,
      network,
      await startDelayProxy({ oneWayMs: 0, jitterMs: 0, target: 'socks5' }),
    );
    try {
      await mode.#startServer(split);
      return mode;
    } catch (error) {
      await mode.close();
      throw error;
    }
  }

  get server(): Onioncast {
    if (this.#server === undefined) throw new Error('The server has not been started.');
    return this.#server;
  }

  get publisher(): Onioncast {
    if (this.#publisher === undefined) throw new Error('No publisher has been started.');
    return this.#publisher;
  }

  /** `onioncast push`, which is told the key by a file; also again, after the one before was killed. */
  async startPublisher(): Promise<Onioncast> {
    const data = path.join(this.#directory, 'home');
    const tor = path.join(data, 'push', 'tor');
    await mkdir(tor, { recursive: true, mode: 0o700 });
    await this.#network.seedDataDirectory(tor);
    await writeFile(path.join(data, 'key'), `${this.#access.key}\n`, { mode: 0o600 });
    const lines = [...this.#network.torrcLines, `Socks5Proxy 127.0.0.1:${this.path.port}`];
    const config = await writeSettings(data, lines, [
      '[push]',
      'rendition = "240p@200k"',
      '[encoder]',
      'preset = "ultrafast"',
    ]);
    const command = ['push', this.#access.address, '--key-file', path.join(data, 'key'), '--config', config];
    this.#publisher = await Onioncast.start({ command, data });
    return this.#publisher;
  }

  /** Somebody who watches over Tor. */
  async watch(user: string): Promise<WatchedStream> {
    const { address = '' } = await this.server.event('tor', (event) => event.state === 'online');
    const [socksPort = 0] = this.#network.socksPorts;
    let tries = 0;
    const ask = async (): Promise<WatchedStream> => {
      tries += 1;
      return await WatchedStream.open({ socksPort, host: new URL(address).host, user: `${user} ${tries}` });
    };
    return await inTime(ask, () => this.#network.newIdentity());
  }

  /** Bytes per second that leave the publisher's tor, over so much time: the slope of what was carried, so that no single moment decides. */
  async lineRate(seconds: number): Promise<number> {
    const samples: { at: number; bytes: number }[] = [];
    const startedAt = performance.now();
    for (let at = 0; at < seconds; at = (performance.now() - startedAt) / 1000) {
      samples.push({ at, bytes: this.path.bytesUp });
      await delay(50);
    }
    const mean = (of: (sample: { at: number; bytes: number }) => number) =>
      samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
    const [at, bytes] = [mean((sample) => sample.at), mean((sample) => sample.bytes)];
    return mean((sample) => (sample.at - at) * (sample.bytes - bytes)) / mean((sample) => (sample.at - at) ** 2);
  }

  async close(): Promise<void> {
    await Promise.all([this.#publisher?.close(), this.#server?.close()]);
    await this.path.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #startServer(split: readonly string[]): Promise<void> {
    const data = path.join(this.#directory, 'server');
    await mkdir(path.join(data, 'tor'), { recursive: true, mode: 0o700 });
    await this.#network.seedDataDirectory(path.join(data, 'tor'));
    const encoder = ['[encoder]', 'ladder = ["240p@150k"]', 'preset = "ultrafast"', 'second_codec = "off"'];
    const config = await writeSettings(data, this.#network.torrcLines, [
      '[split]',
      'enabled = true',
      ...split,
      ...encoder,
    ]);
    const env = { ONIONCAST_SOURCE: 'none', ONIONCAST_ENCODER_LADDER: '240p@150k' };
    this.#server = await Onioncast.start({ data, env, args: ['--config', config] });
    await this.#server.event('tor', (event) => event.state === 'online', 90_000);
    const { address = '', clientKey = '' } = await this.#server.event(
      'publisher',
      (event) => event.state === 'online',
      90_000,
    );
    this.#access = { address: new URL(address).host, key: clientKey };
  }
}

async function writeSettings(data: string, torrc: readonly string[], lines: readonly string[]): Promise<string> {
  const file = path.join(data, 'onioncast.toml');
  await writeFile(file, ['[tor]', `extra_torrc = ${JSON.stringify(torrc)}`, ...lines, ''].join('\n'));
  return file;
}

/** What a viewer receives in one response, taken apart as it comes. */
export class WatchedStream {
  /** Seconds of picture and of sound that came without a gap, from the first on; time that goes back, a hole or another beginning is in `faults`. */
  pictureSeconds = 0;
  readonly faults: string[] = [];
  bytes = 0;
  isOver = false;
  readonly #socket: Socket;
  readonly #reader: FragmentReader;
  readonly #ends = new Map<number, number>();
  #tracks: readonly Track[] = [];
  #head: Buffer | undefined = Buffer.alloc(0);
  #chunks: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new FragmentReader({
      onInit: ({ tracks }) => {
        if (this.#tracks.length > 0) this.faults.push('another init segment');
        this.#tracks = tracks;
      },
      onFragment: (fragment) => this.#take(fragment),
    });
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isOver = true;
    });
  }

  static async open(where: { socksPort: number; host: string; user: string }): Promise<WatchedStream> {
    const socket = await socksConnect(where);
    const stream = new WatchedStream(socket);
    socket.write(`GET /stream/240p.mp4 HTTP/1.1\r\nHost: ${where.host}\r\n\r\n`);
    return stream;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (this.#head === undefined) return this.#readChunks(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#head.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 200')) this.faults.push(head.split('\r\n', 1)[0] ?? '');
    const rest = this.#head.subarray(end + 4);
    this.#head = undefined;
    this.#readChunks(rest);
  }

  #readChunks(bytes: Buffer): void {
    this.#chunks = Buffer.concat([this.#chunks, bytes]);
    for (;;) {
      const end = this.#chunks.indexOf('\r\n');
      const length = end === -1 ? 0 : Number.parseInt(this.#chunks.toString('latin1', 0, end), 16);
      if (length === 0 || this.#chunks.length < end + 4 + length) return;
      this.#reader.push(Buffer.from(this.#chunks.subarray(end + 2, end + 2 + length)));
      this.#chunks = this.#chunks.subarray(end + 4 + length);
    }
  }

  #take({ tracks: [track] }: Fragment): void {
    const declared = this.#tracks.find(({ id }) => id === track?.trackId);
    if (track === undefined || declared === undefined) return;
    const { trackId, decodeTime, duration } = track;
    const expected = this.#ends.get(trackId) ?? decodeTime;
    if (decodeTime !== expected) {
      const [from, to] = [expected, decodeTime].map((ticks) => (ticks / declared.timescale).toFixed(3));
      this.faults.push(`${declared.kind} goes from ${from} s to ${to} s`);
    }
    this.#ends.set(trackId, decodeTime + duration);
    if (declared.kind === 'video') this.pictureSeconds += duration / declared.timescale;
  }
}
