import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';
import { encoderOf } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { pictureMoves, say, textAppears, videoExpression } from '../support/watching.ts';

const cases: { browser: BrowserName; script: boolean }[] = [
  { browser: 'chromium', script: true },
  { browser: 'chromium', script: false },
  { browser: 'firefox', script: true },
  { browser: 'firefox', script: false },
];

const player = `document.querySelector('iframe[name=player]').contentDocument`;
const strip = `${player}.querySelector('iframe').contentDocument`;

describe('the watch page in real browsers', () => {
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

  async function open(browser: BrowserName, script: boolean): Promise<BrowserPage> {
    const page = await openBrowser(browser, { script, preferences: script ? {} : likeTorBrowser() });
    await page.goto(`${server.url}/`);
    return page;
  }

  it('begins by itself in Chromium without script, since it is told a length', async () => {
    const page = await open('chromium', false);
    try {
      await page.until<boolean>(
        `(() => { const v = ${videoExpression}; return v && !v.paused && v.readyState === 4 && v.duration > 1e8; })()`,
      );
    } finally {
      await page.close();
    }
  });

  for (const browser of ['chromium', 'firefox'] as const) {
    it(`plays in ${browser} without script from the page itself, with a strip that is brought up to date and leads on to sound`, async () => {
      const page = await open(browser, false);
      try {
        await pictureMoves(page);
        expect(await page.evaluate(`${player}.URL`)).toBe('about:srcdoc');
        await writeFile(path.join(server.data, 'title.txt'), `seen in ${browser}\n`);
        await page.until(
          `getComputedStyle(${strip}.querySelector('#title'), '::after').content.includes('seen in ${browser}')`,
        );
        expect(await page.evaluate(`${player}.URL`)).toBe('about:srcdoc');
        await page.evaluate(`${strip}.querySelector('.choices a').click()`);
        await page.until(`${player}.URL.includes('sound=1') && !${player}.querySelector('video').muted`);
      } finally {
        await page.close();
      }
    });
  }

  for (const { browser, script } of cases) {
    const mode = `${browser} ${script ? 'with' : 'without'} script`;

    it(`shows a moving picture in ${mode}, and again by itself after the encoder has died`, async () => {
      const page = await open(browser, script);
      try {
        await pictureMoves(page);
        const back = server.nextEvent('stream', (event) => event.state === 'live');
        process.kill(encoderOf(server.pid).pid, 'SIGKILL');
        await back;
        await pictureMoves(page);
        await pictureMoves(page);
      } finally {
        await page.close();
      }
    });

    it(`carries a message from ${mode} to another viewer and back`, async () => {
      const text = `hello from ${mode}`;
      const page = await open(browser, script);
      const watcher = await open('chromium', true);
      try {
        await say(page, text);
        await textAppears(watcher, text);
        await textAppears(page, text);
        const answer = `answer to ${mode}`;
        await say(watcher, answer);
        await textAppears(page, answer);
      } finally {
        await page.close();
        await watcher.close();
      }
    });
  }
});
