/**
 * What one tor carries and what two carry: viewers of one rendition of 400 kbit/s in real time, through a Tor network of our own, and what each gigabyte costs each
 * tor and the server. Clients and relays of that network are on this machine too and take several times what our tors take, so on few cores these end first:
 * hence the CPU of each process by itself, and `--share`, which holds each of our tors to a part of a core (a quota of the kernel; as root). Linux only.
 *
 *   npm run bench:tors -- [--tors 1,2] [--spread links|onionbalance] [--viewers 20,40,60,80,100,120] [--seconds 20] [--share 0.02]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { operations } from '../src/http/control/operations.ts';
import { onioncast } from '../test/support/command-line.ts';
import { Onioncast } from '../test/support/onioncast.ts';
import { startTorNetwork, type TorNetwork } from '../test/support/tor-network.ts';
import { chosen, positive } from './support/choices.ts';
import { watchLoad } from './support/load.ts';
import { machineBusySeconds, cpuSeconds } from './support/process-usage.ts';
import { heldTo } from './support/held-process.ts';
import { table } from './support/statistics.ts';
import { TorViewer } from './support/tor-viewer.ts';

const rendition = '360p';
const clients = 4;
/** With fewer than six directories in all Onionbalance can go in circles for ever (`test/long/onionbalance.test.ts`). */
const relays = 3;
/** So many find their way through the network at a time. */
const comingAtOnce = 8;
const settleMs = 4000;
/** A viewer in real time is behind one on this machine by no more than this. */
const toleranceMs = 2500;
const gigabyte = 1e9;
/** Onionbalance takes a minute and a half to announce what it has found, and knows networks for tests with votes as rare as this. */
const onlineWithinMs = 300_000;
const votingSeconds = 20;
const nominalBitsPerSecond = 400_000;

const spreads = ['links', 'onionbalance'] as const;
type Spread = (typeof spreads)[number];

interface Served {
  readonly server: Onioncast;
  readonly hosts: readonly string[];
  readonly torPids: readonly number[];
  close(): Promise<void>;
}

interface Row {
  readonly tors: number;
  readonly viewers: number;
  readonly inTime: number;
  readonly megabytesPerSecond: number;
  readonly bitsPerViewer: number;
  /** Of one core, by each tor. */
  readonly torCores: readonly number[];
  readonly serverCores: number;
  readonly machineCores: number;
}

const settings = (most: number) => ({
  ONIONCAST_ENCODER_LADDER: `${rendition}@350k`,
  ONIONCAST_ENCODER_PRESET: 'ultrafast',
  ONIONCAST_ENCODER_RATE: 'constant',
  ONIONCAST_LIMITS_CONNECTIONS: String(most * 2 + 256),
  ONIONCAST_LIMITS_VIEWERS: String(most + 64),
  ONIONCAST_LIMITS_NEW_SESSIONS: '10000',
  ONIONCAST_LIMITS_NEW_SESSIONS_BURST: '10000',
});

async function serve(network: TorNetwork, tors: number, spread: Spread, most: number): Promise<Served> {
  const data = await mkdtemp(path.join(tmpdir(), 'onioncast-bench-'));
  const names = Array.from({ length: tors }, (_, index) => (index === 0 ? '' : String(index + 1)));
  if (spread === 'onionbalance') names.push('onionbalance');
  for (const folder of names.map((name) => path.join(data, 'tor', name))) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await network.seedDataDirectory(folder);
  }
  const config = path.join(data, 'onioncast.toml');
  const lines = ['[tor]', `instances = ${tors}`, `extra_torrc = ${JSON.stringify(network.torrcLines)}`];
  if (tors > 1) lines.push(`spread = "${spread}"`);
  await writeFile(config, `${lines.join('\n')}\n`);
  const server = await Onioncast.start({ data, args: ['--config', config], env: settings(most) });
  const close = async (): Promise<void> => {
    await server.close();
    await rm(data, { recursive: true, force: true });
  };
  try {
    const hosts = await addressesOf(server, spread === 'links' ? tors : 1);
    await server.event('stream', ({ state }) => state === 'live');
    return { server, hosts, torPids: await torsOf(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The processes that carry viewers. */
async function torsOf({ data }: Onioncast): Promise<number[]> {
  const { stdout } = await onioncast(data, ['tor', 'status', '--json']);
  return operations.tors.output.parse(JSON.parse(stdout)).tors.map(({ pid = 0 }) => pid);
}

async function addressesOf(server: Onioncast, tors: number): Promise<string[]> {
  const { address = '' } = await server.event('tor', ({ state }) => state === 'online', onlineWithinMs);
  const first = new URL(address).host;
  if (tors === 1) return [first];
  const hosts: string[] = [];
  for (let number = 1; number <= tors; number += 1) {
    const wanted = (event: { number: number; state: string }): boolean =>
      event.number === number && event.state === 'online';
    hosts.push((await server.event('tor-instance', wanted, onlineWithinMs)).address ?? '');
  }
  return hosts;
}

/** Lets the crowd grow to so many. */
async function grow(crowd: TorViewer[], wanted: number, network: TorNetwork, hosts: readonly string[]): Promise<void> {
  while (crowd.length < wanted) {
    const numbers = Array.from(
      { length: Math.min(comingAtOnce, wanted - crowd.length) },
      (_, index) => crowd.length + index,
    );
    crowd.push(
      ...(await Promise.all(
        numbers.map(async (number) => {
          const socksPort = network.socksPorts[number % clients] ?? 0;
          const host = hosts[number % hosts.length] ?? '';
          return await TorViewer.open({ socksPort, host, path: `/stream/${rendition}.mp4`, user: `viewer${number}` });
        }),
      )),
    );
  }
}

async function measure({ server, torPids }: Served, crowd: readonly TorViewer[], seconds: number): Promise<Row> {
  const near = await TorViewer.openLocal(server.url, `/stream/${rendition}.mp4`);
  await pause(settleMs);
  const all = [near, ...crowd];
  const [bytesBefore, torBefore] = [all.map(({ bytes }) => bytes), torPids.map(cpuSeconds)];
  const [serverBefore, machineBefore, startedAt] = [cpuSeconds(server.pid), machineBusySeconds(), performance.now()];
  await pause(seconds * 1000);
  const elapsed = (performance.now() - startedAt) / 1000;
  const torCores = torPids.map((pid, index) => (cpuSeconds(pid) - (torBefore[index] ?? 0)) / elapsed);
  const [local = 0, ...received] = all.map(({ bytes }, index) => bytes - (bytesBefore[index] ?? 0));
  near.close();
  const least = local * (1 - toleranceMs / 1000 / seconds);
  const total = received.reduce((sum, bytes) => sum + bytes, 0);
  return {
    tors: torPids.length,
    viewers: crowd.length,
    inTime: received.filter((bytes, index) => bytes >= least && crowd[index]?.isLost !== true).length,
    megabytesPerSecond: total / elapsed / 1e6,
    bitsPerViewer: (local * 8) / elapsed,
    torCores,
    serverCores: (cpuSeconds(server.pid) - serverBefore) / elapsed,
    machineCores: (machineBusySeconds() - machineBefore) / elapsed,
  };
}

function report(rows: readonly Row[]): string {
  const header = [
    'tors',
    'viewers',
    'in real time',
    'MB/s',
    'kbit/s each',
    'cores of each tor',
    'tor s/GB',
    'server s/GB',
    'machine cores',
  ];
  const cells = rows.map((row) => {
    const perGigabyte = (cores: number): string => ((cores / (row.megabytesPerSecond * 1e6)) * gigabyte).toFixed(1);
    const torCores = row.torCores.reduce((sum, one) => sum + one, 0);
    return [
      ...[String(row.tors), String(row.viewers), String(row.inTime), row.megabytesPerSecond.toFixed(2)],
      ...[(row.bitsPerViewer / 1000).toFixed(0), row.torCores.map((one) => one.toFixed(3)).join(' + ')],
      ...[perGigabyte(torCores), perGigabyte(row.serverCores), row.machineCores.toFixed(2)],
    ];
  });
  return table([header, ...cells]);
}

/** What so many tors were seen to carry, and what a core of one would. */
function summary(rows: readonly Row[], tors: number): string {
  const own = rows.filter((row) => row.tors === tors);
  const most = own.reduce((best, { inTime, viewers }) => (inTime === viewers ? Math.max(best, viewers) : best), 0);
  const fullest = own.toSorted((one, other) => other.megabytesPerSecond - one.megabytesPerSecond)[0];
  if (fullest === undefined) return '';
  const bytesPerSecond = fullest.megabytesPerSecond * 1e6;
  const perCore = bytesPerSecond / fullest.torCores.reduce((sum, one) => sum + one, 0);
  return (
    `With tors: ${tors}, at most ${most} viewers and nobody behind; at most ${fullest.megabytesPerSecond.toFixed(2)} MB/s in all. There a core of a tor was worth ` +
    `${(perCore / 1e6).toFixed(0)} MB/s, which are ${Math.floor(perCore / (nominalBitsPerSecond / 8))} viewers at 400 kbit/s.`
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tors: { type: 'string', default: '1,2' },
      viewers: { type: 'string', default: '20,40,60,80,100,120' },
      seconds: { type: 'string', default: '20' },
      spread: { type: 'string', default: 'links' },
      share: { type: 'string' },
    },
  });
  const counts = values.tors.split(',').map((count) => positive('tors', count));
  const crowds = values.viewers.split(',').map((count) => positive('viewers', count));
  const share = values.share === undefined ? undefined : positive('share', values.share);
  const [spread = 'links'] = chosen('spread', values.spread, spreads);
  const network = await startTorNetwork({ clients, relays, ...(spread === 'onionbalance' && { votingSeconds }) });
  const rows: Row[] = [];
  try {
    for (const tors of counts) {
      const served = await serve(network, tors, tors === 1 ? 'links' : spread, Math.max(...crowds));
      const crowd: TorViewer[] = [];
      const held = share === undefined ? [] : served.torPids.map((pid) => heldTo(pid, share));
      try {
        for (const viewers of crowds) {
          await grow(crowd, viewers, network, served.hosts);
          const row = await measure(served, crowd, positive('seconds', values.seconds));
          rows.push(row);
          console.log(report([row]));
          // More would only be behind as well.
          if (row.inTime < viewers / 2) break;
        }
      } finally {
        for (const release of held) release();
        for (const viewer of crowd) viewer.close();
        await served.close();
      }
    }
  } finally {
    await network.close();
  }
  console.log(`\n${report(rows)}`);
  for (const tors of counts) console.log(`\n${summary(rows, tors)}`);
}

const wasQuiet = watchLoad();
await main();
console.log(wasQuiet());
