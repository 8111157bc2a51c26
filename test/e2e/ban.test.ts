import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import type { RawConnection } from '../support/raw-http.ts';
import { formIn, type RawVisitor } from '../support/raw-visitor.ts';

/** T22: what staff decide reaches responses that are open, through the sockets of the built server, with a picture on air. */

let server: OnionServer;
let owner: RawVisitor;

beforeAll(async () => {
  server = await startOnionServer({ env: { ONIONCAST_SOURCE: 'test' } });
  await server.program.event('stream', ({ state }) => state === 'live');
  owner = await server.broadcaster();
});

afterAll(async () => {
  await server.program.close();
});

const targets = ['/chat', '/events', '/player?view=', '/stream.mp4', '/stream/240p.mp4'];

/** Somebody who has everything open that a page opens. */
async function watching(): Promise<{ person: RawVisitor; open: RawConnection[] }> {
  const person = server.visitor();
  expect((await person.say(`here is ${Math.random()}`)).status).toBe(303);
  const open: RawConnection[] = [];
  // Each page has a key of its own.
  const view = randomBytes(16).toString('base64url');
  for (const target of targets) open.push(await person.open(target.replace('view=', `view=${view}`)));
  expect(open.map(({ received }) => received.slice(9, 12))).toEqual(targets.map(() => '200'));
  return { person, open };
}

/** Uses a button of the panel about the writer of the newest message. */
async function act(wish: Readonly<Record<string, string>>): Promise<void> {
  const log = (await owner.get('/chat/log')).body;
  const id = [...log.matchAll(/id="m(\d+)"/g)].at(-1)?.[1];
  const { fields } = formIn((await owner.get(`/chat/tools?m=${id}`)).body, '/chat/tools');
  expect((await owner.post('/chat/tools', { ...fields, ...wish })).status).toBe(200);
}

it.each([
  ['a ban that ends the picture', { do: 'ban', 'end-video': 'yes' }],
  ['sending somebody out', { do: 'kick', for: '60' }],
])('T22 %s closes chat, events and picture within two seconds, and those of nobody else', async (_what, wish) => {
  const other = await watching();
  const { person, open } = await watching();
  await act(wish);
  const decidedAt = performance.now();
  await Promise.all(open.map(async (connection) => await connection.untilClosed(2000)));
  expect(performance.now() - decidedAt).toBeLessThan(2000);
  expect(other.open.map(({ isClosed }) => isClosed)).toEqual(targets.map(() => false));
  for (const target of targets) expect([target, (await person.get(target)).status]).toEqual([target, 403]);
  // T21: nor in pieces.
  for (const target of ['/stream.m3u8', '/stream/360p.m3u8', '/stream/360p/init.mp4', '/stream/360p/1.m4s']) {
    expect([200, 206]).not.toContain((await person.get(target)).status);
  }
  for (const connection of other.open) connection.close();
});

it('T22 a ban without that leaves the picture, and takes the word', async () => {
  const { person, open } = await watching();
  await act({ do: 'ban' });
  const refused = await person.say('one more');
  expect([refused.status, /rule-([a-z-]+)/.exec(refused.body)?.[1]]).toEqual([403, 'banned']);
  const media = open.at(-2);
  const received = media?.receivedBytes ?? 0;
  await media?.until(() => (media?.receivedBytes ?? 0) > received + 10_000, 'the picture goes on');
  for (const connection of open) connection.close();
});
