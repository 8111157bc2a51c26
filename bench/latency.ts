/**
 * Glass to glass: a clock drawn into the raw frames of a publisher is read back from the picture that a real browser shows, over loopback and through the
 * onion service in a private Tor network, beside the specification's own way in the same run.
 *
 *   npm run bench:latency -- [--seconds 20 | --minutes 10] [--browser chromium,firefox] [--mode noscript,script,hls,hls-plain,segments-2s,segments-10s]
 *     [--link loopback,tor,tor-delayed,tor-jitter]
 */
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserName, launchBrowser } from '../test/support/browsers.ts';
import type { ShapedClient } from '../test/support/shaped-tor.ts';
import { attempt } from './support/attempt.ts';
import { chosen, positive } from './support/choices.ts';
import { type Mode, mayRunScript, modes } from './support/modes.ts';
import { latenciesOf, medianLatency, playbackOf } from './support/playback.ts';
import { ageAtServer } from './support/server-age.ts';
import { watchLoad } from './support/load.ts';
import { quantile, seconds, slope, table } from './support/statistics.ts';
import { Watcher, type Sample } from './support/watcher.ts';
import { type Link, links, World } from './support/world.ts';

interface Measurement {
  readonly browser: BrowserName;
  readonly mode: Mode;
  readonly link: Link;
  readonly firstPictureMs: number;
  /** How old the picture was when it left the server, after the last sample. */
  readonly atServerMs: number;
  /** Without the first seconds. */
  readonly samples: readonly Sample[];
}

const firstPictureWithinMs = 60_000;
/** Start-up is not steady state: what is measured so soon after the first picture is left out. */
const warmUpMs = 8_000;
/** Drift is told from this much at either end. */
const endsMs = 30_000;
const baseline: Mode = 'segments-10s';

async function measure(
  world: World,
  watch: { readonly browser: BrowserName; readonly mode: Mode; readonly link: Link },
  client: ShapedClient | undefined,
  forMs: number,
): Promise<Measurement> {
  const { browser, mode, link } = watch;
  await world.prepare(mode);
  const options = { script: mayRunScript(browser, mode), width: 1000, height: 600 };
  const running = await launchBrowser(
    browser,
    client === undefined ? options : { ...options, socksPort: client.socksPort },
  );
  try {
    // Over minutes a look now and then says as much, and leaves the machine to the players.
    const watcher = await Watcher.open(running, await world.address(mode, link), forMs > 120_000 ? 250 : 50);
    if (await watcher.firstPicture(firstPictureWithinMs)) await pause(warmUpMs + forMs);
    await watcher.close();
    const { firstPictureMs } = watcher;
    const atServerMs = await ageAtServer(world.server.url);
    return { ...watch, firstPictureMs, atServerMs, samples: watcher.between(firstPictureMs + warmUpMs) };
  } finally {
    await running.close();
  }
}

function latencyTable(all: readonly Measurement[]): string {
  const header = [
    'link',
    'browser',
    'mode',
    'first picture',
    'p50',
    'p95',
    'max',
    'rebuffers/min',
    'samples',
    'at the server',
    'of baseline',
  ];
  const rows = all.map((one) => {
    const { link, browser, mode, firstPictureMs, samples } = one;
    const latencies = latenciesOf(samples);
    const figures = [firstPictureMs, ...[0.5, 0.95, 1].map((fraction) => quantile(latencies, fraction))];
    const watchedMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
    const rebuffers = (playbackOf(samples).rebuffers * 60_000) / watchedMs;
    const reference = all.find((other) => other.mode === baseline && other.link === link && other.browser === browser);
    const ratio = reference === undefined ? Number.NaN : medianLatency(samples) / medianLatency(reference.samples);
    return [
      ...[link, browser, mode, ...figures.map(seconds)],
      ...[Number.isNaN(rebuffers) ? '-' : rebuffers.toFixed(1), String(latencies.length), seconds(one.atServerMs)],
      Number.isNaN(ratio) ? '-' : ratio.toFixed(3),
    ];
  });
  return table([header, ...rows]);
}

function driftTable(all: readonly Measurement[]): string {
  const header = [
    'link',
    'browser',
    'mode',
    'minutes',
    'p50 at the start',
    'p50 at the end',
    'growth',
    'slope in 10 minutes',
  ];
  const rows = all.map(({ link, browser, mode, samples }) => {
    const [from, to] = [samples[0]?.atMs ?? 0, samples.at(-1)?.atMs ?? 0];
    const start = medianLatency(samples.filter(({ atMs }) => atMs < from + endsMs));
    const end = medianLatency(samples.filter(({ atMs }) => atMs > to - endsMs));
    const points = samples
      .filter(({ latencyMs }) => !Number.isNaN(latencyMs))
      .map((one) => [one.atMs, one.latencyMs] as const);
    const perTenMinutes = slope(points) * 600_000;
    return [
      link,
      browser,
      mode,
      ((to - from) / 60_000).toFixed(1),
      ...[start, end, end - start, perTenMinutes].map(seconds),
    ];
  });
  return table([header, ...rows]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      minutes: { type: 'string' },
      browser: { type: 'string' },
      mode: { type: 'string' },
      link: { type: 'string' },
    },
  });
  const { minutes } = values;
  const forMs =
    minutes === undefined ? positive('seconds', values.seconds) * 1000 : positive('minutes', minutes) * 60_000;
  const browsers = chosen('browser', values.browser, ['chromium', 'firefox']);
  const wantedModes = chosen('mode', values.mode ?? (minutes === undefined ? undefined : 'noscript,script'), modes);
  const wantedLinks = chosen('link', values.link ?? (minutes === undefined ? undefined : 'tor-delayed'), links);

  const world = await World.start({ tor: wantedLinks.some((link) => link !== 'loopback') });
  const done: Measurement[] = [];
  try {
    for (const link of wantedLinks) {
      const clients = await Promise.all(browsers.map(() => world.client(link)));
      const play = async (browser: BrowserName, mode: Mode): Promise<void> => {
        const client = clients[browsers.indexOf(browser)];
        const one = await attempt(`${link}, ${browser}, ${mode}`, () =>
          measure(world, { browser, mode, link }, client, forMs),
        );
        if (one === undefined) return;
        done.push(one);
        console.log(latencyTable([one]));
      };
      try {
        for (const mode of wantedModes) {
          // Over minutes each browser has a circuit of its own and plays beside the other: that takes half the time.
          if (minutes !== undefined) await Promise.all(browsers.map((browser) => play(browser, mode)));
          else for (const browser of browsers) await play(browser, mode);
        }
      } finally {
        for (const client of clients) await client?.close();
      }
    }
  } finally {
    await world.close();
  }
  console.log(`\nGlass to glass, seconds; the baseline is ${baseline} over the same link in the same browser:`);
  console.log(latencyTable(done));
  if (minutes !== undefined) console.log(`\nDrift, seconds:\n${driftTable(done)}`);
}

const wasQuiet = watchLoad();
await main();
console.log(wasQuiet());
