import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placesWith } from '../../test/support/places.ts';
import { RawVisitor, type VisitorAnswer } from '../../test/support/raw-visitor.ts';
import type { Pressure } from '../admission/pressure.ts';
import { QueueTickets, ticketKeyBytes } from '../admission/queue-ticket.ts';
import { defaultWaitingPolicy, WaitingRoom } from '../admission/waiting-room.ts';
import { renderQueuePage } from '../views/queue-page.tsx';
import { Entrance } from './entrance.ts';
import { allowedHeaderNames } from './headers.ts';
import { pageRoute, registerPlaceRoutes } from './routes/place.ts';
import { WebServer } from './server.ts';

const onion = `${'a'.repeat(55)}d.onion`;

let directory: string;
let server: WebServer;
let free: number;
let pressure: Pressure;
let nowMs: number;
let circuits = 0;
const inside = new Set<string>();

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'entrance-'));
  free = 0;
  pressure = 'calm';
  nowMs = 0;
  inside.clear();
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  const entrance = new Entrance({
    ...{ places, randomBytes },
    room: new WaitingRoom({ ...defaultWaitingPolicy, perSecond: 1000, burst: 1000 }),
    tickets: new QueueTickets(randomBytes(ticketKeyBytes)),
    hall: () => ({ free: free - inside.size, isPressed: pressure !== 'calm', has: (id) => inside.has(id) }),
    pressure: () => pressure,
    isStaff: ({ headers }) => headers['x-test-staff'] === 'yes',
    isHere: () => false,
    sessionWaitMs: (request) => server.sessionWaitMs(request),
    renderQueue: (data, { texts, base }) => renderQueuePage({ ...data, texts, base, styleHref: '/style.css' }),
    now: () => nowMs,
    random: () => 0.5,
  });
  server.app.addHook('onRequest', async (request, reply) => entrance.guard(request, reply));
  registerPlaceRoutes(server.app, { places, renderLanguagePage: () => '' });
  server.app.get('/', pageRoute, (request, reply) => {
    inside.add(places.welcome(request, reply).viewer.id);
    return reply.send('the page');
  });
  server.app.get('/stream.m3u8', (_request, reply) => reply.send('a playlist'));
  server.app.get('/chat/form', (_request, reply) => reply.send('a form'));
  await server.listen();
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function visitor(circuitId = (circuits += 1)): RawVisitor {
  return new RawVisitor({ socketPath: path.join(directory, 'web.sock'), circuitId }, onion);
}

/** Where the page renews itself to, and after how many seconds. */
function refreshOf({ headers }: VisitorAnswer): { seconds: number; href: string } {
  const [, seconds = '', href = ''] = /^(\d+); url=(\/.*)$/u.exec(headers.get('refresh') ?? '') ?? [];
  return { seconds: Number(seconds), href };
}

/** Goes where the page sends a browser, redirections included. */
async function follow(person: RawVisitor, answer: VisitorAnswer): Promise<VisitorAnswer> {
  const next = await person.get(refreshOf(answer).href);
  return next.status === 303 ? await person.get(next.headers.get('location') ?? '') : next;
}

describe('a full house', () => {
  test('answers with a page that needs no script, says where somebody stands, and renews itself', async () => {
    const [one, two] = [visitor(), visitor()];
    const first = await one.get('/');
    expect(first.status).toBe(503);
    expect(first.body).toContain('You are next.');
    expect(first.body).not.toContain('<script');
    expect(refreshOf(first).seconds).toBe(3);
    expect(first.headers.get('retry-after')).toBe('3');
    expect([...first.headers.keys()].filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
    expect(refreshOf(await follow(one, first)).seconds).toBe(5);
    expect((await follow(two, await two.get('/'))).body).toContain('Your place in the queue: 2.');
  });

  test('lets people in by their numbers, whoever asks first, with cookies and without', async () => {
    const [withCookies, without, late] = [visitor(), visitor(), visitor()];
    const one = await follow(withCookies, await withCookies.get('/?script=0'));
    const first = await without.get('/');
    without.cookies.clear();
    const two = await follow(without, first);
    without.cookies.clear();
    free = 1;
    const early = await follow(without, two);
    without.cookies.clear();
    expect(early.status).toBe(503);
    expect((await late.get('/')).status).toBe(503);
    expect((await follow(withCookies, one)).body).toBe('the page');
    free = 2;
    expect((await late.get('/')).status).toBe(503);
    expect(refreshOf(early).href).toMatch(/^\/v\/[\w-]{44}\/\?ticket=[\w-]{51}$/u);
    expect((await follow(without, early)).body).toBe('the page');
  });

  test('a browser with cookies is sent to plain addresses, with what it had asked for', async () => {
    const person = visitor();
    const again = await follow(person, await person.get('/?script=0'));
    expect(again.status).toBe(503);
    expect(refreshOf(again).href).toBe('/?script=0');
  });

  test('T17 a ticket of somebody else, an old one or a made-up one is none: the end of the queue', async () => {
    const [owner, thief] = [visitor(), visitor()];
    for (const person of [owner, thief]) await follow(person, await person.get('/'));
    const stolen = owner.cookies.get('w') ?? '';
    expect(stolen).toMatch(/^[\w-]{51}$/u);
    for (const ticket of [stolen, 'A'.repeat(51), '']) {
      thief.cookies.set('w', ticket);
      expect((await thief.get('/')).body).not.toContain('You are next.');
    }
    expect((await owner.get('/')).body).toContain('You are next.');
    nowMs = 180_001;
    expect((await thief.get('/')).body).toContain('You are next.');
  });

  test('stands before the page alone, and before nobody who is staff', async () => {
    expect((await visitor().get('/chat/form')).body).toBe('a form');
    expect((await visitor().get('/language')).status).toBe(200);
    expect((await visitor().get('/', ['X-Test-Staff: yes'])).body).toBe('the page');
  });
});

test('T33 a circuit is given so many identities, then told when there are more; whoever has one is not concerned', async () => {
  free = 1000;
  const circuitId = (circuits += 1);
  const guest = visitor(circuitId);
  for (let session = 0; session < 20; session += 1) {
    guest.cookies.clear();
    expect((await guest.get('/')).status).toBe(200);
  }
  const refused = await visitor(circuitId).get('/');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(refused.setCookies).toEqual([]);
  expect((await guest.get('/')).status).toBe(200);
  expect((await visitor().get('/')).status).toBe(200);
});

test('under pressure newcomers wait first, then playlists; whoever is in goes on', async () => {
  free = 1000;
  const person = visitor();
  await person.get('/');
  pressure = 'busy';
  expect((await visitor().get('/')).status).toBe(503);
  expect((await visitor().get('/stream.m3u8')).status).toBe(200);
  pressure = 'exhausted';
  expect((await visitor().get('/stream.m3u8')).status).toBe(503);
  expect((await person.get('/')).body).toBe('the page');
});
