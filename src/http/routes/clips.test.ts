import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placesWith } from '../../../test/support/places.ts';
import { ask, type RawAnswer } from '../../../test/support/raw-http.ts';
import { renderClipPage } from '../../views/clip-page.tsx';
import { WebServer } from '../server.ts';
import { type ClipRouteDeps, registerClipRoutes } from './clips.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const id = 'A'.repeat(22);

let directory: string;
let server: WebServer;
let nowMs: number;
let made: Awaited<ReturnType<ClipRouteDeps['make']>>;
let count: number;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'clips-'));
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  nowMs = 1_800_000_000_000;
  made = { id };
  count = 0;
  registerClipRoutes(server.app, {
    ...{ places, randomBytes, secret: Buffer.alloc(32), seconds: 30, now: () => nowMs },
    make: async () => {
      count += 1;
      return made;
    },
    renderClipPage: (data, { texts, base }) => renderClipPage({ ...data, texts, base, styleHref: '' }),
  });
  await server.listen();
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function send(circuitId: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const head = [...lines, `Host: ${onion}`, 'Connection: close'].join('\r\n');
  return await ask({ socketPath: path.join(directory, 'web.sock'), circuitId }, `${head}\r\n\r\n${body}`);
}

/** As a browser without cookies sends the form it was given. */
async function makeClip(circuitId: number, token?: string): Promise<RawAnswer> {
  const { body: html } = await send(circuitId, ['GET /clip HTTP/1.1']);
  const action = /action="([^"]+)"/.exec(html)?.[1];
  const body = new URLSearchParams({ token: token ?? /value="([^"]+)"/.exec(html)?.[1] ?? '' }).toString();
  const form = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`];
  return await send(circuitId, [`POST ${action} HTTP/1.1`, `Origin: http://${onion}`, ...form], body);
}

test('a viewer makes a clip with a form and gets a link to it', async () => {
  const { body } = await makeClip(1);
  expect(body).toContain(`>http://${onion}/clips/${id}<`);
});

test('looking at the page makes none, and neither does a form of somebody else', async () => {
  await send(1, ['GET /clip HTTP/1.1']);
  expect((await makeClip(1, 'x'.repeat(43))).status).toBe(403);
  expect(count).toBe(0);
});

test('one circuit makes one in a minute, whoever it says it is; another one is not held up', async () => {
  await makeClip(1);
  expect((await makeClip(1)).status).toBe(429);
  expect((await makeClip(2)).status).toBe(200);
  nowMs += 60_000;
  expect((await makeClip(1)).status).toBe(200);
  expect(count).toBe(3);
});

test.each([
  ['nothing', 'nothing to make a clip of'],
  ['busy', 'Many clips'],
] as const)('says why there is none: %s', async (reason, words) => {
  made = reason;
  const { status, body } = await makeClip(1);
  expect(status).toBe(503);
  expect(body).toContain(words);
});
