import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, openBrowser } from '../support/browsers.ts';
import { type DelayProxy, startDelayProxy } from '../support/delay-proxy.ts';
import { type HeaderProxy, startHeaderProxy } from '../support/header-proxy.ts';
import { Onioncast } from '../support/onioncast.ts';
import {
  chooseQuality,
  frozenSeconds,
  pageTime,
  playing,
  recorded,
  startRecording,
  tell,
} from '../support/playback.ts';

/** As some circuits are: a hold-back that bridges this bridges a busy machine too. */
const shaky = { oneWayMs: 100, jitterMs: 300 };
const calm = { oneWayMs: 100, jitterMs: 0 };
/** As little work for the encoder as possible: what is looked at here is the player. */
const light = {
  ONIONCAST_ENCODER_LADDER: '360p,240p',
  ONIONCAST_ENCODER_PRESET: 'ultrafast',
  ONIONCAST_ENCODER_FRAME_RATE: '15',
};
const height = (pixels: number): string => `document.querySelector('video').videoHeight === ${pixels}`;

/** What was lost in a change: the media events beside that of the change itself, and pictures that stood. */
async function changeTo(page: BrowserPage, pixels: number): Promise<string[]> {
  const since = await pageTime(page);
  await chooseQuality(page, `${pixels}p`);
  await page.until(height(pixels));
  await page.until(`performance.now() / 1000 > ${(await pageTime(page)) + 0.7}`);
  const recording = await recorded(page);
  const events = recording.events.filter(({ at, type }) => at >= since && type !== 'resize').map(({ type }) => type);
  const frozen = frozenSeconds(recording, since, 0.3);
  return frozen === 0 ? events : [...events, `a picture stood for ${frozen.toFixed(1)} s`];
}

function areTwoClean(gaps: readonly string[][]): boolean {
  return gaps.length > 1 && gaps.slice(-2).every((each) => each.length === 0);
}

describe('the quality, with script', () => {
  let server: Onioncast;
  let front: HeaderProxy;
  let link: DelayProxy;

  beforeAll(async () => {
    server = await Onioncast.start({ env: light });
    await server.event('stream', (event) => event.state === 'live');
    front = await startHeaderProxy({ upstream: server.url });
    link = await startDelayProxy({ target: { port: Number(new URL(front.url).port) }, ...shaky });
  });

  afterAll(async () => {
    await link?.close();
    await front?.close();
    await server?.close();
  });

  for (const browser of ['chromium', 'firefox'] as const satisfies BrowserName[]) {
    it(`is changed by hand in ${browser} without a gap: nothing is waited for, nothing sought, no picture stands`, async () => {
      const page = await openBrowser(browser, { script: true });
      try {
        await page.goto(`http://127.0.0.1:${link.port}/`);
        await playing(page);
        await chooseQuality(page, '360p');
        // The hold-back that this link needs is learnt.
        await page.until(`${height(360)} && performance.now() > 10000`);
        await startRecording(page);
        // A busy machine makes pictures stand too, now and then; a change that cost one would cost it every time.
        const gaps: string[][] = [];
        for (let change = 0; change < 8 && !areTwoClean(gaps); change += 1) {
          gaps.push(await changeTo(page, change % 2 === 0 ? 240 : 360));
        }
        expect(gaps.slice(-2)).toEqual([[], []]);
      } finally {
        await page.close();
      }
    });
  }

  it('goes down by itself when the link gets narrow, and up again when it is wide', async () => {
    const page = await openBrowser('chromium', { script: true });
    link.change(calm);
    try {
      await page.goto(`http://127.0.0.1:${link.port}/`);
      await playing(page);
      await page.until(height(360));
      await startRecording(page);
      const narrowAt = await pageTime(page);
      link.change({ ...calm, bytesPerSecond: 36_000 });
      await page.until(height(240), 60_000);
      const downAt = await pageTime(page);
      link.change(calm);
      await page.until(height(360), 90_000);
      const upAt = await pageTime(page);
      const frozen = frozenSeconds(await recorded(page), narrowAt);
      tell(
        `narrow: 240p after ${(downAt - narrowAt).toFixed(1)} s; wide: 360p after ${(upAt - downAt).toFixed(1)} s; the picture stood for ${frozen.toFixed(1)} s in all`,
      );
      expect(downAt - narrowAt).toBeLessThan(20);
    } finally {
      link.change(shaky);
      await page.close();
    }
  });
});
