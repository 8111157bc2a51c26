import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';
import { encoderOf } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { pictureMoves } from '../support/watching.ts';

/** What the page has fetched so far. */
const fetched = `performance.getEntriesByType('resource').map(({ name }) => name)`;

describe('the page with hls.js', () => {
  let server: Onioncast;

  async function start(): Promise<void> {
    await server?.close();
    server = await Onioncast.start();
    await server.event('stream', (event) => event.state === 'live');
  }

  beforeAll(start);
  beforeSecondTry(start);

  afterAll(async () => {
    await server?.close();
  });

  async function withPage(
    browser: 'chromium' | 'firefox',
    path: string,
    act: (page: BrowserPage) => Promise<void>,
  ): Promise<void> {
    const page = await openBrowser(browser, { script: true });
    try {
      await page.goto(`${server.url}${path}`);
      await act(page);
    } finally {
      await page.close();
    }
  }

  for (const browser of ['chromium', 'firefox'] as const) {
    it(`plays in ${browser} with low latency: part by part, and again by itself after the encoder has died`, async () => {
      await withPage(browser, '/?player=hls', async (page) => {
        await pictureMoves(page);
        const names = await page.until<string[]>(
          `(() => { const names = ${fetched}; return names.some((name) => /_HLS_msn=\\d+&_HLS_part=\\d/.test(name)) && names; })()`,
        );
        expect(names.some((name) => /\/\d+\.\d+\.m4s$/.test(name))).toBe(true);
        expect(names.filter((name) => /\/stream\/[^/]*\.mp4/.test(name))).toEqual([]);
        const back = server.nextEvent('stream', (event) => event.state === 'live');
        process.kill(encoderOf(server.pid).pid, 'SIGKILL');
        await back;
        await pictureMoves(page);
        await pictureMoves(page);
      });
    });
  }

  it('has our controls: pause, quality, and how far behind live it is', async () => {
    await withPage('chromium', '/?videojs=1', async (page) => {
      await pictureMoves(page);
      await page.evaluate(`document.querySelector('[data-do=play]').click()`);
      await page.until(`document.querySelector('video').paused`);
      await page.evaluate(`document.querySelector('[data-do=play]').click()`);
      await page.until(`!document.querySelector('video').paused`);
      await page.evaluate(
        `(() => { const q = document.getElementById('quality'); q.value = '240p'; q.dispatchEvent(new Event('change')); })()`,
      );
      await page.until(`document.querySelector('video').videoHeight === 240`);
    });
  });

  it('is not loaded by whoever did not ask for it', async () => {
    await withPage('chromium', '/', async (page) => {
      await pictureMoves(page);
      expect((await page.evaluate<string[]>(fetched)).filter((name) => /hls|m3u8/.test(name))).toEqual([]);
    });
  });

  it('without script holds a video of the playlist and the way back', async () => {
    const page = await openBrowser('chromium', { script: false });
    try {
      await page.goto(`${server.url}/?player=hls&script=0`);
      expect(await page.evaluate(`document.querySelector('video').src`)).toMatch(/\/stream\.m3u8$/);
      expect(await page.evaluate(`document.querySelector('.hls-note a').getAttribute('href')`)).toMatch(
        /\/\?script=0$/,
      );
    } finally {
      await page.close();
    }
  });
});
