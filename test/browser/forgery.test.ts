import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { type HeaderProxy, startHeaderProxy } from '../support/header-proxy.ts';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';

/**
 * T08, T31: a page of another site, open in the Firefox in which the broadcaster is logged in, with Tor Browser's isolation. It can neither do anything
 * in the broadcaster's name nor show our pages inside its own; once as it is, once with a browser that sends no fetch metadata and, for forms, with
 * one that lets cookies go everywhere.
 */

let server: OnionServer;
let withoutMetadata: HeaderProxy;
let evil: Server;
let evilPort: number;
/** What the other site shows next. */
let evilPage = '';
let evilHeaders: Record<string, string> = {};

beforeAll(async () => {
  server = await startOnionServer();
  withoutMetadata = await startHeaderProxy({ upstream: server.program.url, dropFromRequest: /^sec-fetch-/ });
  evil = createServer((request, response) => {
    const body = request.url === '/' ? evilPage : '';
    response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'no-store', ...evilHeaders }).end(body);
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  evilPort = (evil.address() as AddressInfo).port;
});

afterAll(async () => {
  evil.closeAllConnections();
  await new Promise((resolve) => evil.close(resolve));
  await withoutMetadata.close();
  await server.program.close();
});

/** All that a forged request could have changed. */
async function state(): Promise<string> {
  const visitor = server.visitor();
  const pages = [await visitor.get('/'), await visitor.get('/chat/log')];
  const [title = '', rows = ''] = pages.map(({ body }) => body);
  const owner = await server.broadcaster();
  const log = (await owner.get('/staff?tab=log')).body.replace(/[A-Za-z0-9_-]{43}/g, '*');
  return [/<title>(.*?)<\/title>/.exec(title)?.[1], rows.split('class="row').length, log].join('\n');
}

/** Logs in as a person does, with the form of the page. */
async function logInWith(page: BrowserPage, base: string): Promise<void> {
  await page.goto(`${base}/broadcaster`);
  await page.evaluate(`(() => {
    const form = document.querySelector('form[action$="/broadcaster/login"]');
    form.elements.name.value = 'broadcaster';
    form.elements.password.value = ${JSON.stringify(server.password)};
    form.requestSubmit();
  })()`);
  await page.until(`document.querySelector('form[action$="/broadcaster/title"]') !== null`);
}

/** Once the page is there: a driver that is still opening it would take this for a failure. */
const later = (act: string): string => `onload = () => setTimeout(() => ${act}, 50)`;

/** A page that posts a form by itself, into a frame of its own or in place of itself. */
function posting(action: string, fields: Readonly<Record<string, string>>, target: '_self' | 'sink'): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const form = `<form method=post action="${action}" target="${target}">${inputs.join('')}</form>`;
  return `<iframe name=sink></iframe>${form}<script>${later('document.forms[0].submit()')}</script>`;
}

const harm: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[] = [
  ['/broadcaster/title', { title: 'forged', token: 'x' }],
  ['/broadcaster/logout', { token: 'x' }],
  ['/broadcaster/login', { name: 'broadcaster', password: 'x', token: 'x' }],
  ['/chat/form', { message: 'forged', nonce: 'forged-nonce', do: 'post', token: 'x' }],
  ['/staff', { do: 'announce', announcement: 'forged', token: 'x' }],
];

/** Shows a page of the other site until the server has answered what it asks for, and the browser has shown the answers: it opens no other page meanwhile. */
async function visit(
  page: BrowserPage,
  site: string,
  html: string,
  proxy: HeaderProxy,
  paths: readonly string[],
  leads = false,
): Promise<readonly string[]> {
  const from = proxy.seen.length;
  evilPage = html;
  await page.goto(`http://${site}:${evilPort}/`);
  const answered = (): readonly string[] => proxy.seen.slice(from);
  const deadline = performance.now() + 60_000;
  while (!paths.every((path) => answered().some((line) => line.includes(` ${path} `)))) {
    if (performance.now() > deadline) throw new Error(`not asked for ${paths.join()}: ${answered().join()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const arrived = leads ? `location.href !== 'http://${site}:${evilPort}/'` : 'true';
  await page.until(`${arrived} && document.readyState === 'complete'`);
  return answered();
}

// The other site is another host (cross-site), or another port of the same one (same-site), which cookies do not tell apart.
describe.each([
  ['localhost', true],
  ['localhost', false],
  ['127.0.0.1', true],
  ['127.0.0.1', false],
] as const)('a page at %s, fetch metadata: %s', (site, hasMetadata) => {
  it('can post no form, follow no link into an act, open no frame and no socket', async () => {
    const proxy = hasMetadata ? await startHeaderProxy({ upstream: server.program.url }) : withoutMetadata;
    const page = await openBrowser('firefox', { script: true, preferences: likeTorBrowser() });
    try {
      await logInWith(page, proxy.url);
      const before = await state();
      for (const policy of ['unsafe-url', 'no-referrer']) {
        evilHeaders = { 'Referrer-Policy': policy };
        for (const [path, fields] of harm) {
          for (const target of ['sink', '_self'] as const) {
            const answers = await visit(
              page,
              site,
              posting(proxy.url + path, fields, target),
              proxy,
              [path],
              target === '_self',
            );
            expect(answers.filter((line) => line.startsWith('POST'))).toEqual([`POST ${path} 403`]);
          }
        }
      }
      evilHeaders = {};
      const link = `<a href="${proxy.url}/broadcaster/title?title=forged">x</a><script>${later('document.links[0].click()')}</script>`;
      expect(await visit(page, site, link, proxy, ['/broadcaster/title?title=forged'], true)).toContain(
        'GET /broadcaster/title?title=forged 405',
      );
      const socket = `<script>new WebSocket('${proxy.url.replace('http', 'ws')}/events')</script><img src="${proxy.url}/staff">`;
      await visit(page, site, socket, proxy, ['/staff']);
      expect(await state()).toBe(before);
      // Still logged in, and our own form works.
      await page.goto(`${proxy.url}/broadcaster`);
      await page.evaluate(`(() => {
        const form = document.querySelector('form[action$="/broadcaster/title"]');
        form.elements.title.value = 'by the owner ${Math.random()}';
        form.requestSubmit();
      })()`);
      await page.until(
        `document.body.innerText.includes('by the owner') || document.querySelector('[value^="by the owner"]') !== null`,
      );
      expect(await state()).not.toBe(before);
    } finally {
      await page.close();
      if (hasMetadata) await proxy.close();
    }
  });

  it('shows none of our documents in a frame', async () => {
    const proxy = hasMetadata ? await startHeaderProxy({ upstream: server.program.url }) : withoutMetadata;
    const page = await openBrowser('firefox', { script: true, preferences: likeTorBrowser() });
    try {
      const documents = ['/', '/broadcaster', '/chat/form', '/chat', '/chat/log', '/language', '/none', '/chat/poll'];
      const frames = documents.map((path) => `<iframe src="${proxy.url}${path}"></iframe>`).join('');
      const seen = await visit(page, site, frames, proxy, documents.slice(0, 5));
      // What is shown asks for its style sheet; nothing is.
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(seen.filter((line) => line.includes('/assets/'))).toEqual([]);
      if (hasMetadata) expect(seen.every((line) => line.endsWith(' 403'))).toBe(true);
      const from = proxy.seen.length;
      await page.goto(`${proxy.url}/chat/form`);
      await page.until(`document.querySelector('textarea') !== null`);
      expect(proxy.seen.slice(from).some((line) => line.includes('/assets/'))).toBe(true);
    } finally {
      await page.close();
      if (hasMetadata) await proxy.close();
    }
  });
});
