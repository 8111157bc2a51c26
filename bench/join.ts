/**
 * How long somebody waits for the first picture after a click on a link to the page, through the delayed onion service. A *fresh* visitor's tor knows neither
 * the service nor a way to it; a *warm* one has a circuit to it, and the browser nothing: another page of the same person.
 *
 *   npm run bench:join -- [--joins 10] [--browser chromium,firefox] [--mode noscript,script] [--link tor-delayed] [--circuit fresh,warm]
 */
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserName, launchBrowser, type RunningBrowser } from '../test/support/browsers.ts';
import { onionGet } from '../test/support/socks.ts';
import type { ShapedClient } from '../test/support/shaped-tor.ts';
import { attempt } from './support/attempt.ts';
import { chosen, positive } from './support/choices.ts';
import { type Mode, mayRunScript, modes } from './support/modes.ts';
import { watchLoad } from './support/load.ts';
import { quantile, seconds, table } from './support/statistics.ts';
import { Watcher } from './support/watcher.ts';
import { type Link, links, World } from './support/world.ts';

type Circuit = 'fresh' | 'warm';

interface Joins {
  readonly link: Link;
  readonly browser: BrowserName | '-';
  readonly mode: Mode | typeof bare;
  readonly circuit: Circuit;
  /** Until the first picture; NaN where none came. */
  readonly waitsMs: readonly number[];
}

const targetsMs = { p50: 2500, p95: 4000 };
const joinWithinMs = 45_000;
/**
 * tor takes no more than one wish for a new identity in this time. Meanwhile it builds some circuits to nowhere in particular, as any tor that has run for a
 * while has them.
 */
const identityMs = 10_500;
const circuits = ['fresh', 'warm'] as const;
/** One request on a connection of its own, by no browser: what the network takes before any page can begin. */
const bare = 'one bare request';

/** What several joins of one kind have in common. */
interface Visit {
  readonly running: RunningBrowser;
  readonly client: ShapedClient | undefined;
  readonly url: string;
}

async function join({ running, url }: Visit): Promise<number> {
  const watcher = await Watcher.open(running, url);
  await watcher.firstPicture(joinWithinMs);
  await watcher.close();
  return watcher.firstPictureMs;
}

async function ask({ client, url }: Omit<Visit, 'running'>): Promise<number> {
  const { host, pathname } = new URL(url);
  const startedAt = performance.now();
  const asked = onionGet({ socksPort: client?.socksPort ?? 0, host, path: pathname, timeoutMs: joinWithinMs });
  return await asked.then(
    () => performance.now() - startedAt,
    () => Number.NaN,
  );
}

/** `go` comes for the first picture or answer and says how long that took. */
async function againAndAgain(
  client: ShapedClient | undefined,
  circuit: Circuit,
  count: number,
  go: () => Promise<number>,
): Promise<number[]> {
  const waitsMs: number[] = [];
  // The browser's first page pays for the browser's own start; a warm circuit has to be there.
  await go();
  while (waitsMs.length < count) {
    if (circuit === 'fresh') {
      await client?.newIdentity();
      await pause(identityMs);
    }
    waitsMs.push(await go());
  }
  return waitsMs;
}

/** All joins of one browser in one mode. */
async function joinsIn(
  world: World,
  watch: { readonly link: Link; readonly browser: BrowserName; readonly mode: Mode },
  client: ShapedClient | undefined,
  wanted: readonly Circuit[],
  count: number,
): Promise<Joins[]> {
  const { link, browser, mode } = watch;
  await world.prepare(mode);
  const options = { script: mayRunScript(browser, mode), width: 1000, height: 600 };
  const running = await launchBrowser(
    browser,
    client === undefined ? options : { ...options, socksPort: client.socksPort },
  );
  try {
    const url = await world.address(mode, link);
    const all: Joins[] = [];
    for (const circuit of wanted) {
      const waitsMs = await againAndAgain(client, circuit, count, () => join({ running, client, url }));
      all.push({ ...watch, circuit, waitsMs });
    }
    return all;
  } finally {
    await running.close();
  }
}

function report(all: readonly Joins[]): string {
  const header = ['link', 'browser', 'mode', 'circuit', 'p50', 'p95', 'min', 'max', 'joins', 'failed'];
  const rows = all.map(({ link, browser, mode, circuit, waitsMs }) => {
    const came = waitsMs.filter((wait) => !Number.isNaN(wait));
    const figures = [0.5, 0.95, 0, 1].map((fraction) => seconds(quantile(came, fraction)));
    return [link, browser, mode, circuit, ...figures, String(came.length), String(waitsMs.length - came.length)];
  });
  return table([header, ...rows]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      joins: { type: 'string', default: '10' },
      browser: { type: 'string' },
      mode: { type: 'string', default: 'noscript,script' },
      link: { type: 'string', default: 'tor-delayed' },
      circuit: { type: 'string' },
    },
  });
  const count = positive('joins', values.joins);
  const browsers = chosen('browser', values.browser, ['chromium', 'firefox']);
  const wantedLinks = chosen('link', values.link, links);
  const wantedCircuits = chosen('circuit', values.circuit, circuits);
  const world = await World.start({ tor: wantedLinks.some((link) => link !== 'loopback') });
  const done: Joins[] = [];
  try {
    for (const link of wantedLinks) {
      const client = await world.client(link);
      if (client !== undefined) {
        const url = await world.address('script', link);
        for (const circuit of wantedCircuits) {
          const waitsMs = await againAndAgain(client, circuit, count, () => ask({ client, url }));
          done.push({ link, browser: '-', mode: bare, circuit, waitsMs });
        }
        console.log(report(done));
      }
      for (const browser of browsers) {
        for (const mode of chosen('mode', values.mode, modes)) {
          const more = await attempt(`${link}, ${browser}, ${mode}`, () =>
            joinsIn(world, { link, browser, mode }, client, wantedCircuits, count),
          );
          if (more === undefined) continue;
          done.push(...more);
          console.log(report(more));
        }
      }
      await client?.close();
    }
  } finally {
    await world.close();
  }
  console.log(
    `\nFirst picture after the click, seconds; targets: p50 ${seconds(targetsMs.p50)}, p95 ${seconds(targetsMs.p95)}:`,
  );
  console.log(report(done));
}

const wasQuiet = watchLoad();
await main();
console.log(wasQuiet());
