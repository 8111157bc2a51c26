import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Onioncast } from '../../test/support/onioncast.ts';
import { farPath, startShapedClient, type ShapedClient, unevenPath } from '../../test/support/shaped-tor.ts';
import { onionGet } from '../../test/support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../../test/support/tor-network.ts';
import { ClockPublisher, toRtmp } from './clock-publisher.ts';
import { ConcatenatedSegments, concatenatedPage } from './concatenated-segments.ts';
import { type Front, type Handler, startFront } from './front.ts';
import { type Mode, placeOf, segmentSecondsOf } from './modes.ts';

/** From nearest to furthest; what begins with `tor` goes through the onion service in a private network. */
export const links = ['loopback', 'tor', 'tor-delayed', 'tor-jitter'] as const;
export type Link = (typeof links)[number];

export interface WorldOptions {
  /** Whether there is a Tor network; 15 s more to start. */
  readonly tor: boolean;
  /** Further settings of the server. */
  readonly env?: Readonly<Record<string, string>>;
}

const unshaped = { oneWayMs: 0, jitterMs: 0 };
const shapes = { tor: unshaped, 'tor-delayed': farPath, 'tor-jitter': unevenPath };
/**
 * Not "auto": a first start would measure this machine while the bench does. The publisher, the browsers and a Tor network are on it as well, so the
 * encoder spends little.
 */
const settings = {
  ONIONCAST_ENCODER_LADDER: '360p,240p',
  ONIONCAST_ENCODER_PRESET: 'veryfast',
  // Each join is somebody new, on the same circuit.
  ONIONCAST_LIMITS_CIRCUIT_NEW_SESSIONS: '10000',
};
const reachableWithinMs = 120_000;

/** Everything a bench of playback needs: the built server, a publisher with a clock in its picture, a Tor network, the baseline. */
export class World {
  readonly server: Onioncast;
  readonly #data: string;
  readonly #network: TorNetwork | undefined;
  readonly #handlers: Map<string, Handler>;
  readonly #clients: ShapedClient[] = [];
  #front: Front | undefined;
  #publisher: ClockPublisher | undefined;
  #segments: ConcatenatedSegments | undefined;
  #segmentSeconds: number | undefined;
  #frontOnion = '';

  private constructor(data: string, network: TorNetwork | undefined, server: Onioncast) {
    this.#data = data;
    this.#network = network;
    this.server = server;
    this.#handlers = new Map([['/bench/segments.html', concatenatedPage]]);
  }

  /** Resolves when a viewer could come by every way. */
  static async start({ tor, env = {} }: WorldOptions): Promise<World> {
    const data = await mkdtemp(join(tmpdir(), 'onioncast-bench-'));
    const network = tor ? await startTorNetwork({ clients: 0 }) : undefined;
    const server = await startServer(data, network, env).catch(async (error: unknown) => {
      await network?.close();
      throw error;
    });
    const world = new World(data, network, server);
    try {
      await world.#goLive();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** The address of a mode over a link. */
  async address(mode: Mode, link: Link): Promise<string> {
    const { site, path } = placeOf(mode);
    if (link === 'loopback') {
      return `${site === 'product' ? this.server.url : `http://127.0.0.1:${this.#front?.port}`}${path}`;
    }
    if (site === 'front') return `${this.#frontOnion}${path}`;
    const { address = '' } = await this.server.event('tor', (event) => event.state === 'online');
    return `${address.replace(/\/$/u, '')}${path}`;
  }

  /** A tor for one viewer over this link, which ends with the world at the latest; none for loopback. */
  async client(link: Link): Promise<ShapedClient | undefined> {
    if (link === 'loopback' || this.#network === undefined) return undefined;
    const client = await startShapedClient(this.#network, shapes[link]);
    this.#clients.push(client);
    return client;
  }

  /** Starts the specification's way where the mode needs it, and ends it where not: it costs an encoder of its own. */
  async prepare(mode: Mode): Promise<void> {
    const wanted = segmentSecondsOf(mode);
    if (wanted === this.#segmentSeconds) return;
    await this.#segments?.close();
    this.#segments = undefined;
    this.#segmentSeconds = wanted;
    if (wanted === undefined) return;
    const directory = await mkdtemp(join(this.#data, 'segments-'));
    this.#segments = new ConcatenatedSegments(directory, wanted);
    this.#handlers.set('/bench/segments.mp4', this.#segments.stream);
    await this.#segments.ready();
  }

  /** Ends every process and removes every file; safe to call twice. */
  async close(): Promise<void> {
    await this.#segments?.close();
    await this.#publisher?.stop();
    await this.#front?.close();
    await this.server.close();
    for (const client of this.#clients) await client.close();
    await this.#network?.close();
    await rm(this.#data, { recursive: true, force: true });
  }

  async #goLive(): Promise<void> {
    const { server: rtmp, key } = await this.server.event('ingest');
    this.#publisher = new ClockPublisher(toRtmp(`${rtmp}/${key}`));
    await this.server.event('stream', (event) => event.state === 'live');
    this.#front = await startFront(this.server.url, this.#handlers);
    if (this.#network === undefined) return;
    await this.server.event('tor', (event) => event.state === 'online', reachableWithinMs);
    this.#frontOnion = await serveOverTor(this.#network, this.#front.port, join(this.#data, 'front-onion'));
  }
}

async function startServer(
  data: string,
  network: TorNetwork | undefined,
  env: Readonly<Record<string, string>>,
): Promise<Onioncast> {
  if (network === undefined)
    return await Onioncast.start({ data, args: ['--no-tor', '--source', 'none'], env: { ...settings, ...env } });
  await mkdir(join(data, 'tor'), { mode: 0o700 });
  await network.seedDataDirectory(join(data, 'tor'));
  const config = join(data, 'onioncast.toml');
  await writeFile(config, `[tor]\nextra_torrc = ${JSON.stringify(network.torrcLines)}\n`);
  return await Onioncast.start({ data, args: ['--config', config, '--source', 'none'], env: { ...settings, ...env } });
}

/** An onion service of the bench's own before a port. Resolves with its origin when it can be reached. */
async function serveOverTor(network: TorNetwork, port: number, directory: string): Promise<string> {
  const { socksPort } = await network.addClient([
    `HiddenServiceDir ${directory}`,
    `HiddenServicePort 80 127.0.0.1:${port}`,
  ]);
  const host = (await readFile(join(directory, 'hostname'), 'utf8')).trim();
  const deadline = performance.now() + reachableWithinMs;
  for (;;) {
    try {
      await onionGet({ socksPort, host, path: '/bench/segments.html', timeoutMs: 10_000 });
      return `http://${host}`;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
