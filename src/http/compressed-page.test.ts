import { gunzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { sendPage } from './compressed-page.ts';

const shared = ['a'.repeat(3000), 'ü'.repeat(2000)];
const html = `<p>first</p>${shared[0]}<p>second</p>${shared[1]}<p>third</p>`;

async function get(from: 'new' | 'address', more: readonly string[], acceptEncoding = 'gzip'): Promise<Buffer> {
  const app = Fastify();
  app.get('/', (request, reply) => sendPage(request, reply, html, { from }, more));
  const { rawPayload, headers } = await app.inject({ url: '/', headers: { 'accept-encoding': acceptEncoding } });
  await app.close();
  return headers['content-encoding'] === 'gzip' ? gunzipSync(rawPayload) : rawPayload;
}

test.each([
  ['nothing shared', []],
  ['all shared', shared],
  ['some shared', shared.slice(1)],
  ['something that is not in it', ['not there', ...shared]],
])('a page arrives as it is, with %s, the first time and later', async (_, more) => {
  for (let time = 0; time < 2; time += 1) expect((await get('new', more)).toString()).toBe(html);
});

test('a page whose address tells who asks is not compressed, nor one for a browser that does not take it', async () => {
  expect((await get('address', shared)).toString()).toBe(html);
  expect((await get('new', shared, 'identity')).toString()).toBe(html);
});
