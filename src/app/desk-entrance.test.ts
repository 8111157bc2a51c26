import crypto from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { BusyStretches } from '../../test/support/cpu-time.ts';
import { type Entrance, exchange, parseAnswers, type RawAnswer } from '../../test/support/raw-http.ts';
import { titleFrom } from '../broadcast/title.ts';
import { loadConfig } from '../config/load.ts';
import { TitleFile } from '../store/title-file.ts';
import { type Lounge, openLounge } from './lounge.ts';
import { Owned } from './owned.ts';
import type { Studio } from './studio.ts';
import { buildWebsite, type Website } from './website.ts';
import { noTimers } from '../../test/support/no-timers.ts';

const secret = Buffer.alloc(32, 5);
const assets = {
  style: '/assets/style-0.css',
  script: '/assets/main-0.js',
  staffStyle: '/assets/staff-0.css',
  staffScript: '/assets/staff-0.js',
  hlsScript: '/assets/main-hls-0.js',
  hlsLibrary: '/assets/hls-0.js',
  inline: {},
  files: new Map([['/assets/style-0.css', { type: 'text/css', plain: Buffer.from('body{}') }]]),
};
const publicAddress = `${'a'.repeat(55)}d.onion`;
const deskAddress = `${'b'.repeat(55)}d.onion`;

type EntranceName = 'local' | 'onion' | 'desk';

let owned: Owned;
let website: Website;
let lounge: Lounge;

/** The whole website with its doors, as the configuration has it. */
async function open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  owned = new Owned();
  const directory = await mkdtemp(path.join(tmpdir(), 'onioncast-desk-'));
  owned.add(() => rm(directory, { recursive: true }));
  const environment = {
    ONIONCAST_EPHEMERAL: 'true',
    ONIONCAST_LISTEN_LOCAL: '127.0.0.1:0',
    ONIONCAST_CAPTCHA_ASK: 'off',
    ...settings,
  };
  const config = loadConfig({ workingDirectory: directory, environment });
  const quiet = { report: () => undefined, onError: (error: unknown) => expect(error).toBeUndefined() };
  lounge = await openLounge({ ...quiet, config, dataDirectory: directory, secret, styleHref: assets.style });
  owned.add(() => lounge.close());
  const fallback = titleFrom('A title');
  const file = path.join(directory, 'title.txt');
  const titles = await TitleFile.open({ path: file, fallback, clean: titleFrom, onChange: () => undefined });
  owned.add(() => titles.close());
  const pipeline = { status: () => ({ state: 'offline', renditions: [], run: 1 }), rendition: () => undefined };
  const studio: Studio = Object.assign(Object.create(null), { pipeline, push: {}, rtmpServer: undefined });
  website = buildWebsite({
    ...{ config, dataDirectory: directory, secret, assets, lounge, titles, studio, onError: quiet.onError },
    timers: noTimers,
    onions: () => [],
    publishing: () => ({}),
    onHostile: () => undefined,
    health: () => ({}),
  });
  owned.add(() => website.close());
  await website.server.listen();
  website.server.setOnionAddresses([publicAddress]);
  website.server.setOnionAddresses([deskAddress], 'desk');
}

afterEach(() => owned.close());

const local = (): URL => new URL(website.server.localUrl ?? '');

function hostOf(entrance: EntranceName): string {
  if (entrance === 'local') return local().host;
  return entrance === 'desk' ? deskAddress : publicAddress;
}

let circuitId = 100;

interface Request {
  readonly method?: string;
  readonly cookie?: string;
  readonly host?: string;
  readonly circuit?: number;
  readonly form?: Readonly<Record<string, string>>;
}

interface Answer extends RawAnswer {
  /** `name=value` of each. */
  readonly cookies: readonly string[];
}

/** One request by an entrance, on a circuit of its own unless it names one. */
async function knock(entrance: EntranceName, target: string, request: Request = {}): Promise<Answer> {
  const { form, method = form === undefined ? 'GET' : 'POST', cookie, host = hostOf(entrance) } = request;
  const body = new URLSearchParams(form).toString();
  circuitId += 1;
  const way: Entrance =
    entrance === 'local'
      ? { port: Number(local().port) }
      : { socketPath: website.sockets?.[entrance] ?? '', circuitId: request.circuit ?? circuitId };
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    'Accept: text/html',
    ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
    ...(method === 'POST'
      ? [`Origin: http://${host}`, 'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`]
      : []),
  ];
  const text = await exchange(way, `${lines.join('\r\n')}\r\n\r\n${method === 'POST' ? body : ''}`);
  const [answer] = parseAnswers(text, method === 'HEAD');
  if (answer === undefined) throw new Error(`no answer to ${method} ${target}`);
  return { ...answer, cookies: [...text.matchAll(/^Set-Cookie: ([^;\r]*)/gim)].map(([, pair]) => pair ?? '') };
}

/** What differs from one answer to the next. */
function sameForAll({ status, headers, body }: RawAnswer): unknown[] {
  const fixed = [...headers].filter(([name]) => name !== 'set-cookie' && name !== 'content-length');
  return [status, fixed, body.replace(/\/v\/[\w-]{44}/g, '').replace(/value="[\w-]{43}"/g, '')];
}

/** A visitor at the login: the cookie, and the form's token. */
async function standAtLogin(entrance: EntranceName): Promise<{ cookie: string; token: string }> {
  const { cookies, body } = await knock(entrance, '/broadcaster');
  return { cookie: cookies.join('; '), token: /name="token" value="([^"]*)"/.exec(body)?.[1] ?? '' };
}

interface Wish {
  readonly name?: string;
  readonly password?: string;
  /** The cookie of a browser that has been in before. */
  readonly device?: string;
}

/** Fills in the form. Returns the answer, and all cookies that the browser then has. */
async function logIn(entrance: EntranceName, wish: Wish = {}): Promise<Answer & { readonly cookie: string }> {
  const { name = 'broadcaster', password = lounge.newPassword ?? '', device } = wish;
  const visitor = await standAtLogin(entrance);
  const cookie = device === undefined ? visitor.cookie : `${visitor.cookie}; ${device}`;
  const answer = await knock(entrance, '/broadcaster/login', {
    cookie,
    form: { token: visitor.token, name, password },
  });
  return { ...answer, cookie: [visitor.cookie, ...answer.cookies].join('; ') };
}

/** Counts what is hashed while something goes on. */
async function hashesDuring(act: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(crypto, 'scrypt');
  syncBuiltinESMExports();
  await act();
  const { length } = spy.mock.calls;
  spy.mockRestore();
  syncBuiltinESMExports();
  return length;
}

/** Every way to name the desk, by every method. */
function waysToTheDesk(): [method: string, target: string][] {
  const routes = [...website.server.routes.keys()].filter((route) => route.startsWith('/broadcaster'));
  expect(routes).toEqual(expect.arrayContaining(['/broadcaster', '/broadcaster/login', '/broadcaster/access']));
  const spellings = [
    '/%62roadcaster',
    '/in/de/broadcaster',
    '/broadcaster?lang=de',
    `/v/${'A'.repeat(44)}/broadcaster`,
  ];
  return [...routes, ...spellings].flatMap((target) =>
    ['GET', 'HEAD', 'POST'].map((method): [string, string] => [method, target]),
  );
}

const withDoor = (entrance: string): Record<string, string> => ({ ONIONCAST_BROADCASTER_DOOR: entrance });

it.each(['local', 'desk'])(
  'has nothing at the addresses of the desk on the public onion, and hashes nothing there, with the door "%s"',
  async (entrance) => {
    await open(withDoor(entrance));
    const { cookie } = await logIn('local');
    const form = { name: 'broadcaster', password: lounge.newPassword ?? '', token: 'x' };
    const hashed = await hashesDuring(async () => {
      for (const [method, target] of waysToTheDesk()) {
        const body = method === 'POST' ? { form } : {};
        const [there, nowhere] = await Promise.all([
          knock('onion', target, { method, cookie, ...body }),
          knock('onion', target.replace(/(b|%62)roadcaster/, 'nowhere'), { method, cookie, ...body }),
        ]);
        expect([method, target, there.status]).toEqual([method, target, nowhere.status]);
        expect([404, 415]).toContain(there.status);
        expect(sameForAll(there)).toEqual(sameForAll(nowhere));
      }
    });
    expect(hashed).toBe(0);
    expect(await hashesDuring(() => logIn('local', { password: 'wrong' }))).toBe(1);
  },
);

it.each([
  ['everywhere', { local: 200, onion: 200 }],
  ['local', { local: 200, onion: 403 }],
  ['desk', { local: 200, onion: 403, desk: 200 }],
] as const)('with the door "%s" a login counts there alone, for all that staff do', async (entrance, expected) => {
  await open(withDoor(entrance));
  const { status, cookie } = await logIn('local');
  expect(status).toBe(303);
  expect((await knock('local', '/broadcaster', { cookie })).body).toContain('A title');
  const entrances: EntranceName[] = entrance === 'desk' ? ['local', 'onion', 'desk'] : ['local', 'onion'];
  const statuses: Record<string, number> = {};
  for (const each of entrances) {
    statuses[each] = (await knock(each, '/staff', { cookie })).status;
    expect((await knock(each, '/')).status).toBe(200);
    expect((await knock(each, '/chat/form')).status).toBe(200);
  }
  expect(statuses).toEqual(expected);
});

it('lets the broadcaster log in at the onion of their own', async () => {
  await open(withDoor('desk'));
  const { status, cookie } = await logIn('desk');
  expect(status).toBe(303);
  const { body } = await knock('desk', '/broadcaster', { cookie });
  expect(body).toContain('action="/broadcaster/logout"');
});

it('is called by its own name at each onion, and counts circuits apart', async () => {
  await open(withDoor('desk'));
  expect((await knock('desk', '/', { host: publicAddress })).status).toBe(421);
  expect((await knock('onion', '/', { host: deskAddress })).status).toBe(421);
  expect((await knock('local', '/', { host: deskAddress })).status).toBe(421);
  // Several at a time: on a busy machine what one after the other takes is given back meanwhile.
  const statuses = new Set<number>();
  for (let round = 0; round < 40 && !statuses.has(429); round += 1) {
    const answers = Array.from({ length: 8 }, async () => await knock('onion', '/favicon.png', { circuit: 7 }));
    for (const { status } of await Promise.all(answers)) statuses.add(status);
  }
  expect(statuses).toContain(429);
  expect((await knock('desk', '/', { circuit: 7 })).status).toBe(200);
});

it('shows who stands before a closed house the same gate for the desk as for everything', async () => {
  await open({ ...withDoor('local'), ONIONCAST_ACCESS_MODE: 'members' });
  const [gate, desk] = [await knock('onion', '/nowhere'), await knock('onion', '/broadcaster')];
  expect(gate.status).toBe(403);
  expect(sameForAll(desk)).toEqual(sameForAll(gate));
  expect((await knock('local', '/broadcaster')).status).toBe(200);
});

it('T25 tells how it is to this machine alone: at every onion there is nothing at that address, for the broadcaster too', async () => {
  await open(withDoor('desk'));
  expect((await knock('local', '/healthz')).headers.get('content-type')).toContain('json');
  const { cookies } = await logIn('desk');
  for (const [entrance, cookie] of [['onion'], ['desk'], ['desk', cookies.join('; ')]] as const) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
      const request = { method, ...(cookie !== undefined && { cookie }) };
      const [health, nothing] = [
        await knock(entrance, '/healthz', request),
        await knock(entrance, '/nowhere', request),
      ];
      if (method === 'GET') expect(sameForAll(health)).toEqual(sameForAll(nothing));
      expect(health.status).toBeGreaterThanOrEqual(400);
      expect(health.headers.get('content-type') ?? '').not.toContain('json');
    }
  }
});

it('has no second socket unless it is asked for', async () => {
  await open();
  expect(website.sockets?.desk).toBeUndefined();
});

it('takes the login name that was chosen, and does not tell it', async () => {
  await open({ ONIONCAST_BROADCASTER_LOGIN: 'Night Owl' });
  const { body } = await knock('local', '/broadcaster');
  expect(body).toContain('type="password"');
  expect(body).not.toMatch(/night owl|value="broadcaster"/i);
  expect((await logIn('local')).status).toBe(403);
  expect((await logIn('local', { name: ' night OWL ' })).status).toBe(303);
});

it('T18 stays awake under fifty wrong logins at once, listens to five a minute, and lets the owner in', async () => {
  await open();
  const owner = await logIn('onion');
  const device = owner.cookies.find((pair) => pair.startsWith('d=')) ?? '';
  const { cookie, token } = await standAtLogin('onion');
  const guess = (): Promise<Answer> =>
    knock('onion', '/broadcaster/login', { cookie, form: { token, name: 'broadcaster', password: 'guess' } });
  const stretches = new BusyStretches();
  let statuses: number[] = [];
  const hashed = await hashesDuring(async () => {
    statuses = (await Promise.all(Array.from({ length: 50 }, guess))).map(({ status }) => status);
  });
  const longestMs = stretches.stop();
  expect(hashed).toBeLessThanOrEqual(5);
  expect(statuses.filter((status) => status === 403)).toHaveLength(hashed);
  expect(statuses.filter((status) => status === 429)).toHaveLength(50 - hashed);
  // Whatever fifty requests take to be read and answered; the hashes are made elsewhere.
  expect(longestMs).toBeLessThan(250);
  while (statuses.filter((status) => status === 403).length < 5) statuses.push((await guess()).status);
  expect((await guess()).status).toBe(429);
  expect((await logIn('onion')).status).toBe(429);
  expect((await logIn('onion', { device })).status).toBe(303);
});
