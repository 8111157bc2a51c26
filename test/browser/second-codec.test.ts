import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';
import { encoderOf } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { pictureMoves, videoExpression } from '../support/watching.ts';

/** A Firefox on a Linux without FFmpeg's libraries: no H.264. */
const withoutH264 = { 'media.ffmpeg.enabled': false, 'media.gmp-gmpopenh264.enabled': false } as const;
const modes = [
  { mode: 'with script', script: true },
  { mode: 'without script', script: false },
];

describe('a second codec', () => {
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

  async function open(browser: BrowserName, script: boolean, more: object = {}): Promise<BrowserPage> {
    const page = await openBrowser(browser, { script, preferences: { ...(script ? {} : likeTorBrowser()), ...more } });
    await page.goto(`${server.url}/`);
    return page;
  }

  /** How often its encoder has been started. */
  async function runs(): Promise<number> {
    const health = await (await fetch(`${server.url}/healthz`)).json();
    return health.secondEncoder.run;
  }

  // First, while nobody has needed it yet.
  for (const browser of ['chromium', 'firefox'] as const) {
    for (const { mode, script } of modes) {
      it(`is never encoded for ${browser} ${mode}, which has the first`, async () => {
        const page = await open(browser, script);
        try {
          await pictureMoves(page);
          expect(await runs()).toBe(0);
          expect(() => encoderOf(server.pid)).not.toThrow();
        } finally {
          await page.close();
        }
      });
    }
  }

  it('has sound alone beside it, which such a Firefox plays, too', async () => {
    const page = await open('firefox', false, withoutH264);
    try {
      // A document without end: nobody waits for it to have been read.
      await page.evaluate(`void (location.href = '/player?view=a-view-key-of-22-chars&r=audio')`);
      await page.until(`location.pathname === '/player' && document.querySelector('video').currentTime > 0.5`);
      expect(await page.evaluate(`document.querySelector('video').videoWidth`)).toBe(0);
    } finally {
      await page.close();
    }
  });

  for (const { mode, script } of modes) {
    it(`plays in a Firefox without H.264 ${mode}`, async () => {
      const page = await open('firefox', script, withoutH264);
      try {
        await pictureMoves(page);
        expect(await runs()).toBeGreaterThan(0);
        expect(await page.evaluate(`${videoExpression}.videoHeight`)).toBe(360);
        if (!script) expect(await page.evaluate(`${videoExpression}.currentSrc`)).toContain('/stream/360p-vp9.mp4');
      } finally {
        await page.close();
      }
    });
  }
});
