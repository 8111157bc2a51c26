import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalBus } from '../../src/bus/local.ts';
import type { Message } from '../../src/chat/message.ts';
import { ChatChannels } from '../../src/talk/chat-channels.ts';
import { endlessFrameHeaders } from '../../src/http/headers.ts';
import { type Channel, EndlessResponse } from '../../src/live/endless-response.ts';
import { ResponseWatch } from '../../src/live/response-watch.ts';
import { renderChatDocumentOpen } from '../../src/views/chat-document.tsx';
import { renderChatRow } from '../../src/views/chat-row.tsx';
import { en } from '../../src/views/texts/en.ts';
import { type BrowserName, type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';

const assets = path.resolve(import.meta.dirname, '../../dist/assets');
const { style } = JSON.parse(readFileSync(path.join(assets, 'manifest.json'), 'utf8')) as { style: string };

const messageOf = (id: number): Message => ({
  id,
  atMs: 1_800_000_000_000 + id * 1000,
  author: { name: 'Mallow', colour: id % 16 },
  text: `text ${id}`,
});

const inner = "document.querySelector('iframe').contentDocument";
/** The texts of the rows that can be seen. */
const shownExpression = `[...${inner}.querySelectorAll('.row')]
  .filter((row) => row.checkVisibility()).map((row) => row.querySelector('.text').textContent).join()`;
/** What can be seen above them: how far from the upper edge, and the text. */
const bannersExpression = `[...${inner}.querySelectorAll('.banner')]
  .filter((banner) => banner.checkVisibility())
  .map((banner) => banner.getBoundingClientRect().top + ' ' + banner.textContent).join()`;

/** Sooner than in earnest, as the pulses are, but late enough for a machine that is busy for a while. */
const soonLost = '<style>.lost{animation-delay:4s}</style>';
const noticeExpression = `getComputedStyle(${inner}.querySelector('.lost')).visibility`;
const pulsesExpression = `[...${inner}.querySelectorAll('style')].filter((rule) => rule.textContent.includes('lost-')).length`;

/** Whether a row can be seen where the document is now. */
const isInView = (id: number): string => `(() => {
  const { top, bottom } = ${inner}.querySelector('#m${id}').getBoundingClientRect();
  return top >= 0 && bottom <= ${inner}.documentElement.clientHeight;
})()`;

describe.each<BrowserName>(['chromium', 'firefox'])('the open chat document without script in %s', (browser) => {
  let server: Server;
  let page: BrowserPage;
  let bus: LocalBus;
  let channels: ChatChannels;
  let banner = '';
  /** The connection is there, and nothing comes through it. */
  let isStalled = false;

  beforeAll(async () => {
    const watch = new ResponseWatch();
    server = createServer((request, response) => {
      if (request.url === style) {
        response.setHeader('content-type', 'text/css').end(readFileSync(path.join(assets, path.basename(style))));
        return;
      }
      if (request.url === '/') {
        const frame = '<iframe src="/chat" style="position:fixed;inset:0;width:100%;height:100%;border:0"></iframe>';
        response.setHeader('content-type', 'text/html').end(`<!doctype html>${frame}`);
        return;
      }
      if (request.url !== '/chat') {
        response.writeHead(404).end();
        return;
      }
      const open = new EndlessResponse({
        socket: request.socket,
        watch,
        headers: endlessFrameHeaders,
        maxQueuedBytes: 1e6,
      });
      const { frames } = channels.of({ language: 'en', circle: 'everyone' });
      const subscribe: Channel['subscribe'] = (sink, from) =>
        frames.subscribe({ write: (bytes) => isStalled || sink.write(bytes), end: (reason) => sink.end(reason) }, from);
      open.follow({ subscribe }, { afterId: 0 });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    page = await openBrowser(browser, { script: false, preferences: likeTorBrowser(), width: 400, height: 600 });
  });

  beforeEach(async () => {
    const messages = Array.from({ length: 40 }, (_, index) => messageOf(index + 1));
    banner = '';
    isStalled = false;
    bus = new LocalBus((error) => {
      throw error;
    });
    channels = new ChatChannels({
      bus,
      history: 100,
      messages: () => messages,
      removalOf: () => undefined,
      randomBytes: (size) => Buffer.alloc(size),
      pulseMs: 250,
      renderOpen: () => renderChatDocumentOpen({ logHref: 'chat/log', texts: en, styleHref: style }) + soonLost,
      renderRow: (message, previousAtMs) =>
        renderChatRow(message, previousAtMs, { texts: en, emotes: new Map(), base: '' }),
      renderBanner: () => banner,
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.until(`(${shownExpression}).endsWith('text 40')`);
  });

  afterEach(async () => {
    // Before the document ends, which would make the browser load it again just as it is led elsewhere.
    await page.goto('about:blank');
    channels.close();
  });

  afterAll(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
  });

  const shown = async (): Promise<string> => await page.evaluate(shownExpression);

  it('loses removed rows at once and has them back in their places', async () => {
    const before = await shown();
    bus.publish('room', { kind: 'removed', ids: [39, 40] });
    await page.until(`(${shownExpression}).endsWith('text 38')`);
    bus.publish('room', { kind: 'restored', messages: [messageOf(39)] });
    await page.until(`(${shownExpression}).endsWith('text 38,text 39')`);
    bus.publish('room', { kind: 'removed', ids: [39] });
    await page.until(`(${shownExpression}).endsWith('text 38')`);
    bus.publish('room', { kind: 'restored', messages: [messageOf(39), messageOf(40)] });
    await page.until(`(${shownExpression}).endsWith('text 40')`);
    expect(await shown()).toBe(before);
  });

  it('begins with the newest row in view and stays there as rows come, but never takes a reader from where they read', async () => {
    await page.until(isInView(40));
    bus.publish('room', { kind: 'message', message: messageOf(41) });
    await page.until(`(${shownExpression}).endsWith('text 41')`);
    expect(await page.evaluate(isInView(41))).toBe(true);
    const place = `${inner}.querySelector('#m9').getBoundingClientRect().top`;
    await page.evaluate(`${inner}.querySelector('#m9').scrollIntoView()`);
    const before = await page.evaluate<number>(place);
    bus.publish('room', { kind: 'message', message: messageOf(42) });
    await page.until(`(${shownExpression}).endsWith('text 42')`);
    // Rows are not whole pixels high, scrolling may be.
    expect(Math.abs((await page.evaluate<number>(place)) - before)).toBeLessThan(4);
    expect(await page.evaluate(isInView(42))).toBe(false);
  });

  it('says that the connection has stalled once no pulse comes any more, not before, and loads itself anew on request', async () => {
    // 20 pulses are more than the delay.
    await page.until(`${pulsesExpression} > 20`);
    expect(await page.evaluate(noticeExpression)).toBe('hidden');
    isStalled = true;
    await page.until(`${noticeExpression} === 'visible'`);
    isStalled = false;
    const [x, y] = await page.evaluate<[number, number]>(`(() => {
      const { left, top, width, height } = ${inner}.querySelector('.lost a').getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    })()`);
    await page.click(x, y);
    await page.until(`${noticeExpression} === 'hidden' && (${shownExpression}).endsWith('text 40')`);
    expect(await page.evaluate(`${inner}.location.pathname`)).toBe('/chat');
  });

  it('says that there are no messages as long as there are none, whatever rules stand in their place', async () => {
    const isSaid = `${inner}.querySelector('.chat-empty').checkVisibility()`;
    await page.until(`${pulsesExpression} > 0`);
    expect(await page.evaluate(isSaid)).toBe(false);
    await page.evaluate(`${inner}.querySelectorAll('.row').forEach((row) => row.remove())`);
    expect(await page.evaluate(isSaid)).toBe(true);
  });

  it('shows what stands above the talk at its upper edge, the newest alone', async () => {
    for (const html of ['<b>Be kind</b>', 'Vote now', '']) {
      banner = html;
      bus.publish('room', { kind: 'banner' });
      const expected = html === '' ? '' : `0 ${html.replace(/<[^>]+>/gu, '')}`;
      await page.until(`${bannersExpression} === ${JSON.stringify(expected)}`);
    }
  });
});
