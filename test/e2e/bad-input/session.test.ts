import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mintFormToken } from '../../../src/http/form-token.ts';
import { viewerIdOf } from '../../../src/http/viewer.ts';
import { logIn, type OnionServer, startOnionServer } from '../../support/onion-server.ts';
import { formIn, type RawVisitor, type VisitorAnswer } from '../../support/raw-visitor.ts';

/** Sessions, captchas and logins: the rows S of bad input. S06 (a captcha after its time) is tested where the clock can be turned; S15 with hostile texts. */

const knownCaptchas = new URL('../../../bench/support/known-captchas.js', import.meta.url).href;
const rightAnswer = 'ACEHK';

let server: OnionServer;
/** Asks for a captcha before the first message, with pictures that all say the same. */
let asking: OnionServer;
let secret: Buffer;

beforeAll(async () => {
  server = await startOnionServer();
  secret = await readFile(path.join(server.program.data, 'server-secret'));
  const known = { NODE_OPTIONS: `--import=${knownCaptchas}`, ONIONCAST_CAPTCHA_ASK: 'first' };
  asking = await startOnionServer({ env: { ...known, ONIONCAST_CAPTCHA_POOL: '64' } });
});

afterAll(async () => {
  await server.program.close();
  await asking.program.close();
});

const ruleOf = ({ body }: VisitorAnswer): string | undefined => /notice-bad rule-([a-z-]+)/.exec(body)?.[1];
const sessionOf = (visitor: RawVisitor): string => visitor.cookies.get('s') ?? '';
const freshToken = /^[A-Za-z0-9_-]{44}$/;

/** The same session by another circuit. */
function again(from: RawVisitor, on: OnionServer = server): RawVisitor {
  const visitor = on.visitor();
  for (const [name, value] of from.cookies) visitor.cookies.set(name, value);
  return visitor;
}

describe('a cookie', () => {
  it.each([
    ['S01 of 4 kB', `s=${'A'.repeat(4096)}`],
    ['S01 of 0 bytes', 's='],
    ['S01 without a value', 's'],
    ['S01 in quotation marks', `s="${'A'.repeat(44)}"`],
    ['S01 with a broken quotation mark', 's="x'],
    ['S01 with bytes that are no letters', `s=${'\u00e9\u00ff'.repeat(22)}`],
    ['S01 with markup', 's=<script>alert(1)</script>'],
    ['S01 of another name in another case', `S=${'A'.repeat(44)}`],
    ['S01 a thousand of them', Array.from({ length: 500 }, (_, n) => `c${n}=1`).join('; ')],
    ['S02 well-formed, but not ours', `s=${'Ab1_'.repeat(11)}`],
    ['S02 chosen by somebody else', 's=attacker'],
    ['S02 of the tag of another one', `s=${randomBytes(33).toString('base64url')}`],
  ])('%s is as none: somebody new, and nothing of it comes back', async (_what, cookie) => {
    const visitor = server.visitor();
    const answer = await visitor.get('/chat/form', [`Cookie: ${Buffer.from(cookie).toString('latin1')}`]);
    expect(answer.status).toBe(200);
    const [, value = ''] = cookie.split('=');
    expect(sessionOf(visitor)).toMatch(freshToken);
    expect(sessionOf(visitor)).not.toBe(value);
    if (value.length > 4) expect(answer.body + [...answer.headers].join()).not.toContain(value);
  });

  it('S01 twice, once our own: as none', async () => {
    const visitor = server.visitor();
    await visitor.get('/chat/form');
    const own = sessionOf(visitor);
    await visitor.get('/chat/form', [`Cookie: s=${'A'.repeat(44)}; s=${own}`]);
    expect(sessionOf(visitor)).not.toBe(own);
  });

  it('is of this kind and no other: for scripts and other sites out of reach, without a date', async () => {
    const { setCookies } = await server.visitor().get('/');
    expect(setCookies).toEqual([
      expect.stringMatching(/^s=[A-Za-z0-9_-]{44}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/),
    ]);
  });
});

describe('T09 a session', () => {
  it('cannot be chosen by a link: not in the query, and not by its address when another site has linked to it', async () => {
    const attacker = server.visitor();
    await attacker.get('/chat/form');
    const known = sessionOf(attacker);
    const link = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
    const targets = [`/?token=${known}`, `/?s=${known}`, `/?v=${known}`, `/v/${known}/`, `/v/${known}/chat/form`];
    for (const target of [...targets, `/v/${known}/in/de/`, `/in/de/v/${known}/`]) {
      const victim = server.visitor();
      const answer = await victim.get(target, link);
      expect(sessionOf(victim)).not.toBe(known);
      if (!target.startsWith('/?')) expect(answer.body).not.toContain(known);
    }
  });

  it('that came by an address never becomes a cookie', async () => {
    const attacker = server.visitor();
    await attacker.get('/chat/form');
    const victim = server.visitor();
    const answer = await victim.get(`/v/${sessionOf(attacker)}/`);
    expect([answer.status, victim.cookie]).toEqual([200, '']);
  });

  it('with a cookie stands in no page, redirect or header but the one that renews it', async () => {
    const visitor = server.visitor();
    await visitor.say('hello');
    const token = sessionOf(visitor);
    const pages = ['/', '/chat/form', '/chat/log', '/language', '/broadcaster', '/chat/poll', '/chat/appeal', '/none'];
    for (const page of [...pages, `/v/${token}/`, `/v/${token}/chat/log`]) {
      const { body, headers } = await again(visitor).get(page);
      const others = [...headers].filter(([name]) => name !== 'set-cookie');
      expect(body + others.join()).not.toContain(token);
    }
    expect((await again(visitor).say('again')).headers.get('location')).toBe('/chat/form');
  });

  it('without a cookie stands in addresses alone, never in what people read or in rows that all receive', async () => {
    const visitor = server.visitor();
    const { body } = await visitor.get('/');
    const token = sessionOf(visitor);
    const read = body.replaceAll(/<script type="application\/json".*?<\/script>|<[^>]*>/gs, '');
    expect(body).toContain(`/v/${token}/`);
    expect(read).toContain('Chat');
    expect(read).not.toContain(token);
    visitor.cookies.clear();
    const posted = await visitor.fill(`/v/${token}/chat/form`, { message: 'without cookies', do: 'post' });
    expect(posted.status).toBe(303);
    expect((await server.visitor().get('/chat/log')).body).not.toContain(token);
  });

  it('S14 in an address opens nothing but the pages of its viewer: there are no tickets', async () => {
    const owner = await server.broadcaster();
    const token = sessionOf(owner);
    const stranger = server.visitor();
    expect((await stranger.get(`/v/${token}/staff`)).status).toBe(403);
    expect((await stranger.get(`/v/${token}/broadcaster`)).body).toContain('/broadcaster/login"');
    expect((await stranger.post(`/v/${token}/ingest`, 'x')).status).toBe(404);
    expect((await stranger.get(`/v/${token}/v/${token}/`)).status).toBe(404);
    expect((await stranger.post(`/v/${token}/stream.mp4`, 'x')).status).toBe(405);
  });
});

describe('S03 somebody who is banned', () => {
  it('is told so in place of pages, with every circuit and by address too', async () => {
    const victim = server.visitor();
    await victim.say('something bad');
    const owner = await server.broadcaster();
    const log = (await owner.get('/chat/log')).body;
    const id = /id="m(\d+)"[^]*?something bad/.exec(log.slice(log.lastIndexOf('<div class="row')))?.[1];
    const { fields } = formIn((await owner.get(`/chat/tools?m=${id}`)).body, '/chat/tools');
    expect((await owner.post('/chat/tools', { ...fields, do: 'ban', 'end-video': 'yes' })).status).toBe(200);
    for (const page of ['/', '/chat', '/chat/log', '/player', '/events', '/stream.m3u8', '/stream/360p.mp4']) {
      expect([page, (await again(victim).get(page)).status]).toEqual([page, 403]);
      expect([page, (await server.visitor().get(`/v/${sessionOf(victim)}${page}`)).status]).toEqual([page, 403]);
    }
    const refused = await again(victim).say('more');
    expect([refused.status, ruleOf(refused)]).toEqual([403, 'banned']);
    expect(refused.body).toContain('>more</textarea>');
  });
});

/** A form whose picture has been looked at. */
async function seen(visitor: RawVisitor): Promise<Record<string, string>> {
  const { fields } = formIn((await visitor.get('/chat/form')).body);
  expect((await visitor.get(`/captcha/${fields['captcha']}.png`)).status).toBe(200);
  return { ...fields, do: 'post', message: 'hello' };
}

describe('a captcha', () => {
  it('S05 answered rightly by somebody else: refused, before and after it was used', async () => {
    const [anna, bert] = [asking.visitor(), asking.visitor()];
    const form = await seen(anna);
    const stolen = { captcha: form['captcha'] ?? '', 'captcha-picture': rightAnswer };
    expect((await bert.get(`/captcha/${stolen.captcha}.png`)).status).toBe(410);
    for (const use of [false, true]) {
      const answer = await bert.say('stolen', stolen);
      expect([use, answer.status, ruleOf(answer)]).toEqual([use, 422, 'captcha-expired']);
      if (!use) expect((await anna.post('/chat/form', { ...form, 'captcha-picture': rightAnswer })).status).toBe(303);
    }
    expect((await asking.visitor().get('/chat/log')).body).not.toContain('stolen');
  });

  it('S05 used twice: the second session stays outside', async () => {
    const anna = asking.visitor();
    const { captcha = '', ...form } = await seen(anna);
    const answered = { captcha, 'captcha-picture': rightAnswer };
    expect((await anna.post('/chat/form', { ...form, ...answered })).status).toBe(303);
    const other = asking.visitor();
    expect((await other.say('replayed', answered)).status).toBe(422);
  });

  it.each([
    ['10 kB', 'A'.repeat(10_000)],
    ['NUL', '\0ACEHK'],
    ['NUL within', 'ACE\0HK'],
    ['a percent sign', '%'],
    ['markup', '"><script>'],
  ])('S07 answered with %s: refused', async (_what, typed) => {
    const visitor = asking.visitor();
    const answer = await visitor.post('/chat/form', { ...(await seen(visitor)), 'captcha-picture': typed });
    expect([413, 422]).toContain(answer.status);
    expect(answer.body).not.toContain('<script>');
  });

  it.each(['ACEHK', ' acehk ', 'ace hk', 'a c e h k'])('S07 answered rightly as %j: taken', async (typed) => {
    const visitor = asking.visitor();
    const answer = await visitor.post('/chat/form', { ...(await seen(visitor)), 'captcha-picture': typed });
    expect(answer.status).toBe(303);
  });

  it('S09, W13 left out: nothing is posted, and the text comes back', async () => {
    for (const more of [{}, { captcha: '' }, { captcha: 'A'.repeat(43), 'captcha-picture': rightAnswer }]) {
      const answer = await asking.visitor().say('no captcha', more);
      expect(answer.status).toBe(422);
      expect(ruleOf(answer)).toMatch(/^captcha-(needed|expired)$/);
      expect(answer.body).toContain('>no captcha</textarea>');
    }
    const visitor = asking.visitor();
    const form = { ...(await seen(visitor)), 'captcha-picture': rightAnswer };
    expect((await asking.visitor().post('/chat/form', form)).status).toBe(403);
    expect((await asking.visitor().get('/chat/log')).body).not.toContain('no captcha');
  });

  it('S10 a hundred pictures of one session: ten, then how long to wait', async () => {
    const visitor = asking.visitor();
    await visitor.get('/chat/form');
    const statuses: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      const circuit = again(visitor, asking);
      const { captcha } = formIn((await circuit.get('/chat/form')).body).fields;
      const answer = await circuit.get(`/captcha/${captcha ?? 'x'}.png`);
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 200 || status === 429 || status === 410)).toHaveLength(100);
  });
});

describe('a login', () => {
  it('S13 that was ended: its cookie opens nothing, nor do forms that were made for it', async () => {
    const owner = await server.broadcaster();
    const token = mintFormToken('desk', owner.cookies.get('b') ?? '', secret, Date.now(), randomBytes(16));
    const staffToken = mintFormToken(
      'staff',
      viewerIdOf(sessionOf(owner), secret),
      secret,
      Date.now(),
      randomBytes(16),
    );
    const before = again(owner);
    expect((await owner.fill('/broadcaster', {}, '/broadcaster/logout')).status).toBe(303);
    expect(owner.cookies.has('b')).toBe(false);
    expect((await before.get('/broadcaster')).body).toContain('/broadcaster/login"');
    for (const [target, own] of [
      ['/broadcaster/title', token],
      ['/broadcaster/key', token],
      ['/broadcaster/logout', token],
      ['/staff', staffToken],
      ['/chat/tools', staffToken],
    ] as const) {
      const answer = await again(before).post(target, { token: own, title: 'mine', do: 'announce', announcement: 'x' });
      expect([target, answer.status]).toEqual([target, 403]);
    }
    for (const page of ['/staff', '/chat/tools?m=1', '/broadcaster/access']) {
      expect([page, (await again(before).get(page)).status]).toEqual([page, 403]);
    }
  });

  it('T18 by HTTP Basic does not exist', async () => {
    const basic = `Authorization: Basic ${Buffer.from(`broadcaster:${server.password}`).toString('base64')}`;
    for (const page of ['/staff', '/broadcaster/access']) {
      const answer = await server.visitor().get(page, [basic]);
      expect([answer.status, answer.headers.has('www-authenticate')]).toEqual([403, false]);
    }
    for (const page of ['/admin', '/login']) expect((await server.visitor().get(page, [basic])).status).toBe(404);
  });

  it('S11 fifty wrong ones at once: five are looked at, pages go on, and the owner still gets in', async () => {
    // What was guessed wrong is held against everybody for a minute, and more each time.
    const guessed = await startOnionServer();
    onTestFinished(async () => void (await guessed.program.close()));
    const owner = await guessed.broadcaster();
    owner.cookies.delete('b');
    const guessers = Array.from({ length: 50 }, () => guessed.visitor());
    const forms = await Promise.all(guessers.map(async (one) => formIn((await one.get('/broadcaster')).body)));
    const guesses = guessers.map(async (one, index) => {
      const { action = '', fields = {} } = forms[index] ?? {};
      return await one.post(action, { ...fields, name: 'broadcaster', password: `wrong ${index}` });
    });
    expect((await guessed.visitor().get('/')).status).toBe(200);
    const answers = await Promise.all(guesses);
    expect(answers.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(5);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(45);
    for (const { status, headers } of answers) {
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await logIn(owner, guessed.password);
  });
});
