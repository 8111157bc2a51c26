/**
 * What a bad line does to the picture, through the onion service in a private Tor network: the line stands still for 3 s and for 10 s, or falls to
 * 300 kbit/s for a minute and recovers, with and without the server's adaptation.
 *
 *   npm run bench:stall -- [--case 3s,10s,fall] [--browser chromium,firefox] [--mode noscript,script] [--adapt on,off] [--fall-seconds 60]
 */
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserName, launchBrowser } from '../test/support/browsers.ts';
import { farPath, type ShapedClient, unevenPath } from '../test/support/shaped-tor.ts';
import { attempt } from './support/attempt.ts';
import { chosen, positive } from './support/choices.ts';
import { type Mode, mayRunScript, modes } from './support/modes.ts';
import { latenciesOf, medianLatency, playbackOf, recoveredAfter } from './support/playback.ts';
import { ageAtServer } from './support/server-age.ts';
import { watchLoad } from './support/load.ts';
import { quantile, seconds, table } from './support/statistics.ts';
import { Watcher } from './support/watcher.ts';
import { type Link, World } from './support/world.ts';

const cases = ['3s', '10s', 'fall'] as const;
type Case = (typeof cases)[number];

const adaptations = ['on', 'off'] as const;
type Adaptation = (typeof adaptations)[number];

interface Outcome {
  readonly case: Case;
  readonly browser: BrowserName;
  readonly mode: Mode;
  readonly adapt: Adaptation;
  readonly beforeMs: number;
  readonly peakMs: number;
  readonly afterMs: number;
  /** From the end of the trouble; NaN if not within what was watched. */
  readonly recoveredMs: number;
  readonly rebuffers: number;
  readonly rebufferMs: number;
  readonly soundAloneMs: number;
  readonly watchedMs: number;
  readonly atServerMs: number;
  readonly heights: readonly number[];
}

const firstPictureWithinMs = 60_000;
const warmUpMs = 10_000;
const calmMs = 10_000;
/** How long the viewer is watched after the trouble. */
const afterMs: Record<Case, number> = { '3s': 40_000, '10s': 60_000, fall: 60_000 };
/** Latency is normal while it is at most this much above the median of before. */
const normalMarginMs = 300;
const fallenBytesPerSecond = 37_500;
const linkOf: Record<Case, Link> = { '3s': 'tor-delayed', '10s': 'tor-delayed', fall: 'tor-jitter' };

/** Makes the trouble, and resolves when it is over. */
async function trouble(kind: Case, client: ShapedClient, fallMs: number): Promise<void> {
  if (kind === 'fall') {
    client.change({ ...unevenPath, bytesPerSecond: fallenBytesPerSecond });
    await pause(fallMs);
    client.change(unevenPath);
    return;
  }
  const forMs = Number.parseInt(kind, 10) * 1000;
  client.stall(forMs);
  await pause(forMs);
}

async function play(
  world: World,
  plan: Pick<Outcome, 'case' | 'browser' | 'mode' | 'adapt'>,
  client: ShapedClient,
  fallMs: number,
): Promise<Outcome> {
  const { browser, mode } = plan;
  client.change(plan.case === 'fall' ? unevenPath : farPath);
  const running = await launchBrowser(browser, {
    ...{ script: mayRunScript(browser, mode), width: 1000, height: 600 },
    socksPort: client.socksPort,
  });
  try {
    const watcher = await Watcher.open(running, await world.address(mode, linkOf[plan.case]));
    if (!(await watcher.firstPicture(firstPictureWithinMs))) throw new Error('no picture came');
    await pause(warmUpMs + calmMs);
    const fromMs = watcher.ageMs;
    await trouble(plan.case, client, fallMs);
    const toMs = watcher.ageMs;
    await pause(afterMs[plan.case]);
    await watcher.close();
    const atServerMs = await ageAtServer(world.server.url);
    const [before, since] = [watcher.between(fromMs - calmMs, fromMs), watcher.between(fromMs)];
    const normalMs = medianLatency(before);
    return {
      ...plan,
      beforeMs: normalMs,
      peakMs: quantile(latenciesOf(since), 1),
      afterMs: medianLatency(watcher.between(toMs + afterMs[plan.case] - calmMs)),
      recoveredMs: recoveredAfter(since, toMs, normalMs + normalMarginMs),
      ...playbackOf(since),
      atServerMs,
      watchedMs: (since.at(-1)?.atMs ?? fromMs) - fromMs,
      heights: since.map(({ height }) => height).filter((height, index, all) => height !== all[index - 1]),
    };
  } finally {
    await running.close();
  }
}

function report(all: readonly Outcome[]): string {
  const header = [
    ...['case', 'browser', 'mode', 'adaptation', 'p50 before', 'peak', 'p50 at the end', 'normal after'],
    ...['rebuffers/min', 'rebuffer s', 'sound alone s', 'at the server', 'heights'],
  ];
  const rows = all.map((one) => [
    ...[one.case, one.browser, one.mode, one.adapt],
    ...[one.beforeMs, one.peakMs, one.afterMs, one.recoveredMs].map(seconds),
    ((one.rebuffers * 60_000) / one.watchedMs).toFixed(1),
    ...[one.rebufferMs, one.soundAloneMs, one.atServerMs].map(seconds),
    one.heights.join(' '),
  ]);
  return table([header, ...rows]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      browser: { type: 'string' },
      mode: { type: 'string', default: 'noscript,script' },
      adapt: { type: 'string' },
      'fall-seconds': { type: 'string', default: '60' },
    },
  });
  const fallMs = positive('fall-seconds', values['fall-seconds']) * 1000;
  const wantedCases = chosen('case', values.case, cases);
  const done: Outcome[] = [];
  for (const adapt of chosen('adapt', values.adapt, adaptations)) {
    // A line that stands still says nothing about adaptation.
    const played = adapt === 'on' ? wantedCases : wantedCases.filter((kind) => kind === 'fall');
    if (played.length === 0) continue;
    const world = await World.start({ tor: true, env: adapt === 'on' ? {} : { ONIONCAST_LIVE_ADAPT: 'false' } });
    try {
      const client = await world.client('tor-delayed');
      if (client === undefined) throw new Error('there is no Tor network');
      for (const kind of played) {
        for (const browser of chosen('browser', values.browser, ['chromium', 'firefox'])) {
          for (const mode of chosen('mode', values.mode, modes)) {
            await world.prepare(mode);
            const one = await attempt(`${kind}, ${browser}, ${mode}`, () =>
              play(world, { case: kind, browser, mode, adapt }, client, fallMs),
            );
            if (one === undefined) continue;
            done.push(one);
            console.log(report([one]));
          }
        }
      }
    } finally {
      await world.close();
    }
  }
  console.log('\nSeconds; "normal after" counts from the end of the trouble:');
  console.log(report(done));
}

const wasQuiet = watchLoad();
await main();
console.log(wasQuiet());
