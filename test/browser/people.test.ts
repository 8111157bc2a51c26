import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';

const browsers: readonly BrowserName[] = ['chromium', 'firefox'];
const phone = { width: 400, height: 800 };

/** Clicks the middle of what the expression gives, once it has come to rest; `frame` is the frame around it. */
async function clickOn(page: BrowserPage, expression: string, frame = 'null'): Promise<void> {
  const { x, y } = await page.until<{ x: number; y: number }>(`(() => {
    const element = ${expression};
    if (!element) return null;
    const outer = ${frame} ? ${frame}.getBoundingClientRect() : { x: 0, y: 0 };
    const r = element.getBoundingClientRect();
    const place = { x: outer.x + r.x + r.width / 2, y: outer.y + r.y + r.height / 2 };
    const isSame = window.lastPlace === JSON.stringify(place);
    if (!isSame) window.lastSeen = performance.now();
    window.lastPlace = JSON.stringify(place);
    return isSame && r.width > 0 && performance.now() - window.lastSeen > 700 ? place : null;
  })()`);
  await page.click(x, y);
}

const toggle = `document.getElementById('people-toggle')`;
const frame = `document.querySelector('iframe[name=chat]')`;

describe.each(browsers)('the list of people in %s', (browser) => {
  let server: Onioncast;

  beforeAll(async () => {
    server = await Onioncast.start({
      args: ['--no-tor', '--source', 'none'],
      env: { ONIONCAST_PEOPLE_REFRESH: '10s' },
    });
  });

  afterAll(async () => {
    await server.close();
  });

  it('takes the place of the messages, fills itself while it is open, and goes with Escape', async () => {
    const page = await openBrowser(browser, { script: true, ...phone });
    try {
      await page.goto(`${server.url}/`);
      await clickOn(page, toggle);
      await page.until(`document.getElementById('people').innerText.includes('(you)')`);
      expect(await page.evaluate(`${toggle}.getAttribute('aria-expanded')`)).toBe('true');
      expect(await page.evaluate(`${toggle}.innerText`)).toMatch(/^People \([1-9]\)$/u);
      expect(await page.evaluate(`getComputedStyle(document.getElementById('chat-box')).display`)).toBe('none');
      await page.press('Escape');
      await page.until(`document.getElementById('people').hidden`);
      expect(await page.evaluate(`${toggle}.getAttribute('aria-expanded')`)).toBe('false');
      expect(await page.evaluate(`document.activeElement.id`)).toBe('people-toggle');
      expect(await page.evaluate(`getComputedStyle(document.getElementById('chat-box')).display`)).toBe('flex');
    } finally {
      await page.close();
    }
  });

  it('stands in the frame of the messages without script, renews itself, and leads back', async () => {
    const page = await openBrowser(browser, { script: false, ...phone });
    try {
      await page.goto(`${server.url}/`);
      await clickOn(page, `document.querySelector('a[href$="/people"]')`);
      const isWhole = `${frame}.contentDocument.readyState === 'complete'`;
      await page.until(`${isWhole} && ${frame}.contentDocument.body.innerText.includes('(you)')`);
      const width = `${frame}.contentDocument.documentElement`;
      expect(await page.evaluate(`${width}.scrollWidth <= ${width}.clientWidth`)).toBe(true);
      await clickOn(page, `${frame}.contentDocument.querySelector('a[href$="/chat"]')`, frame);
      await page.until(`${frame}.contentDocument.querySelector('.chat-log') !== null`);
    } finally {
      await page.close();
    }
  });
});
