import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';
import { encoderOf } from '../support/processes.ts';

/** Where the picture is, with and without script. */
const videoExpression = `(document.querySelector('video') || [...document.querySelectorAll('iframe')]
  .map((frame) => frame.contentDocument && frame.contentDocument.querySelector('video')).find(Boolean))`;

const cases: { browser: BrowserName; script: boolean }[] = [
  { browser: 'chromium', script: true },
  { browser: 'chromium', script: false },
  { browser: 'firefox', script: true },
  { browser: 'firefox', script: false },
];

describe('the watch page in real browsers', () => {
  let server: Onioncast;

  beforeAll(async () => {
    server = await Onioncast.start();
    await server.event('stream', (event) => event.state === 'live');
  });

  afterAll(async () => {
    await server.close();
  });

  async function open(browser: BrowserName, script: boolean): Promise<BrowserPage> {
    const page = await openBrowser(browser, { script, preferences: script ? {} : likeTorBrowser() });
    await page.goto(`${server.url}/`);
    return page;
  }

  /** Two pictures of the page differ where the test card moves; the clock of the element goes on. */
  async function moves(page: BrowserPage): Promise<void> {
    await page.until(`${videoExpression} && ${videoExpression}.currentTime > 0 && ${videoExpression}.videoWidth > 0`);
    const before = await page.evaluate<number>(`${videoExpression}.currentTime`);
    const first = await page.screenshot();
    await page.until(`${videoExpression}.currentTime > ${before} + 0.5`);
    const second = await page.screenshot();
    expect(first.equals(second)).toBe(false);
  }

  for (const { browser, script } of cases) {
    const mode = `${browser} ${script ? 'with' : 'without'} script`;

    it(`shows a moving picture in ${mode}, and again after the encoder has died`, async () => {
      const page = await open(browser, script);
      try {
        await moves(page);
        const back = server.nextEvent('stream', (event) => event.state === 'live');
        process.kill(encoderOf(server.pid).pid, 'SIGKILL');
        await back;
        // The element may be another one by now; its picture must go on without anybody's hand.
        await moves(page);
        await moves(page);
      } finally {
        await page.close();
      }
    });

    it(`carries a message both ways in ${mode}`, async () => {
      const text = `hello from ${mode}`;
      const page = await open(browser, script);
      const watcher = await openBrowser('chromium', { script: true });
      try {
        await watcher.goto(`${server.url}/`);
        await watcher.until(`document.querySelector('video')`);
        await typeMessage(page, text);
        const rows = `[document, ...[...document.querySelectorAll('iframe')].map((f) => f.contentDocument)]
          .filter(Boolean).map((d) => d.body ? d.body.innerText : '').join('\\n')`;
        await watcher.until(`(${rows}).includes(${JSON.stringify(text)})`);
        await page.until(`(${rows}).includes(${JSON.stringify(text)})`);
      } finally {
        await page.close();
        await watcher.close();
      }
    });
  }
});

/** Writes into the chat form as a person does: click, type, send. */
async function typeMessage(page: BrowserPage, text: string): Promise<void> {
  const place = await page.until<{ x: number; y: number; inFrame: boolean }>(`(() => {
    const visible = (area) => area && area.getBoundingClientRect().width > 0;
    const own = document.querySelector('textarea');
    if (visible(own)) { const r = own.getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2, inFrame: false }; }
    for (const frame of document.querySelectorAll('iframe')) {
      const area = frame.contentDocument && frame.contentDocument.querySelector('textarea');
      if (!visible(area)) continue;
      const outer = frame.getBoundingClientRect(), r = area.getBoundingClientRect();
      return { x: outer.x + r.x + r.width / 2, y: outer.y + r.y + r.height / 2, inFrame: true };
    }
    return null;
  })()`);
  await page.click(place.x, place.y);
  await page.type(text);
  if (!place.inFrame) {
    await page.press('Enter');
    return;
  }
  // Without script Enter breaks the line; the button is what comes next.
  await page.press('Tab');
  await page.press('Enter');
}
