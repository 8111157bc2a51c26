import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publish, readEndless, type TestPublisher } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

const run = promisify(execFile);

/** Two unless told: `LONG_MINUTES=60 npm run test:long` watches for an hour. */
const minutes = Number(process.env.LONG_MINUTES ?? '2');
/**
 * Collecting the garbage to measure makes V8 take more for young objects, up to the bound that the launcher gives it; without one that can be 100 MB in an hour.
 * And what is measured before the window is full is how it fills: it keeps half a minute more than it promises, and then the holes in the allocator's memory take
 * a while to be filled again. So the line is drawn through what comes after, twice the window or half of the time.
 */
const rewindSeconds = Math.min(300, Math.round(minutes * 10));
const settledAfterMs = Math.min(10, minutes / 2) * 60_000;
/** A leak of the pieces of one rendition alone would be 1.5 MB a minute. What is measured over a few minutes is mostly noise. */
const maxSlope = minutes >= 10 ? 0.5 : 5;

let data: string;
let server: Onioncast;
let publisher: TestPublisher | undefined;

const reporter = new URL('../support/heap-reporter.js', import.meta.url).href;
const measured = { NODE_OPTIONS: `--expose-gc --import=${reporter}` };
const env = {
  ONIONCAST_ENCODER_LADDER: '240p',
  ONIONCAST_ENCODER_SECOND_CODEC: 'off',
  ONIONCAST_LIVE_REWIND: `${rewindSeconds}s`,
  ONIONCAST_RECORDING_ENABLED: 'true',
  ONIONCAST_RECORDING_PUBLISH: 'true',
  ONIONCAST_RECORDING_RENDITIONS: '240p',
  ONIONCAST_RECORDING_KEEP_FREE: '0B',
};

beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'onioncast-long-'));
  publisher = undefined;
  server = await Onioncast.start({ data, env: { ...env, ...measured } });
});

afterEach(async () => {
  await publisher?.stop();
  await server.close();
  await rm(data, { recursive: true, force: true });
});

/** Megabytes, by what they are taken for. */
type Memory = Readonly<Record<'rss' | 'heapUsed' | 'heapTotal' | 'arrayBuffers' | 'youngGeneration', number>>;

/** After the garbage has been collected: without that, what is measured is when that happens by itself. */
async function memoryNow(): Promise<Memory> {
  const { rss, heapUsed, heapTotal, arrayBuffers, youngGeneration }: Memory = JSON.parse(
    await text(connect(path.join(data, 'heap.sock'))),
  );
  const inMegabytes = ([name, bytes]: [string, number]): [string, number] => [name, Math.round(bytes / 1e5) / 10];
  const parts = { rss, heapUsed, heapTotal, arrayBuffers, youngGeneration };
  return { ...parts, ...Object.fromEntries(Object.entries(parts).map(inMegabytes)) };
}

/** Megabytes a minute: the line through all points that is nearest to them. */
function slopeOf(points: readonly (readonly [minute: number, megabytes: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([minute]) => minute)), mean(points.map(([, megabytes]) => megabytes))];
  const over = points.reduce((sum, [minute, megabytes]) => sum + (minute - x) * (megabytes - y), 0);
  return over / points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
}

/** Reads and forgets, and comes back when it is ended, until told to stop. */
function watch(query: string): { bytes: number; stop(): void } {
  const watching = { bytes: 0, isOver: false, stop: () => undefined as void };
  void (async () => {
    while (!watching.isOver) {
      const response = await fetch(`${server.url}/stream/240p.mp4${query}`);
      const reader = response.body?.getReader();
      watching.stop = () => {
        watching.isOver = true;
        void reader?.cancel().catch(() => undefined);
      };
      for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
        watching.bytes += read.value.length;
      }
    }
  })().catch(() => undefined);
  return watching;
}

it(
  `live, rewound and recorded at once, memory stays flat for ${minutes} min, and the recording plays from any point after a kill`,
  async () => {
    const ingest = await server.event('ingest');
    publisher = publish(['-f', 'flv', `${ingest.server}/${ingest.key}`], { size: '426x240' });
    await server.event('stream', (event) => event.state === 'live' && event.source === 'rtmp');
    const began = performance.now();
    const first = await readEndless(`${server.url}/stream/240p.mp4`);
    await first.atLeast(10_000);
    first.close();
    const watchers = [watch(''), watch(`?ago=${Math.round(rewindSeconds / 2)}`), watch(`?ago=${rewindSeconds}`)];
    const points: [number, number][] = [];
    let settled: Memory | undefined;
    while (performance.now() - began < minutes * 60_000) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const elapsed = performance.now() - began;
      if (elapsed < settledAfterMs) continue;
      const memory = await memoryNow();
      settled ??= memory;
      points.push([elapsed / 60_000, memory.rss]);
    }
    process.stdout.write(`settled: ${JSON.stringify(settled)}, in the end: ${JSON.stringify(await memoryNow())}\n`);
    const slope = slopeOf(points);
    const sizes = points.map(([, megabytes]) => megabytes);
    process.stdout.write(
      `${minutes} min, window of ${rewindSeconds} s: ${Math.min(...sizes).toFixed(0)} to ${Math.max(...sizes).toFixed(0)} MB, ` +
        `slope ${slope.toFixed(3)} MB/min over the last ${((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)).toFixed(1)} min; ` +
        `read ${watchers.map(({ bytes }) => `${(bytes / 1e6).toFixed(1)} MB`).join(', ')}\n`,
    );
    expect(slope).toBeLessThan(maxSlope);
    for (const watcher of watchers) {
      expect(watcher.bytes).toBeGreaterThan(100_000);
      watcher.stop();
    }
    await server.kill();
    await publisher.stop();
    server = await Onioncast.start({ data, env });
    await playsFromAnyPoint((performance.now() - began) / 1000);
  },
  (minutes + 4) * 60_000,
);

async function playsFromAnyPoint(atMostSeconds: number): Promise<void> {
  const list = await read('/recordings');
  const id = /recordings\/([\w-]{22})/.exec(list)?.[1];
  const page = await read(`/recordings/${id}`);
  const parts = [...new Set([...page.matchAll(/part=(\d+)/g)].map(([, part]) => Number(part)))];
  let total = 0;
  for (const part of [1, ...parts]) {
    const file = `${server.url}/recordings/${id}/240p${part === 1 ? '' : `.part${part}`}.mp4`;
    const seconds = await durationOf(file);
    total += seconds;
    for (const share of [0, 0.1, 0.35, 0.5, 0.8, 0.95]) expect(await playedFrom(file, seconds * share, 0.5)).toBe('');
    // Up to where it was killed.
    expect(await playedFrom(file, Math.max(0, seconds - 10), 20)).toBe('');
  }
  process.stdout.write(`the recording plays for ${total.toFixed(0)} s\n`);
  expect(total).toBeGreaterThan(minutes * 60 - 30);
  expect(total).toBeLessThan(atMostSeconds + 5);
}

/** Of what the file says about itself: the whole of it comes no faster than twice as fast as it plays. */
async function durationOf(file: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]);
  return Number(stdout);
}

/** What FFmpeg complains of when it decodes so many seconds from there on. */
async function playedFrom(file: string, at: number, seconds: number): Promise<string> {
  const places = ['-ss', String(at), '-i', file, '-t', String(seconds)];
  const { stderr } = await run('ffmpeg', ['-v', 'warning', ...places, '-f', 'null', '-'], { timeout: 60_000 });
  return stderr;
}

/** Over a connection of its own: none that the killed server had. */
async function read(target: string): Promise<string> {
  return await (await fetch(server.url + target, { headers: { Connection: 'close' } })).text();
}
