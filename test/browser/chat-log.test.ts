import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BrowserName, type BrowserPage, openBrowser } from '../support/browsers.ts';
import { patience } from '../support/patience.ts';

const assets = path.resolve(import.meta.dirname, '../../dist/assets');
const { style } = JSON.parse(readFileSync(path.join(assets, 'manifest.json'), 'utf8')) as { style: string };

/** The parts of the page that the log and its connection need, and the script that joins them. */
const html = `<!doctype html><html lang="en"><link rel="stylesheet" href="/style.css">
<div style="display:flex;flex-direction:column;height:300px">
  <div id="banner"></div><div id="ballot"></div>
  <div class="chat-box" id="chat-box" tabindex="0"><div class="chat-log" id="chat-log"></div></div>
  <button class="newer" id="newer" hidden></button>
  <p class="chat-notice" id="chat-notice" hidden></p>
</div><script src="/script.js"></script>`;

const source = `
import { ChatLog } from './client/chat-log.ts';
import { Events } from './client/events.ts';
import { byId, showText } from './client/page.ts';
const log = new ChatLog({ newMessages: { one: '{n} new', other: '{n} new' } }, () => undefined);
const nothing = () => undefined;
new Events((after) => '/events?after=' + after, {
  onRow: (row) => log.add(row), onRows: nothing, onRemoved: nothing, onReset: nothing, onBanner: nothing,
  onInfo: nothing, onPeople: nothing, onStanding: nothing,
  onConnected: (is) => showText(byId('chat-notice', HTMLElement), is ? undefined : 'lost'),
});`;

/** What can be told by looking at the page. */
const isInView = (id: number): string => `(() => {
  const row = document.getElementById('m${id}')?.getBoundingClientRect();
  const box = document.getElementById('chat-box').getBoundingClientRect();
  return row !== undefined && row.top >= box.top && row.bottom <= box.bottom;
})()`;
const newer = "(document.getElementById('newer').hidden ? '' : document.getElementById('newer').textContent)";
const notice =
  "(document.getElementById('chat-notice').hidden ? '' : document.getElementById('chat-notice').textContent)";
const rows = "[...document.querySelectorAll('.row')].map(({ id }) => id.slice(1)).join()";

describe.each<BrowserName>(['chromium', 'firefox'])('the log with script in %s', (browser) => {
  let page: BrowserPage;
  let script: string;
  let isRefusing = false;
  let refused = 0;
  let reader: ServerResponse | undefined;
  let asked: string[] = [];
  let lastId = 0;

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') response.setHeader('content-type', 'text/html').end(html);
    else if (pathname === '/script.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (pathname === '/style.css')
      response.setHeader('content-type', 'text/css').end(readFileSync(path.join(assets, path.basename(style))));
    else if (pathname !== '/events' || isRefusing || request.method !== 'GET') {
      if (request.method === 'GET') refused += 1;
      response.writeHead(503).end();
    } else {
      asked.push(String(request.headers['last-event-id'] ?? searchParams.get('after')));
      reader = response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('retry: 200\n\n');
    }
  });

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: process.cwd() },
      ...{ bundle: true, write: false, format: 'iife' },
    });
    script = outputFiles[0]?.text ?? '';
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    page = await openBrowser(browser, { script: true, width: 400, height: 400 });
  });

  beforeEach(async () => {
    isRefusing = false;
    refused = 0;
    asked = [];
    lastId = 0;
    reader = undefined;
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await vi.waitUntil(() => reader !== undefined, patience);
    await say(30);
    await page.until(isInView(30));
  });

  afterAll(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
  });

  /** So many more rows come. */
  async function say(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      lastId += 1;
      const time = '<time datetime="2026-11-22T12:00Z">12:00</time>';
      reader?.write(
        `event: row\nid: e-${lastId}\ndata: <div class="row" id="m${lastId}">${time} row ${lastId}</div>\n\n`,
      );
    }
    await page.until(`document.getElementById('m${lastId}') !== null`);
  }

  it('keeps the newest row in view, and never takes a reader from where they read, who is told how many are new and led back', async () => {
    await say(1);
    await page.until(isInView(31));
    expect(await page.evaluate(newer)).toBe('');
    await page.evaluate("document.getElementById('m5').scrollIntoView()");
    await page.until(`!(${isInView(31)})`);
    const place = "document.getElementById('m5').getBoundingClientRect().top";
    const before = await page.evaluate<number>(place);
    await say(3);
    // Rows are not whole pixels high, scrolling may be.
    expect(Math.abs((await page.evaluate<number>(place)) - before)).toBeLessThan(4);
    expect(await page.evaluate(newer)).toBe('3 new');
    await page.evaluate("document.getElementById('newer').click()");
    await page.until(isInView(34));
    await page.until(`${newer} === ''`);
  });

  it('says when it is cut off, tries again by itself, also after errors, and goes on behind the last row it has', async () => {
    expect(await page.evaluate(notice)).toBe('');
    isRefusing = true;
    reader?.destroy();
    await page.until(`${notice} === 'lost'`);
    await expect.poll(() => refused, patience).toBeGreaterThan(0);
    isRefusing = false;
    await page.until(`${notice} === ''`);
    expect(asked).toEqual(['', 'e-30']);
    await say(1);
    const all = Array.from({ length: 31 }, (_, index) => index + 1).join();
    expect(await page.evaluate(rows)).toBe(all);
    reader?.destroy();
    await expect.poll(() => asked, patience).toEqual(['', 'e-30', 'e-31']);
    await page.until(`${notice} === ''`);
  });
});
