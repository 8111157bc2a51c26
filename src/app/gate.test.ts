import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { titleFrom } from '../broadcast/title.ts';
import { loadConfig } from '../config/load.ts';
import type { DoorRules } from '../access/door-settings.ts';
import { FanOut } from '../live/fan-out.ts';
import { TitleFile } from '../store/title-file.ts';
import { type Archive, openArchive } from './archive.ts';
import { type Lounge, openLounge } from './lounge.ts';
import type { Studio } from './studio.ts';
import { buildWebsite, type Website } from './website.ts';
import { noTimers } from '../../test/support/no-timers.ts';
import { patience } from '../../test/support/patience.ts';

const secret = Buffer.alloc(32, 5);
const assets = {
  style: '/assets/style-0.css',
  script: '/assets/main-0.js',
  staffStyle: '/staff.css',
  staffScript: '/staff.js',
  hlsScript: '/main-hls.js',
  hlsLibrary: '/hls.js',
  inline: {},
  files: new Map([['/assets/style-0.css', { type: 'text/css', plain: Buffer.from('body{}') }]]),
};
const question = { text: 'What is on the table?', answers: ['a teapot'] };
const title = 'A secret evening';

let directory: string;
let lounge: Lounge;
let website: Website;
let fanOut: FanOut;
let archive: Archive | undefined;
let isLive: boolean;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'onioncast-gate-'));
  isLive = false;
  fanOut = new FanOut({ maxPieces: 8, maxBytes: 1_000_000 });
  const environment = {
    ONIONCAST_EPHEMERAL: 'true',
    ONIONCAST_TOR_ENABLED: 'false',
    ONIONCAST_LISTEN_LOCAL: '127.0.0.1:0',
    ONIONCAST_CAPTCHA_POOL: '4',
    ONIONCAST_ACCESS_MODE: 'members',
    ONIONCAST_SITE_ABOUT: 'About a secret',
  };
  const config = loadConfig({ workingDirectory: directory, environment });
  const quiet = { report: () => undefined, onError: (error: unknown) => expect(error).toBeUndefined() };
  lounge = await openLounge({ ...quiet, config, dataDirectory: directory, secret, styleHref: assets.style });
  const titles = await TitleFile.open({
    path: path.join(directory, 'title.txt'),
    fallback: title,
    clean: titleFrom,
    onChange: () => undefined,
  });
  // Recordings and clips have routes only where something may be kept.
  archive = await openArchive({
    ...{ config: { ...config, ephemeral: false }, dataDirectory: directory, title: () => title, offered: () => [] },
    report: () => undefined,
  });
  website = buildWebsite({
    ...{ config, dataDirectory: directory, secret, assets, lounge, titles, archive, onError: quiet.onError },
    studio: studioOf(),
    timers: noTimers,
    onions: () => [],
    publishing: () => ({}),
    onHostile: () => undefined,
    health: () => ({}),
  });
  await website.server.listen();
});

afterEach(async () => {
  await website.close();
  await archive?.close();
  await lounge.close();
  fanOut.close();
  await rm(directory, { recursive: true });
});

/** A studio that is live or not, as the test says. */
function studioOf(): Studio {
  const rendition = {
    name: '360p',
    codec: 'h264',
    mimeType: 'video/mp4; codecs="avc1.64001e,opus"',
    bandwidth: 400_000,
    width: 640,
    height: 360,
  };
  const pipeline = {
    status: () => ({ state: isLive ? 'live' : 'offline', renditions: isLive ? [rendition] : [], run: 1 }),
    rendition: () => (isLive ? { fanOut, picture: fanOut } : undefined),
  };
  const push = { accept: async () => ({ kind: 'refused', reason: 'key', message: 'no' }) };
  return Object.assign(Object.create(null), { pipeline, push, rtmpServer: undefined });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly cookie?: string;
  readonly accept?: string;
  readonly form?: Readonly<Record<string, string>>;
}

async function ask(
  target: string,
  { method = 'GET', cookie, accept = 'text/html', form }: Asked = {},
): Promise<Answer> {
  const url = new URL(website.server.localUrl ?? '');
  const headers: Record<string, string> = { host: url.host, accept };
  if (cookie !== undefined) headers['cookie'] = cookie;
  if (method === 'POST') {
    headers['origin'] = url.origin;
    headers['content-type'] = 'application/x-www-form-urlencoded';
  }
  return await new Promise((resolve, reject) => {
    const sent = httpRequest({ host: url.hostname, port: url.port, path: target, method, headers, agent: false });
    sent.on('error', reject).on('response', (response) => {
      let body = '';
      const answer = (): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
        // An endless answer has said enough.
        if (response.headers['content-length'] === undefined) setTimeout(() => sent.destroy(), 100);
      });
      response.on('end', answer).on('error', answer);
    });
    sent.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  });
}

/** Somebody before the gate: a cookie, and the fields of its form. */
async function stand(target = '/'): Promise<{ cookie: string; fields: Record<string, string>; body: string }> {
  const { headers, body } = await ask(target);
  const cookie = [headers['set-cookie'] ?? []].flat()[0]?.split(';')[0] ?? '';
  const fields: Record<string, string> = {};
  for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
  }
  return { cookie, fields, body };
}

function rules(patch: Partial<DoorRules>): void {
  lounge.door.settings.change(patch);
}

/** What differs from one showing of a page to the next: the viewer's token, the form's, the name of a picture. */
function sameForAll(body: string): string {
  return body
    .replace(/\/v\/[\w-]{44}/g, '')
    .replace(/value="[\w-]{43}"/g, '')
    .replace(/captcha\/[\w-]{43}/g, '');
}

const open = new Set([
  '/access',
  '/invitation/:secret',
  '/captcha/:name.png',
  '/broadcaster',
  '/broadcaster/login',
  '/moderate/:secret',
  '/ingest',
  '/healthz',
  '/language',
  '/favicon.png',
  '/assets/style-0.css',
]);

/** Every address that is registered, and some at which there is nothing, with the method that it takes. */
function everyAddress(): [target: string, method: string][] {
  const registered = [...website.server.routes].filter(([route]) => !open.has(route));
  expect(registered.length).toBeGreaterThan(24);
  expect(registered.map(([route]) => route)).toContain('/recordings');
  const nowhere: [string, string][] = ['/nowhere', '/.git/config', '/admin', '/people/', '/stream/%2e%2e/x'].map(
    (each) => [each, 'GET'],
  );
  return registered
    .flatMap(([route, methods]) =>
      [...methods].map((method): [string, string] => [route.replace(/:\w+/g, '360p'), method]),
    )
    .filter(([, method]) => ['GET', 'HEAD', 'POST'].includes(method))
    .concat(nowhere);
}

describe('the closed door', () => {
  it.each(['members', 'captcha', 'question', 'password'] as const)(
    'T21 is the same for every address there is and there is not, live or offline, in mode %s',
    async (mode) => {
      rules({ mode, question });
      const gate = sameForAll((await ask('/')).body);
      expect(gate).toContain('action="/access"');
      const pages = new Set<string>();
      for (const live of [false, true]) {
        isLive = live;
        for (const [target, method] of everyAddress()) {
          const page = await ask(target, { method });
          expect([target, method, page.status]).toEqual([target, method, 403]);
          if (method !== 'HEAD') pages.add(sameForAll(page.body));
          const bare = await ask(target, { method, accept: '*/*' });
          expect([target, method, bare.status, bare.body]).toEqual([target, method, 403, '']);
        }
      }
      expect([...pages]).toEqual([gate]);
    },
    60_000,
  );

  it('T21 tells at none of the addresses that are open whether something is live', async () => {
    rules({ mode: 'password' });
    const told = async () => {
      const answers: string[] = [];
      // Who is asking on this machine may know; from Tor there is no such address.
      for (const target of [...open].filter((each) => each !== '/healthz')) {
        for (const method of ['GET', 'HEAD', 'POST']) {
          const { status, headers, body } = await ask(target.replace(':secret', 'x'.repeat(22)), { method });
          const { 'set-cookie': _cookie, 'content-length': length, ...rest } = headers;
          answers.push(sameForAll(JSON.stringify([target, method, status, rest, length]) + body));
        }
      }
      return answers;
    };
    isLive = false;
    const offline = await told();
    isLive = true;
    expect(await told()).toEqual(offline);
  });

  it('T21 says nothing of what is behind it', async () => {
    isLive = true;
    const { headers, body } = await ask('/');
    expect(body).not.toMatch(/secret|Live stream|viewer|live|chat|360p/i);
    expect(Object.keys(headers)).not.toContain('last-modified');
  });

  it('T21 lets nobody in by cookie, prefix or header of their own', async () => {
    const { cookie } = await stand();
    for (const each of [cookie, 's=A', `${cookie}; b=${'A'.repeat(43)}`]) {
      expect((await ask('/', { cookie: each })).status).toBe(403);
    }
    expect((await ask(`/v/${cookie.slice(2)}/`)).status).toBe(403);
    expect((await ask(`/in/de/v/${'A'.repeat(44)}/chat`)).status).toBe(403);
  });

  it('T17 keeps nothing of two thousand visitors who do not come in', async () => {
    rules({ mode: 'captcha' });
    for (let count = 0; count < 2000; count += 1) await ask('/');
    expect(lounge.door.challenges.size).toBe(0);
    expect(lounge.door.kept.size).toBe(0);
  }, 60_000);
});

describe('the password of the door', () => {
  const knock = async ({ cookie, fields }: Awaited<ReturnType<typeof stand>>, password: string) =>
    await ask('/access', { method: 'POST', cookie, form: { ...fields, password } });

  it('lets in whoever knows it, and whoever came by the one before is out', async () => {
    rules({ mode: 'password' });
    const anna = await stand();
    expect(anna.body).toContain('type="password"');
    expect((await knock(anna, 'open sesame')).status).toBe(403);
    await lounge.door.password.change('open sesame');
    expect((await knock(anna, 'open barley')).status).toBe(403);
    expect((await ask('/', { cookie: anna.cookie })).status).toBe(403);
    expect((await knock(anna, 'open sesame')).headers['location']).toBe('/');
    expect((await ask('/', { cookie: anna.cookie })).status).toBe(200);
    await lounge.door.password.change('another word');
    expect((await ask('/', { cookie: anna.cookie })).status).toBe(403);
  });

  it('opens to invitations and to tripcodes of members as every door does, and to nothing that other doors asked for', async () => {
    const { code } = (await lounge.tripcodes.make('mine alone')) ?? { code: '' };
    await lounge.door.password.change('open sesame');
    rules({ mode: 'password', tripcodes: [code] });
    expect((await knock(await stand(), 'mine alone')).status).toBe(303);
    const bert = await stand();
    lounge.door.admissions.pass(bert.cookie.slice(2, 24), { captcha: true, question: true });
    expect((await ask('/', { cookie: bert.cookie })).status).toBe(403);
    const link = lounge.door.invitations.create({ label: 'Cid', maxUses: 1, forMs: 3_600_000 }) ?? '';
    const cid = await stand(`/invitation/${link}`);
    await ask(`/invitation/${link}`, { method: 'POST', cookie: cid.cookie, form: cid.fields });
    expect((await ask('/', { cookie: cid.cookie })).status).toBe(200);
  });

  it('T18 asks for a picture as well while somebody guesses, and hashes no more than a few at once', async () => {
    await lounge.door.password.change('open sesame');
    rules({ mode: 'password' });
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => lounge.door.password.judge('guess')));
    expect(outcomes.filter(({ kind }) => kind === 'busy').length).toBeGreaterThanOrEqual(36);
    expect((await stand()).body).not.toContain('captcha-picture');
    while (!lounge.door.password.needsPicture) await lounge.door.password.judge('x'.repeat(300));
    const guest = await stand();
    expect(guest.body).toContain('captcha-picture');
    expect(guest.body).toContain('type="password"');
    expect((await knock(guest, 'open sesame')).status).toBe(403);
  });
});

describe('coming in', () => {
  it('with the right answer to the question, and then being known everywhere', async () => {
    rules({ mode: 'question', question });
    const { cookie, fields, body } = await stand('/chat');
    expect(body).toContain('What is on the table?');
    const form = { ...fields, 'captcha-question': 'A Teapot!' };
    const answer = await ask('/access', { method: 'POST', cookie, form });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
    for (const target of ['/', '/chat/form', '/chat/log']) expect((await ask(target, { cookie })).status).toBe(200);
    expect((await ask('/', { cookie })).body).toContain(title);
    expect((await ask('/')).status).toBe(403);
  });

  it('by the picture, which is the first captcha of the chat as well', async () => {
    rules({ mode: 'captcha' });
    await vi.waitFor(() => expect(lounge.door.pictures.ready).toBeGreaterThan(0), patience);
    const { cookie, fields } = await stand();
    const spy = vi
      .spyOn(lounge.door.pictures, 'take')
      .mockReturnValueOnce({ answer: 'ACEHK', png: Buffer.from('png') });
    expect((await ask(`/captcha/${fields['captcha']}.png`, { cookie, accept: 'image/*' })).status).toBe(200);
    expect(spy).toHaveBeenCalledOnce();
    const wrong = await ask('/access', { method: 'POST', cookie, form: { ...fields, 'captcha-picture': '' } });
    expect([wrong.status, wrong.body.includes('Something is missing.')]).toEqual([403, true]);
    await ask('/access', { method: 'POST', cookie, form: { ...fields, 'captcha-picture': 'acehk' } });
    const chat = await ask('/chat/form', { cookie });
    expect(chat.status).toBe(200);
    expect(chat.body).not.toContain('captcha-picture');
  });

  it('with the password of a member’s tripcode, and no other', async () => {
    const { code } = (await lounge.tripcodes.make('open sesame')) ?? { code: '' };
    rules({ mode: 'members', tripcodes: [code] });
    const { cookie, fields } = await stand();
    const wrong = await ask('/access', { method: 'POST', cookie, form: { ...fields, password: 'open barley' } });
    expect(wrong.status).toBe(403);
    expect(wrong.body).toContain('That was not right.');
    expect(wrong.body).not.toContain('barley');
    const right = await ask('/access', { method: 'POST', cookie, form: { ...fields, password: 'open sesame' } });
    expect(right.status).toBe(303);
    expect((await ask('/', { cookie })).status).toBe(200);
    rules({ tripcodes: [] });
    expect((await ask('/', { cookie })).status).toBe(403);
  });

  it('with the password of a moderator’s tripcode, who needs no place among the members', async () => {
    const { code } = (await lounge.tripcodes.make('keeper of the keys')) ?? { code: '' };
    rules({ mode: 'members', tripcodes: [] });
    const { cookie, fields } = await stand();
    const knock = () => ask('/access', { method: 'POST', cookie, form: { ...fields, password: 'keeper of the keys' } });
    expect((await knock()).status).toBe(403);
    const by = { kind: 'tripcode', code } as const;
    lounge.moderation.moderate({ kind: 'broadcaster' }, { kind: 'appoint', by, label: 'Keeper' });
    expect((await knock()).status).toBe(303);
    expect((await ask('/', { cookie })).status).toBe(200);
  });

  it('by an invitation, as often as it says, after its button was pressed', async () => {
    const link = lounge.door.invitations.create({ label: 'friends', maxUses: 1, forMs: 3_600_000 }) ?? '';
    const [anna, bert] = [await stand(`/invitation/${link}`), await stand(`/invitation/${link}`)];
    expect((await ask('/', { cookie: anna.cookie })).status).toBe(403);
    const use = async ({ cookie, fields }: typeof anna) =>
      (await ask(`/invitation/${link}`, { method: 'POST', cookie, form: fields })).status;
    expect(await use(anna)).toBe(303);
    expect(await use(bert)).toBe(403);
    expect((await ask('/', { cookie: anna.cookie })).status).toBe(200);
    expect((await ask('/', { cookie: bert.cookie })).status).toBe(403);
    expect(sameForAll((await ask('/invitation/nothing')).body.replaceAll('nothing', link))).toBe(
      sameForAll((await ask(`/invitation/${link}`)).body),
    );
  });

  it('is refused with a form of somebody else, and after three wrong answers, for a minute', async () => {
    rules({ mode: 'question', question });
    const [anna, bert] = [await stand(), await stand()];
    const stolen = { ...bert.fields, 'captcha-question': 'a teapot' };
    expect((await ask('/access', { method: 'POST', cookie: anna.cookie, form: stolen })).status).toBe(403);
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const form = { ...bert.fields, 'captcha-question': count < 9 ? 'kettle' : 'a teapot' };
      statuses.push((await ask('/access', { method: 'POST', cookie: bert.cookie, form })).status);
    }
    expect(statuses).toEqual([403, 403, 403, 429, 429, 429, 429, 429, 429, 429]);
  });

  it('is never lost by going to the form by its address', async () => {
    expect((await ask('/access')).headers['location']).toMatch(/\/$/);
  });
});

describe('the desk', () => {
  it('belongs to the broadcaster, who passes every door, sets its rules at once and makes invitations', async () => {
    const { fields, cookie } = await stand('/broadcaster');
    const login = { ...fields, name: 'broadcaster', password: lounge.newPassword ?? '' };
    const answer = await ask('/broadcaster/login', { method: 'POST', cookie, form: login });
    const own = [cookie, ...[answer.headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0])].join('; ');
    const page = await ask('/broadcaster/access', { cookie: own });
    expect(page.status).toBe(200);
    expect((await ask('/', { cookie: own })).status).toBe(200);
    const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
    const post = async (form: Record<string, string>, as = own) =>
      await ask('/broadcaster/access', { method: 'POST', cookie: as, form: { token, ...form } });
    const doorForm = { do: 'door', mode: 'open', tripcodes: 'abc\r\nabc\n def ' };
    expect((await post(doorForm, cookie)).status).toBe(403);
    expect((await post({ ...doorForm, token: 'x' })).status).toBe(403);
    expect((await post(doorForm)).status).toBe(303);
    expect(lounge.door.settings.rules).toMatchObject({ mode: 'open', tripcodes: ['abc', 'def'] });
    expect((await post({ ...doorForm, mode: 'password' })).body).toContain('Set a password first');
    expect((await post({ do: 'password', password: 'short' })).status).toBe(422);
    expect((await post({ do: 'password', password: 'long enough' })).status).toBe(303);
    expect((await post({ ...doorForm, mode: 'password' })).status).toBe(303);
    expect((await post(doorForm)).status).toBe(303);
    expect((await post({ do: 'guest', guest: 'Ann' })).status).toBe(422);
    const asked = { do: 'question', kind: 'question', question: 'Which <colour>?', answers: 'blue\r\nazure' };
    expect((await post({ ...asked, answers: '' })).status).toBe(422);
    expect((await post({ ...asked, question: 'x'.repeat(201) })).status).toBe(422);
    expect((await post(asked)).status).toBe(303);
    expect((await ask('/chat/form')).body).toContain('Which &lt;colour>?');
    expect((await post({ do: 'invite', label: 'x', uses: '0', days: '7' })).status).toBe(422);
    const made = await post({ do: 'invite', label: 'Anna & Bert', uses: '2', days: '7' });
    expect(made.body).toMatch(/http:\/\/127\.0\.0\.1:\d+\/invitation\/[\w-]{22}/);
    expect((await ask('/broadcaster/access', { cookie: own })).body).not.toContain('/invitation/');
    expect((await post({ do: 'revoke', id: '1' })).status).toBe(303);
    expect(lounge.door.invitations.list()).toMatchObject([{ label: 'Anna & Bert', isRevoked: true }]);
    expect((await post({ do: 'nothing' })).status).toBe(400);
  });
});

describe('those who are in', () => {
  /** Opens the endless chat and tells when it ends. */
  function watch(cookie: string): { readonly opened: Promise<number>; readonly ended: Promise<void> } {
    const url = new URL('/chat', website.server.localUrl);
    const sent = httpRequest(url, { headers: { cookie, accept: 'text/html' }, agent: false });
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const opened = new Promise<number>((resolve) => {
      sent.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.on('close', end).resume();
      });
    });
    sent.on('error', end).end();
    return { opened, ended };
  }

  async function member(): Promise<string> {
    const link = lounge.door.invitations.create({ label: 'x', maxUses: 5, forMs: 3_600_000 }) ?? '';
    const { cookie, fields } = await stand(`/invitation/${link}`);
    await ask(`/invitation/${link}`, { method: 'POST', cookie, form: fields });
    return cookie;
  }

  it.each([
    ['the invitation is revoked', () => lounge.door.invitations.revoke(1)],
    ['all that they have shown is taken back', () => lounge.door.admissions.revoke(onlyViewer())],
  ])('T21 are out at once when %s', async (_name, putOut) => {
    const chat = watch(await member());
    expect(await chat.opened).toBe(200);
    putOut();
    await chat.ended;
  });

  it('T21 are out at once when the door is closed while they are in, and members stay', async () => {
    const insider = watch(await member());
    rules({ mode: 'open' });
    const { cookie } = await stand();
    const outsider = watch(cookie);
    expect([await insider.opened, await outsider.opened]).toEqual([200, 200]);
    rules({ mode: 'members' });
    await outsider.ended;
    expect(website.server.responses.size).toBe(1);
  });

  function onlyViewer(): string {
    const [viewer] = lounge.door.kept.newest(10);
    return viewer?.viewerId ?? '';
  }
});
