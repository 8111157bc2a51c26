/**
 * Glass to glass: a clock drawn into the raw frames of a publisher is read back from the picture that a real browser shows.
 * Modes: script (our player), noscript (player frame, which begins by itself), hls (hls.js on our playlist). Links: loopback, and 500 ms of round
 * trip at 2 Mbit/s.
 *
 *   npm run bench:latency -- [--seconds 30] [--browser chromium|firefox] [--mode script|noscript|hls] [--link loopback|delayed]
 */
import { parseArgs } from 'node:util';
import { type BrowserName, type BrowserPage, openBrowser } from '../test/support/browsers.ts';
import { startDelayProxy } from '../test/support/delay-proxy.ts';
import { Onioncast } from '../test/support/onioncast.ts';
import { readClockExpression } from './support/clock-pattern.ts';
import { ClockPublisher } from './support/clock-publisher.ts';
import { type Front, startFront } from './support/front.ts';
import { quantile, seconds, table } from './support/statistics.ts';

type Mode = 'script' | 'noscript' | 'hls';
type Link = 'loopback' | 'delayed';

interface Measurement {
  readonly browser: BrowserName;
  readonly mode: Mode;
  readonly link: Link;
  readonly firstPictureMs: number;
  readonly latenciesMs: readonly number[];
}

const roundTripMs = 500;
const delayedBytesPerSecond = 250_000;
/** Start-up is not steady state: what is measured before this much time has passed is left out of the quantiles. */
const warmUpMs = 8_000;

/** What the prototypes reached, in seconds: the medians to be at least as good as. */
const baseline: Record<Link, Record<Mode, string>> = {
  loopback: { script: '0.40', noscript: '1.50', hls: '-' },
  delayed: { script: '0.90', noscript: '1.90', hls: '-' },
};

const paths: Record<Mode, string> = {
  script: '/',
  noscript: '/?script=0',
  hls: '/bench/hls.html',
};
const framedVideo =
  '[...document.querySelectorAll("iframe")].map((f) => f.contentDocument && f.contentDocument.querySelector("video")).find(Boolean)';
const videos: Record<Mode, string> = {
  script: 'document.querySelector("video")',
  noscript: framedVideo,
  hls: 'document.querySelector("video")',
};

async function measure(
  browser: BrowserName,
  mode: Mode,
  link: Link,
  origin: string,
  forMs: number,
): Promise<Measurement> {
  const page = await openBrowser(browser, {
    script: browser === 'chromium' || mode === 'script' || mode === 'hls',
    width: 1000,
    height: 600,
  });
  try {
    const start = Date.now();
    await page.goto(`${origin}${paths[mode]}`);
    const expression = readClockExpression(videos[mode]);
    const samples: { at: number; latency: number }[] = [];
    while (Date.now() - start < warmUpMs + forMs) {
      const reading = await read(page, expression);
      if (reading !== null) samples.push({ at: reading.now - start, latency: reading.now - reading.shown });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return {
      browser,
      mode,
      link,
      firstPictureMs: samples[0]?.at ?? Number.NaN,
      latenciesMs: samples.filter((sample) => sample.at > warmUpMs).map((sample) => sample.latency),
    };
  } finally {
    await page.close();
  }
}

async function read(page: BrowserPage, expression: string): Promise<{ now: number; shown: number } | null> {
  try {
    return await page.evaluate<{ now: number; shown: number } | null>(expression);
  } catch {
    // The frame is being loaded again.
    return null;
  }
}

function report(all: readonly Measurement[]): void {
  const header = ['browser', 'mode', 'link', 'first picture', 'p50', 'p95', 'max', 'samples', 'prototype p50', 'ratio'];
  const rows = all.map((one) => {
    const median = quantile(one.latenciesMs, 0.5);
    const reference = baseline[one.link][one.mode];
    const ratio = reference === '-' ? '-' : (median / 1000 / Number(reference)).toFixed(2);
    const { browser, mode, link } = one;
    const figures = [one.firstPictureMs, median, quantile(one.latenciesMs, 0.95), Math.max(...one.latenciesMs)];
    return [browser, mode, link, ...figures.map(seconds), String(one.latenciesMs.length), reference, ratio];
  });
  console.log(table([header, ...rows]));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      browser: { type: 'string' },
      mode: { type: 'string' },
      link: { type: 'string' },
    },
  });
  const browsers = (['chromium', 'firefox'] as const).filter((name) => (values.browser ?? name) === name);
  const modes = (['script', 'noscript', 'hls'] as const).filter((name) => (values.mode ?? name) === name);
  const links = (['loopback', 'delayed'] as const).filter((name) => (values.link ?? name) === name);

  const server = await Onioncast.start({ args: ['--no-tor', '--source', 'none'] });
  const { server: rtmp, key } = await server.event('ingest');
  const publisher = new ClockPublisher(`${rtmp}/${key}`);
  let front: Front | undefined;
  const done: Measurement[] = [];
  try {
    await server.event('stream', (event) => event.state === 'live');
    front = await startFront(server.url);
    for (const link of links) {
      const path = { oneWayMs: roundTripMs / 2, jitterMs: 0, bytesPerSecond: delayedBytesPerSecond };
      const proxy = await startDelayProxy({ target: { port: front.port }, ...path });
      try {
        for (const browser of browsers) {
          for (const mode of modes) {
            const origin = link === 'delayed' ? `http://127.0.0.1:${proxy.port}` : `http://127.0.0.1:${front.port}`;
            const one = await measure(browser, mode, link, origin, Number(values.seconds) * 1000);
            done.push(one);
            report([one]);
          }
        }
      } finally {
        await proxy.close();
      }
    }
    console.log('\nGlass to glass, seconds:');
    report(done);
  } finally {
    await publisher.stop();
    await front?.close();
    await server.close();
  }
}

await main();
