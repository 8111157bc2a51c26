import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BrowserName, type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { startHeaderProxy } from '../support/header-proxy.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { pictureMoves } from '../support/watching.ts';

const player = `document.querySelector('iframe[name=player]').contentDocument`;
/** The document with the choices: the player's own, or the strip in the first one. */
const choices = `(() => {
  const frame = ${player};
  return frame.URL === 'about:srcdoc' ? frame.querySelector('iframe').contentDocument : frame;
})()`;

/** Whether a notice of that document can be read. */
const seen = (notice: string): string =>
  `${choices}.querySelector('${notice}').checkVisibility({ visibilityProperty: true })`;

describe.each<BrowserName>(['firefox', 'chromium'])('the player without script in %s', (browser) => {
  let server: Onioncast;
  let page: BrowserPage;

  beforeAll(async () => {
    server = await Onioncast.start({ env: { ONIONCAST_ENCODER_LADDER: '240p' } });
    await server.event('stream', (event) => event.state === 'live');
    await open();
  });

  // Somebody else, who has chosen nothing.
  beforeSecondTry(async () => {
    await page?.close();
    await open();
  });

  async function open(): Promise<void> {
    page = await openBrowser(browser, { script: false, preferences: likeTorBrowser() });
    await page.goto(`${server.url}/`);
  }

  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  const linkTo = (name: string): string => `${choices}?.querySelector('.qualities a[href*="r=${name}"]')`;
  const isSoundAlone = `${choices}?.querySelector('.qualities [aria-current]')?.innerText.startsWith('Sound only')`;

  async function choose(name: string): Promise<void> {
    const link = linkTo(name);
    await page.until(`!!${link}`);
    await page.evaluate(`${link}.click()`);
  }

  it('says what is played, and plays sound alone under a still screen when that is chosen', async () => {
    await page.until(`${choices}?.querySelector('#playing')?.innerText === '240p'`);
    await choose('audio');
    await page.until(`(() => {
      const video = ${player}.querySelector('video');
      const screen = ${player}.querySelector('.sound-only');
      return video && screen && screen.getBoundingClientRect().height > 50 && video.videoWidth === 0 && video.currentTime > 0.5;
    })()`);
  });

  it('remembers the choice for the next page', async () => {
    const chosen = await page.until<string>(`${isSoundAlone} ? 'already' : ${linkTo('audio')} ? 'not yet' : ''`);
    if (chosen === 'not yet') await choose('audio');
    await page.until(isSoundAlone);
    await page.goto(`${server.url}/`);
    await page.until(isSoundAlone);
    expect(await page.evaluate(`${player}.URL`)).toBe('about:srcdoc');
    await choose('auto');
    await pictureMoves(page);
  });

  it('shows two lines of a long title on a phone above all that can be chosen, and the rest of it to whoever touches it', async () => {
    const title =
      'Evening at the harbour, with boats and tides, and a long talk about both of them until the last ferry has left the quay';
    await writeFile(path.join(server.data, 'title.txt'), `${title}\n`);
    // The page keeps room for the title that it is made with.
    await vi.waitUntil(async () => (await (await fetch(server.url)).text()).includes(title), patience);
    const phone = await openBrowser(browser, { script: false, width: 390, height: 844, preferences: likeTorBrowser() });
    try {
      await phone.goto(`${server.url}/`);
      await phone.until(`${choices}?.querySelector('.info-title')?.textContent === ${JSON.stringify(title)}`);
      const root = `${choices}.documentElement`;
      await phone.until(`${root}.scrollHeight <= ${root}.clientHeight`);
      const heading = `${choices}.querySelector('.info-title')`;
      const height = `${heading}.getBoundingClientRect().height`;
      expect(await phone.evaluate(height)).toBe(48);
      // Whatever can be chosen has its place below it.
      const lowest = `[...${choices}.querySelectorAll('.info a, .info .hint')].map((each) => each.getBoundingClientRect().bottom)`;
      await phone.until(`Math.max(...${lowest}) <= ${choices}.documentElement.clientHeight`);
      await phone.evaluate(`${heading}.focus()`);
      await phone.until(`${height} > 48 && ${heading}.scrollHeight <= ${heading}.clientHeight`);
    } finally {
      await phone.close();
    }
  });

  it('says so when nothing arrives any more, and no longer when something does', async () => {
    const notice = `getComputedStyle(${choices}.querySelector('.lost')).visibility`;
    await page.until(`!!${choices}?.querySelector('.lost')`);
    expect(await page.evaluate(notice)).toBe('hidden');
    process.kill(server.pid, 'SIGSTOP');
    try {
      await page.until(`${notice} === 'visible'`);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await page.until(`${notice} === 'hidden'`);
  });

  it('says that media must be clicked for, where the browser blocks it', async () => {
    const front = await startHeaderProxy({ upstream: server.url, policy: { 'media-src': "'none'" } });
    const other = await openBrowser(browser, { script: false, preferences: likeTorBrowser() });
    try {
      await other.goto(`${front.url}/`);
      await other.until(`!!${choices}?.querySelector('.blocked') && ${seen('.blocked')}`);
      expect(await other.evaluate(seen('.no-format'))).toBe(false);
    } finally {
      await other.close();
      await front.close();
    }
    expect(await page.evaluate(seen('.blocked'))).toBe(false);
  });

  it.runIf(browser === 'firefox')('says that the browser plays none of the formats', async () => {
    const preferences = { ...likeTorBrowser(), 'media.mp4.enabled': false };
    const other = await openBrowser(browser, { script: false, preferences });
    try {
      await other.goto(`${server.url}/`);
      await other.until(`!!${choices}?.querySelector('.no-format') && ${seen('.no-format')}`);
      expect(await other.evaluate(seen('.blocked'))).toBe(false);
    } finally {
      await other.close();
    }
  });
});
