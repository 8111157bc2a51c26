import { afterAll, beforeAll, expect, it } from 'vitest';
import { textOf } from '../../../src/views/html-text.fixture.ts';
import { hostilePayloads } from '../../support/hostile-payloads.ts';
import { logIn, type OnionServer, startOnionServer } from '../../support/onion-server.ts';
import type { RawVisitor } from '../../support/raw-visitor.ts';

/** The rows C as the title of the stream, in the bytes of the pages; what browsers make of them is tested with browsers. */

let server: OnionServer;
let owner: RawVisitor;

beforeAll(async () => {
  server = await startOnionServer();
  owner = await logIn(server.neighbour(), server.password);
});

afterAll(async () => {
  await server.program.close();
});

it.each(hostilePayloads)('C the title %j is text in every page, and data where script reads it', async (title) => {
  expect((await owner.fill('/broadcaster', { title }, '/broadcaster/title')).status).toBe(303);
  const page = (await server.neighbour().get('/')).body;
  expect(textOf(/<title>(.*?)<\/title>/s.exec(page)?.[1] ?? '')).toBe(`${title} - Onioncast`);
  expect(textOf(/<h1 class="info-title"[^>]*>(.*?)<\/h1>/s.exec(page)?.[1] ?? '')).toBe(title);
  const blocks = [...page.matchAll(/<script type="application\/json"[^>]*>(.*?)<\/script>/gs)];
  expect(blocks).toHaveLength(1);
  expect(JSON.parse(blocks[0]?.[1] ?? '').snapshot.title).toBe(title);
  expect(blocks[0]?.[1]).not.toContain('<!--');
  const value = /name="title"[^>]* value="([^"]*)"/.exec((await owner.get('/broadcaster')).body)?.[1] ?? '';
  expect(textOf(value)).toBe(title);
  const log = (await server.neighbour().get('/chat/log')).body;
  expect(textOf(/<title>(.*?)<\/title>/s.exec(log)?.[1] ?? '')).toBe(`Chat log - ${title}`);
  for (const body of [page, log]) if (/<\w/.test(title)) expect(body).not.toContain(title);
});
