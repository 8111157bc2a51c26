/**
 * Hostile circuits against honest viewers, through a private network of real tors: floods, slow readers, slowloris, connections that say nothing, captchas
 * without end. Says how long the picture of the honest stood still, whether somebody new came in, what the hostile got, and what it cost the server; with the
 * limits, and for comparison without them. Linux only.
 *
 *   npm run bench:attack -- [--hostile 500] [--honest 50] [--seconds 60] [--tors 4] [--limits on,off] [--kinds flood,slow-reader,slowloris,half-open,captcha]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Onioncast } from '../test/support/onioncast.ts';
import { onionGet } from '../test/support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../test/support/tor-network.ts';
import { HostileCircuit, type HostileKind, hostileKinds, HostileTally } from './support/hostile.ts';
import { watchLoad } from './support/load.ts';
import { cpuSeconds, residentBytes } from './support/process-usage.ts';
import { quantile, seconds, table } from './support/statistics.ts';
import { SteadyViewer } from './support/steady-viewer.ts';

interface Wish {
  readonly hostile: number;
  readonly honest: number;
  readonly seconds: number;
  readonly tors: number;
  readonly limits: readonly ('on' | 'off')[];
  readonly kinds: readonly HostileKind[];
}

interface Outcome {
  readonly limits: 'on' | 'off';
  readonly stalledMs: readonly number[];
  readonly losses: number;
  readonly kbitPerSecond: number;
  /** Milliseconds until somebody new had the page, for each try; NaN: refused or not in time. */
  readonly newcomersMs: readonly number[];
  /** What somebody new met instead of the page, and how often. */
  readonly obstacles: ReadonlyMap<string, number>;
  readonly tally: HostileTally;
  readonly cores: number;
  readonly peakBytes: number;
  readonly most: { readonly circuits: number; readonly effort: number; readonly waiting: number };
}

/** No limit of ours that anybody here could meet. What tor does by itself stays. */
const unlimited = {
  ONIONCAST_TOR_POW_ENABLED: 'false',
  ONIONCAST_LIMITS_CONNECTIONS: '65536',
  ONIONCAST_LIMITS_VIEWERS: '65536',
  ONIONCAST_LIMITS_NEW_SESSIONS: '100000',
  ONIONCAST_LIMITS_NEW_SESSIONS_BURST: '100000',
  ONIONCAST_LIMITS_SHED: 'false',
  ONIONCAST_LIMITS_CIRCUIT_CONNECTIONS: '1000',
  ONIONCAST_LIMITS_CIRCUIT_REQUESTS: '10000',
  ONIONCAST_LIMITS_CIRCUIT_BURST: '100000',
  ONIONCAST_LIMITS_CIRCUIT_NEW_SESSIONS: '100000',
  ONIONCAST_LIMITS_CIRCUIT_RESPONSES: '1000',
  ONIONCAST_LIMITS_CIRCUIT_VIEWERS: '1000',
  ONIONCAST_LIMITS_CIRCUIT_CAPTCHA_TRIES: '10000',
  ONIONCAST_LIMITS_CIRCUIT_CLOSE: 'false',
};
const settleMs = 8000;
/** How long somebody waits for a page before they give up. */
const newcomerMs = 30_000;

function readWish(): Wish {
  const { values } = parseArgs({
    options: {
      hostile: { type: 'string', default: '500' },
      honest: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '60' },
      tors: { type: 'string', default: '4' },
      limits: { type: 'string', default: 'on,off' },
      kinds: { type: 'string', default: hostileKinds.join() },
    },
  });
  const wanted = new Set(values.kinds.split(','));
  return {
    hostile: Number(values.hostile),
    honest: Number(values.honest),
    seconds: Number(values.seconds),
    tors: Number(values.tors),
    limits: (['on', 'off'] as const).filter((each) => values.limits.split(',').includes(each)),
    kinds: hostileKinds.filter((kind) => wanted.has(kind)),
  };
}

const pause = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));

async function startServer(network: TorNetwork, data: string, limits: 'on' | 'off'): Promise<Onioncast> {
  await mkdir(join(data, 'tor'), { mode: 0o700 });
  await network.seedDataDirectory(join(data, 'tor'));
  const config = join(data, 'onioncast.toml');
  await writeFile(config, `[tor]\nextra_torrc = ${JSON.stringify(network.torrcLines)}\n`);
  const env = {
    ONIONCAST_ENCODER_LADDER: '240p',
    ONIONCAST_ENCODER_SECOND_CODEC: 'off',
    ONIONCAST_CAPTCHA_ASK: 'first',
    ONIONCAST_LIMITS_SHED: 'true',
    ...(limits === 'on' ? {} : unlimited),
  };
  return await Onioncast.start({ data, args: ['--config', config, '--source', 'test'], env });
}

/** What the server says of itself, as long as it answers. */
async function healthOf(
  url: string,
): Promise<{ circuits?: { visitors: number; effort: number }; visitors?: { waiting: number } }> {
  try {
    return JSON.parse(await (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) })).text());
  } catch {
    return {};
  }
}

/** Looks at the server once a second, and lets somebody new try to come in every five. */
class Observation {
  peakBytes = 0;
  readonly newcomersMs: number[] = [];
  readonly most = { circuits: 0, effort: 0, waiting: 0 };
  readonly #server: Onioncast;
  readonly #newcomer: (number: number) => Promise<number>;

  constructor(server: Onioncast, newcomer: (number: number) => Promise<number>) {
    this.#server = server;
    this.#newcomer = newcomer;
  }

  async during(forSeconds: number): Promise<void> {
    const tries: Promise<unknown>[] = [];
    for (let second = 0; second < forSeconds; second += 1) {
      if (second % 5 === 0) tries.push(this.#newcomer(second).then((ms) => this.newcomersMs.push(ms)));
      await pause(1000);
      await this.#look();
    }
    await Promise.all(tries);
  }

  async #look(): Promise<void> {
    this.peakBytes = Math.max(this.peakBytes, residentBytes(this.#server.pid));
    const { circuits, visitors } = await healthOf(this.#server.url);
    this.most.circuits = Math.max(this.most.circuits, circuits?.visitors ?? 0);
    this.most.effort = Math.max(this.most.effort, circuits?.effort ?? 0);
    this.most.waiting = Math.max(this.most.waiting, visitors?.waiting ?? 0);
  }
}

async function attack(wish: Wish, limits: 'on' | 'off'): Promise<Outcome> {
  const data = await mkdtemp(join(tmpdir(), 'onioncast-attack-'));
  const network = await startTorNetwork({ clients: 1 + wish.tors });
  const server = await startServer(network, data, limits);
  const viewers: SteadyViewer[] = [];
  const hostile: HostileCircuit[] = [];
  try {
    const { address = '' } = await server.event('tor', ({ state }) => state === 'online', 90_000);
    await server.event('stream', ({ state }) => state === 'live');
    const host = new URL(address).hostname;
    const [honestPort = 0, ...hostilePorts] = network.socksPorts;
    const honest = (user: string) => ({ socksPort: honestPort, host, user });
    for (let number = 0; number < wish.honest; number += 1) viewers.push(new SteadyViewer(honest(`honest${number}`)));
    await untilAll(viewers);
    const tally = new HostileTally();
    for (let number = 0; number < wish.hostile; number += 1) {
      const kind = wish.kinds[number % wish.kinds.length] ?? 'flood';
      const socksPort = hostilePorts[number % hostilePorts.length] ?? 0;
      hostile.push(new HostileCircuit(kind, { socksPort, host, user: `hostile${number}` }, tally));
    }
    const obstacles = new Map<string, number>();
    const observation = new Observation(server, (number) => newcomer(honest(`new${number}`), obstacles));
    for (const viewer of viewers) viewer.reset();
    const [startMs, startCpu] = [performance.now(), cpuSeconds(server.pid)];
    await observation.during(wish.seconds);
    const tookSeconds = (performance.now() - startMs) / 1000;
    const bytes = viewers.reduce((sum, viewer) => sum + viewer.bytes, 0);
    return {
      ...{ limits, tally, obstacles },
      stalledMs: viewers.map(({ stalledMs }) => stalledMs),
      losses: viewers.reduce((sum, { losses }) => sum + losses, 0),
      kbitPerSecond: (bytes * 8) / 1000 / tookSeconds / wish.honest,
      newcomersMs: observation.newcomersMs,
      cores: (cpuSeconds(server.pid) - startCpu) / tookSeconds,
      peakBytes: observation.peakBytes,
      most: observation.most,
    };
  } finally {
    for (const one of [...hostile, ...viewers]) one.close();
    await server.close();
    await network.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** Until everybody has received something, and then a little while. */
async function untilAll(viewers: readonly SteadyViewer[]): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (viewers.some(({ bytes }) => bytes === 0)) {
    if (performance.now() > deadline) throw new Error('not all viewers have come in before the attack');
    await pause(200);
  }
  await pause(settleMs);
}

/** Somebody who comes for the first time, with a browser that does what the queue says: milliseconds until the page is there. */
async function newcomer(
  way: { socksPort: number; host: string; user: string },
  obstacles: Map<string, number>,
): Promise<number> {
  const startMs = performance.now();
  let path = '/';
  const meet = (obstacle: string): void => void obstacles.set(obstacle, (obstacles.get(obstacle) ?? 0) + 1);
  while (performance.now() - startMs < newcomerMs) {
    const answer = await onionGet({ ...way, path, timeoutMs: newcomerMs }).catch((error: Error) => meet(error.message));
    if (answer?.status === 200) return performance.now() - startMs;
    if (answer !== undefined) meet(`status ${answer.status}`);
    const [, waitSeconds = '1', again = path] = /^(\d+); url=(.*)$/u.exec(String(answer?.headers['refresh'])) ?? [];
    path = again;
    await pause(Number(waitSeconds) * 1000);
  }
  return Number.NaN;
}

function rowOf({
  limits,
  stalledMs,
  losses,
  kbitPerSecond,
  newcomersMs,
  tally,
  cores,
  peakBytes,
  most,
}: Outcome): string[] {
  const cameIn = newcomersMs.filter((ms) => !Number.isNaN(ms));
  const answers = [...tally.answers]
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([status, count]) => `${count} x ${status}`);
  return [
    limits,
    seconds(quantile(stalledMs, 0.5)),
    seconds(Math.max(...stalledMs)),
    String(losses),
    kbitPerSecond.toFixed(0),
    `${cameIn.length}/${newcomersMs.length}, ${seconds(quantile(cameIn, 0.5))}`,
    answers.join(', '),
    `${tally.cut} / ${tally.refused}`,
    cores.toFixed(2),
    (peakBytes / 1_048_576).toFixed(0),
    `${most.circuits} / ${most.effort} / ${most.waiting}`,
  ];
}

async function main(): Promise<void> {
  const wish = readWish();
  const load = watchLoad();
  const rows: string[][] = [];
  for (const limits of wish.limits) {
    const outcome = await attack(wish, limits);
    rows.push(rowOf(outcome));
    const met = [...outcome.obstacles].map(([obstacle, times]) => `${times} x ${obstacle}`).join(', ');
    console.log(`Limits ${limits}: newcomers met ${met === '' ? 'nothing in their way' : met}`);
  }
  const head = [
    'limits',
    'stall p50 s',
    'stall max s',
    'streams lost',
    'kbit/s each',
    'new: in/tries, p50 s',
    'answers to the hostile',
    'cut / no stream',
    'server cores',
    'MiB',
    'most circuits / effort / waiting',
  ];
  console.log(
    `${wish.honest} honest viewers, ${wish.hostile} hostile circuits (${wish.kinds.join(', ')}), ${wish.seconds} s`,
  );
  console.log(table([head, ...rows]));
  console.log(load());
}

await main();
