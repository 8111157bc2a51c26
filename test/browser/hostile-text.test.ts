import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../src/views/html-text.fixture.ts';
import { type BrowserPage, openBrowser } from '../support/browsers.ts';
import { type HeaderProxy, startHeaderProxy } from '../support/header-proxy.ts';
import { hostilePayloads } from '../support/hostile-payloads.ts';
import { logIn, type OnionServer, startOnionServer } from '../support/onion-server.ts';
import type { RawVisitor } from '../support/raw-visitor.ts';

/**
 * T10: what people type is text in a real browser with script: as message, name, quote, announcement and title, as it arrives and after a reload, in the
 * page and in the documents without script. Once as it is, once without any Content-Security-Policy, which must not be the only wall.
 */

let server: OnionServer;
let withoutPolicy: HeaderProxy;
let owner: RawVisitor;

beforeAll(async () => {
  server = await startOnionServer();
  withoutPolicy = await startHeaderProxy({
    upstream: server.program.url,
    dropFromAnswer: /^(?:content-security-policy|x-content-type-options|x-frame-options)$/,
  });
  // On this machine, where no limit of circuits stands between the cases.
  owner = await logIn(server.neighbour(), server.password);
});

afterAll(async () => {
  await withoutPolicy.close();
  await server.program.close();
});

/** Writes down whatever should not happen, in every document. */
const witness = `
  window.happened = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => { top.happened.push(name + ' in ' + location.pathname); };
  document.addEventListener('securitypolicyviolation', (event) => top.happened.push(event.violatedDirective + ' ' + event.blockedURI));
`;

const nameFrom = (payload: string): string => payload.slice(0, 24).trim();

interface Shown {
  readonly text: string;
  readonly name: string;
  readonly quote: string;
}

/** What a document shows of the rows after one, by id. */
const rowsExpression = (afterId: number): string => `Object.fromEntries([...document.querySelectorAll('.row')]
  .filter((row) => Number(row.id.slice(1)) > ${afterId})
  .map((row) => [row.id, {
    text: row.querySelector('.text').textContent,
    name: row.querySelector('.name')?.textContent ?? '',
    quote: row.querySelector('.quote')?.textContent ?? '',
  }]))`;

async function lastId(): Promise<number> {
  const { body } = await server.visitor().get('/chat/log');
  return Math.max(0, ...[...body.matchAll(/id="m(\d+)"/g)].map(([, id]) => Number(id)));
}

/** Posts everything as a message, and under a name like it where such a name is allowed; then an answer to each. */
async function postAll(): Promise<Map<string, Shown>> {
  const wanted = new Map<string, Shown>();
  let id = await lastId();
  for (const payload of hostilePayloads) {
    const writer = server.visitor();
    const named = await writer.say(payload, { name: nameFrom(payload) });
    const name = named.status === 303 ? nameFrom(payload) : 'Anonymous';
    if (named.status !== 303) expect((await writer.say(payload, { name: '' })).status).toBe(303);
    id += 1;
    wanted.set(`m${id}`, { text: payload, name, quote: '' });
    expect((await server.visitor().say(`about ${id}`, { reply: String(id) })).status).toBe(303);
    wanted.set(`m${id + 1}`, { text: `about ${id}`, name: 'Anonymous', quote: `${payload}` });
    id += 1;
  }
  return wanted;
}

function compare(shown: Readonly<Record<string, Shown>>, wanted: ReadonlyMap<string, Shown>): void {
  for (const [id, { text, name, quote }] of wanted) {
    expect([id, shown[id]?.text, shown[id]?.name]).toEqual([id, text, name]);
    // Whom it quotes, and the beginning of what they wrote, depending on its length.
    if (quote !== '') expect(shown[id]?.quote).toContain(quote.slice(0, 40));
  }
}

async function nothingHappened(page: BrowserPage): Promise<void> {
  expect(await page.evaluate('top.happened')).toEqual([]);
}

describe.each(['with the policy', 'without any policy'] as const)('hostile texts in Chromium, %s', (mode) => {
  it('are text: as they arrive, after a reload, and in the documents without script', async () => {
    const base = mode === 'with the policy' ? server.program.url : withoutPolicy.url;
    const page = await openBrowser('chromium', { script: true, beforeScripts: witness });
    try {
      const before = await lastId();
      await page.goto(`${base}/`);
      await page.until(
        `document.querySelector('#chat-log') !== null && document.querySelector('textarea').checkVisibility()`,
      );
      const wanted = await postAll();
      const last = [...wanted.keys()].at(-1);
      await page.until(`document.getElementById('${last}') !== null`);
      compare(await page.evaluate(rowsExpression(before)), wanted);
      await nothingHappened(page);
      for (const target of ['/', '/chat', '/chat/log']) {
        // The page is loaded again where it stands already: what was true of the old document must not pass for the new one.
        await page.evaluate(`void (window.isOver = true, location.href = '${target}')`);
        await page.until(
          `window.isOver !== true && location.pathname === '${target}' && document.getElementById('${last}') !== null`,
        );
        const shown = await page.evaluate<Record<string, Shown>>(rowsExpression(before));
        // A page of the log holds a hundred rows.
        compare(shown, new Map([...wanted].filter(([id]) => target !== '/chat/log' || id in shown)));
        await nothingHappened(page);
      }
    } finally {
      await page.close();
    }
  });

  it('are text as title and announcement, live', async () => {
    const base = mode === 'with the policy' ? server.program.url : withoutPolicy.url;
    const page = await openBrowser('chromium', { script: true, beforeScripts: witness });
    try {
      await page.goto(`${base}/`);
      for (const [index, payload] of hostilePayloads.filter((_, n) => n % 4 === 0).entries()) {
        // With the desk and with the file in turn.
        if (index % 2 === 0) await writeFile(path.join(server.program.data, 'title.txt'), `${payload}\n`);
        else expect((await owner.fill('/broadcaster', { title: payload }, '/broadcaster/title')).status).toBe(303);
        expect((await owner.fill('/staff', { do: 'announce', announcement: payload })).status).toBe(303);
        const isTitle = `document.querySelector('#title').textContent === ${JSON.stringify(payload)}`;
        const isRow = `[...document.querySelectorAll('.announcement .text')].at(-1)?.textContent === ${JSON.stringify(payload)}`;
        await page.until(`${isTitle} && ${isRow}`);
        expect(await page.evaluate('document.title')).toContain(payload);
      }
      await nothingHappened(page);
      // The player document, where the title is the content of a style rule, and the title as the first page has it.
      for (const target of [`/player?view=${'A'.repeat(22)}`, '/']) {
        await page.evaluate(`void (location.href = '${target}')`);
        await page.until(
          `location.pathname + location.search === '${target}' && document.querySelector('#title') !== null`,
        );
        await nothingHappened(page);
      }
    } finally {
      await page.close();
    }
  });
});

it('hostile texts as polls are text in Chromium without any policy: question, options and result, live and in the form', async () => {
  const page = await openBrowser('chromium', { script: true, beforeScripts: witness });
  try {
    await page.goto(`${withoutPolicy.url}/`);
    // One that a first try has left open.
    await owner.fill('/staff', { do: 'close-poll' });
    const payloads = hostilePayloads.filter((text) => text.length <= 60);
    for (let n = 0; n + 2 < payloads.length; n += 6) {
      const [question = '', one = '', other = ''] = payloads.slice(n, n + 3);
      const poll = { 'poll-question': question, 'poll-option-1': one, 'poll-option-2': other };
      expect((await owner.fill('/staff', { do: 'open-poll', ...poll })).status).toBe(303);
      const texts = JSON.stringify([question, one, other]);
      await page.until(`${texts}.every((text) => document.querySelector('#banner').textContent.includes(text))`);
      const form = await server.visitor().get('/chat/poll');
      for (const text of [question, one, other]) expect(textOf(form.body)).toContain(text);
      expect((await owner.fill('/staff', { do: 'close-poll' })).status).toBe(303);
      const result = `[...document.querySelectorAll('.announcement .text')].at(-1)?.textContent`;
      await page.until(`${texts}.every((text) => ${result}?.includes(text))`);
    }
    await nothingHappened(page);
  } finally {
    await page.close();
  }
});

it('the witness would see it', async () => {
  const page = await openBrowser('chromium', { script: true, beforeScripts: witness });
  try {
    await page.goto(`${withoutPolicy.url}/`);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')`);
    await page.until(`top.happened.join() === 'alert in /'`);
    await page.goto(`${server.program.url}/`);
    await page.evaluate(`void document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/' }))`);
    await page.until('top.happened.length === 1');
  } finally {
    await page.close();
  }
});
