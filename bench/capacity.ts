/**
 * Thousands of viewers of one rendition of 400 kbit/s, all in real time, over TCP and over the unix socket that tor uses: CPU and memory of the server beside
 * nginx serving the same bytes as segments of 2 s, in one run. Linux only; wants nginx (`apt-get install nginx-light`).
 *
 *   npm run bench:capacity -- [--viewers 2000,4000] [--seconds 20] [--transport unix,tcp]
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { onionHost, startOnionServer } from '../test/support/onion-server.ts';
import type { Entrance } from '../test/support/raw-http.ts';
import { chosen, positive } from './support/choices.ts';
import { ClockPublisher, toRtmp } from './support/clock-publisher.ts';
import { Crowd } from './support/crowd.ts';
import type { EndlessWatch, SegmentWatch } from './support/lean-viewer.ts';
import { Nginx } from './support/nginx.ts';
import { cpuSeconds, residentBytes } from './support/process-usage.ts';
import { watchLoad } from './support/load.ts';
import { quantile, table } from './support/statistics.ts';

const transports = ['unix', 'tcp'] as const;
type Transport = (typeof transports)[number];

interface Contender {
  readonly name: 'onioncast' | 'nginx';
  readonly watch: EndlessWatch | SegmentWatch;
  readonly pids: readonly number[];
  entrance(transport: Transport): Entrance;
}

interface Run {
  readonly name: string;
  readonly transport: Transport;
  readonly viewers: number;
  /** Of one core, beyond what the process uses without viewers. */
  readonly cores: number;
  readonly idleCores: number;
  readonly bytesPerViewer: number;
  readonly bitsPerSecond: number;
  /** Viewers who got everything in time. */
  readonly inTime: number;
}

const rendition = '360p';
const segmentMs = 2000;
const segments = 8;
/** Joining is not watching: so long after the last viewer has come, it is over, and what it left in memory has been cleared away. */
const settleMs = 10_000;
/** Those who have left are no work any more. */
const emptyMs = 3000;
/** A viewer in real time is behind the middle one by no more than this. */
const toleranceMs = 2500;

/** What `seconds` of the stream are, cut every two seconds. */
async function recordSegments(origin: string): Promise<Map<string, Buffer | string>> {
  const [response] = (await once(http.get(`${origin}/stream/${rendition}.mp4`), 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  response.on('data', (piece: Buffer) => pieces.push(piece));
  await pause(segmentMs);
  // Whoever joins gets what is kept at once.
  pieces.length = 0;
  const files = new Map<string, Buffer | string>();
  for (let number = 0; number < segments; number += 1) {
    await pause(segmentMs);
    files.set(`${number}.mp4`, Buffer.concat(pieces.splice(0)));
  }
  response.destroy();
  const entries = [...files.keys()].map((name) => `#EXTINF:${segmentMs / 1000},\n${name}\n`);
  return files.set('stream.m3u8', `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n${entries.join('')}`);
}

function usage(pids: readonly number[]): { cpu: number; memory: number } {
  const sum = (of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0);
  return { cpu: sum(cpuSeconds), memory: sum(residentBytes) };
}

async function coresUsed(pids: readonly number[], seconds: number): Promise<number> {
  const [before, startedAt] = [usage(pids).cpu, performance.now()];
  await pause(seconds * 1000);
  return (usage(pids).cpu - before) / ((performance.now() - startedAt) / 1000);
}

async function run(contender: Contender, transport: Transport, viewers: number, seconds: number): Promise<Run> {
  const { name, watch, pids } = contender;
  const idleSeconds = Math.min(5, seconds);
  const idleBefore = await coresUsed(pids, idleSeconds);
  const memoryBefore = usage(pids).memory;
  const crowd = await Crowd.open({ entrance: contender.entrance(transport), viewers, watch });
  try {
    await pause(settleMs);
    crowd.begin();
    const allCores = await coresUsed(pids, seconds);
    const { memory } = usage(pids);
    const { bytes, lost } = await crowd.end();
    const middle = quantile(bytes, 0.5);
    const least = middle * (1 - toleranceMs / 1000 / seconds);
    const behind = bytes.filter((one) => one < least).length;
    await pause(emptyMs);
    // A program that has just started does more than its work: taken off the whole that would make viewers look cheap.
    const idleCores = Math.min(idleBefore, await coresUsed(pids, idleSeconds));
    return {
      ...{ name, transport, viewers, cores: allCores - idleCores, idleCores },
      bytesPerViewer: (memory - memoryBefore) / viewers,
      bitsPerSecond: (middle * 8) / seconds,
      inTime: viewers - Math.max(lost, behind),
    };
  } finally {
    crowd.close();
  }
}

function report(all: readonly Run[]): string {
  const header = [
    ...['transport', 'viewers', 'server', 'cores', 'cores per 1000', 'of nginx', 'without viewers', 'KB per viewer'],
    ...['kbit/s each', 'in real time'],
  ];
  const rows = all.map((one) => {
    const nginx = all.find(
      ({ name, transport, viewers }) => name === 'nginx' && transport === one.transport && viewers === one.viewers,
    );
    return [
      ...[
        one.transport,
        String(one.viewers),
        one.name,
        one.cores.toFixed(3),
        ((one.cores / one.viewers) * 1000).toFixed(3),
      ],
      ...[nginx === undefined ? '-' : (one.cores / nginx.cores).toFixed(2), one.idleCores.toFixed(3)],
      ...[(one.bytesPerViewer / 1024).toFixed(1), (one.bitsPerSecond / 1000).toFixed(0), String(one.inTime)],
    ];
  });
  return table([header, ...rows]);
}

/** Every viewer is a file descriptor at either end; Node and nginx take what the hard limit allows by themselves. */
function complainAboutLimits(viewers: number): void {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn']).toString().replace('unlimited', 'Infinity'));
  if (limit >= viewers + 512) return;
  console.error(
    `${viewers} viewers need ${viewers + 512} open files in a process, and the hard limit is ${limit}. Raise it as root and run again in the same shell: ulimit -Hn ${viewers + 512}`,
  );
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      viewers: { type: 'string', default: '2000,4000' },
      seconds: { type: 'string', default: '20' },
      transport: { type: 'string' },
    },
  });
  const crowds = values.viewers.split(',').map((count) => positive('viewers', count));
  const most = Math.max(...crowds);
  complainAboutLimits(most);
  if (!Nginx.isInstalled) console.log('There is no nginx to compare with. On Debian: apt-get install nginx-light\n');

  const server = await startOnionServer({
    env: {
      ONIONCAST_ENCODER_LADDER: `${rendition}@350k`,
      // A quarter is kept for those who watch already.
      ONIONCAST_LIMITS_CONNECTIONS: String(2 * most),
      ONIONCAST_LIMITS_VIEWERS: String(most + 64),
    },
  });
  const { program } = server;
  const done: Run[] = [];
  let publisher: ClockPublisher | undefined;
  let nginx: Nginx | undefined;
  try {
    const { server: rtmp, key } = await program.event('ingest');
    publisher = new ClockPublisher(toRtmp(`${rtmp}/${key}`));
    await program.event('stream', (event) => event.state === 'live');
    const files = await recordSegments(program.url);
    if (Nginx.isInstalled) nginx = await Nginx.start(files, most);
    for (const viewers of crowds) {
      for (const transport of chosen('transport', values.transport, transports)) {
        for (const contender of contenders(server, nginx, transport)) {
          done.push(await run(contender, transport, viewers, positive('seconds', values.seconds)));
          console.log(report(done.slice(-1)));
        }
      }
    }
  } finally {
    await publisher?.stop();
    await nginx?.close();
    await program.close();
  }
  console.log(
    `\nCores beyond what the process uses without viewers; the target is at most nginx's (1.00):\n${report(done)}`,
  );
}

function contenders(
  server: Awaited<ReturnType<typeof startOnionServer>>,
  nginx: Nginx | undefined,
  through: Transport,
): Contender[] {
  const { host, port } = new URL(server.program.url);
  const path = `/stream/${rendition}.mp4`;
  const own: Contender = {
    name: 'onioncast',
    watch: { kind: 'endless', host: through === 'unix' ? onionHost : host, path },
    pids: [server.program.pid],
    entrance: (transport) => (transport === 'unix' ? { socketPath: server.socketPath } : { port: Number(port) }),
  };
  if (nginx === undefined) return [own];
  const { pids, socketPath } = nginx;
  const watch = { kind: 'segments', segments, segmentMs } as const;
  const entrance = (transport: Transport): Entrance => (transport === 'unix' ? { socketPath } : { port: nginx.port });
  return [own, { name: 'nginx', watch, pids, entrance }];
}

const wasQuiet = watchLoad();
await main();
console.log(wasQuiet());
