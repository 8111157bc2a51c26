import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSnapshot } from '../../src/broadcast/stream-state.ts';
import type { ChatFormData } from '../../src/chat/chat-view.ts';
import type { Message } from '../../src/chat/message.ts';
import { frameHeaders, pageHeaders, playerHeaders } from '../../src/http/headers.ts';
import { loadAssets, registerAssetRoutes } from '../../src/http/routes/assets.ts';
import { WebServer } from '../../src/http/server.ts';
import { renderChatDocumentOpen } from '../../src/views/chat-document.tsx';
import { renderChatForm } from '../../src/views/chat-form.tsx';
import { renderChatLog } from '../../src/views/chat-log.tsx';
import { renderChatRow } from '../../src/views/chat-row.tsx';
import { renderLanguagePage } from '../../src/views/language-page.tsx';
import { renderPlayerDocument } from '../../src/views/player-document.tsx';
import { languages } from '../../src/views/texts/languages.ts';
import { renderWatchPage } from '../../src/views/watch-page.tsx';
import { type BrowserName, openBrowser } from '../support/browsers.ts';
import { pseudoArabic } from '../support/pseudo-catalogue.ts';

const assetDirectory = path.resolve(import.meta.dirname, '../../dist/assets');
const { style, script } = JSON.parse(readFileSync(path.join(assetDirectory, 'manifest.json'), 'utf8')) as {
  style: string;
  script: string;
};
const texts = pseudoArabic();
const reader = { texts, base: '/in/ar' };
const snapshot: StreamSnapshot = {
  state: 'interrupted',
  stateSeconds: 5,
  uptimeSeconds: 3725,
  title: 'Evening at the harbour',
  viewers: 12,
  renditions: [
    {
      name: '360p',
      codec: 'h264',
      mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
      width: 640,
      height: 360,
      bandwidth: 4e5,
    },
  ],
  run: 1,
};
const at = Date.UTC(2026, 10, 22, 23, 58);
const messages: readonly Message[] = [
  { id: 1, atMs: at, author: { name: 'hana', colour: 3 }, text: 'hello (all), 12:30?' },
  { id: 2, atMs: at + 1000, author: { name: 'مينا', colour: 5 }, text: 'مرحبا بالجميع، 12 (نعم)!' },
  {
    id: 3,
    atMs: at + 200_000,
    author: { name: 'Anonymous', tag: 'k3f', colour: 7 },
    text: 'A long line that has to be broken somewhere, since no column of a chat is as wide as this',
  },
  { id: 4, atMs: at + 201_000, author: { name: 'Broadcaster', colour: 1, capcode: 'broadcaster' }, text: 'شكرا hana.' },
];
const limits = { maxCharacters: 512, maxLines: 20, maxNameCharacters: 24 };
const form: ChatFormData = {
  ...{ action: '/in/ar/chat/form', logHref: '/in/ar/chat/log', formToken: '', nonce: '', draft: '', name: '' },
  ...{ defaultName: 'Anonymous', tag: 'k3f', paletteSize: 16, limits },
  modes: { rules: { slowMs: 0, isLocked: false, isMembersOnly: false }, held: 0 },
};

let server: WebServer;

beforeAll(async () => {
  server = new WebServer({ local: { host: '127.0.0.1', port: 0 } });
  const { app } = server;
  registerAssetRoutes(app, await loadAssets(assetDirectory));
  const styled = { ...reader, styleHref: style };
  const rows = { texts, emotes: new Map(), base: '' };
  const documents = {
    '/in/ar/player': renderPlayerDocument({
      ...styled,
      snapshot,
      view: 'KEY',
      choice: 'auto',
      sound: false,
      needsLength: false,
      refreshSeconds: 9999,
    }),
    '/in/ar/chat':
      renderChatDocumentOpen({ ...styled, logHref: 'chat/log' }).replace('content="0"', 'content="9999"') +
      messages.map((message, index) => renderChatRow(message, messages[index - 1]?.atMs, rows)).join(''),
    '/in/ar/chat/form': renderChatForm({ ...styled, ...form }),
  };
  for (const [address, html] of Object.entries(documents)) {
    const headers = address.endsWith('player') ? playerHeaders : frameHeaders;
    app.get(address, (_request, reply) => reply.headers(headers).send(html));
  }
  const pages = {
    '/in/ar/': renderWatchPage({
      ...{
        ...reader,
        snapshot,
        assets: { style, script, staffStyle: style, staffScript: script, hlsScript: script, hlsLibrary: script },
        siteName: 'Onioncast',
        about: texts.desk.keyHint,
      },
      ...{ view: 'KEY', choice: 'auto', script: false, languages: [], chat: { limits } },
    }),
    '/in/ar/chat/log': renderChatLog({
      ...styled,
      title: '',
      messages,
      formHref: '',
      refreshHref: '',
      emotes: new Map(),
    }),
    '/in/ar/language': renderLanguagePage({
      ...styled,
      languages: Object.entries(languages).map(([code, { name }]) => ({ code: code as keyof typeof languages, name })),
    }),
  };
  for (const [address, html] of Object.entries(pages)) {
    app.get(address, (_request, reply) => reply.headers(pageHeaders).send(html));
  }
  await server.listen();
});

afterAll(() => server.close());

const address = (of: string): string => new URL(of, server.localUrl).href;
const sizes = [
  { width: 1400, height: 800 },
  { width: 820, height: 900 },
  { width: 390, height: 800 },
];
const inFrame = (name: string): string => `document.querySelector('iframe[name=${name}]').contentDocument`;
const isReady = `document.readyState === 'complete' && ${inFrame('chat')}.querySelectorAll('.row').length === 4 &&
  ${inFrame('chat-form')}.querySelector('textarea') !== null && ${inFrame('player')}.querySelector('.info') !== null`;
/** Documents that can be scrolled along the line, which none should need. */
const tooWide = `[document, ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument)]
  .filter((each) => each.documentElement.scrollWidth > each.documentElement.clientWidth).map((each) => each.title)`;

describe.each<BrowserName>(['chromium', 'firefox'])('written from right to left, in %s', (browser) => {
  it.each(sizes)('the watch page turns round and fits $width x $height', async ({ width, height }) => {
    const page = await openBrowser(browser, { script: false, width, height });
    try {
      await page.goto(address('/in/ar/'));
      await page.until(isReady);
      expect(await page.evaluate(tooWide)).toEqual([]);
      expect(await page.evaluate('document.dir')).toBe('rtl');
      const left = (selector: string): Promise<number> =>
        page.evaluate(`document.querySelector('${selector}').getBoundingClientRect().left`);
      expect(await left('.brand')).toBeGreaterThan(width / 2);
      // The chat stands at the end of the line, which is the left; in the narrow page it stands below.
      if (width >= 768) expect(await left('.chat')).toBe(0);
      const row = await page.evaluate<{ time: number; text: number; shown: string }>(
        `(() => { const row = ${inFrame('chat')}.querySelector('#m2'); return { time: row.querySelector('time').getBoundingClientRect().left,
          text: row.querySelector('.text').getBoundingClientRect().left, shown: getComputedStyle(row.querySelector('time')).direction }; })()`,
      );
      expect(row.time).toBeGreaterThan(row.text);
      expect(row.shown).toBe('ltr');
      const field = `${inFrame('chat-form')}.querySelector('textarea')`;
      const isOneWide = `${field}.scrollWidth <= ${field}.clientWidth`;
      expect(await page.evaluate(isOneWide)).toBe(true);
      await page.evaluate(`${field}.value = 'hello (all)!'; true`);
      expect(await page.evaluate(isOneWide)).toBe(true);
      await page.screenshot(picture(browser, `watch-${width}`));
    } finally {
      await page.close();
    }
  });

  it.each(['chat/log', 'language'])('the page %s fits a phone', async (name) => {
    const page = await openBrowser(browser, { script: false, width: 390, height: 700 });
    try {
      await page.goto(address(`/in/ar/${name}`));
      await page.until("document.readyState === 'complete'");
      expect(await page.evaluate(tooWide)).toEqual([]);
      await page.screenshot(picture(browser, name.replace('/', '-')));
    } finally {
      await page.close();
    }
  });
});

/** Pictures are kept where somebody wants to look at them. */
function picture(browser: BrowserName, name: string): string | undefined {
  const directory = process.env['ONIONCAST_PICTURES'];
  return directory === undefined ? undefined : path.join(directory, `rtl-${browser}-${name}.png`);
}
