import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { hashPassword } from '../../identity/password.ts';
import { renderBroadcasterDesk, renderBroadcasterLogin } from '../../views/broadcaster.tsx';
import { BroadcasterAccess } from '../../access/broadcaster-access.ts';
import { placesWith } from '../../../test/support/places.ts';
import { isBroadcasterRequest, registerBroadcasterRoutes } from './broadcaster.ts';

const secret = randomBytes(32);
const password = 'k3f9a-aaaaa-bbbbb';
const styleHref = '/style.css';
const key = 'live-canary-key';

let hash = '';
let app: FastifyInstance;
let now = 0;
let title = '';
let isDiskFull = false;

beforeAll(async () => {
  hash = await hashPassword(password, Buffer.alloc(16, 1));
});

function build(): FastifyInstance {
  const places = placesWith(secret);
  const fastify = Fastify({ rewriteUrl: (raw) => places.enter(raw) });
  const access = new BroadcasterAccess({
    ...{ login: 'broadcaster', entrance: 'everywhere', secret, randomBytes },
    passwordHash: () => hash,
    now: () => now,
  });
  fastify.setErrorHandler((error, _request, reply) =>
    reply
      .status(error instanceof AppError ? error.status : 500)
      .send(error instanceof AppError ? error.code : String(error)),
  );
  registerBroadcasterRoutes(fastify, {
    access,
    places,
    offeredLogin: 'broadcaster',
    secret,
    now: () => 1_800_000_000_000,
    randomBytes,
    publisherProblem: () => undefined,
    snapshot: () => ({ state: 'live', stateSeconds: 1, title, viewers: 2, renditions: [], run: 1 }),
    setTitle: async (wish) => {
      title = wish;
      if (isDiskFull) throw new Error('ENOSPC');
    },
    hasRecordings: false,
    schedule: () => ({ phase: 'open' }),
    publishing: () => ({ server: 'rtmp://127.0.0.1/live', pushUrl: 'http://127.0.0.1:5000/ingest', key }),
    renderLogin: (data, { texts, base }) => renderBroadcasterLogin({ ...data, texts, base, styleHref }),
    renderDesk: (data, { texts, base }) => renderBroadcasterDesk({ ...data, texts, base, styleHref }),
  });
  fastify.get('/who', async (request) => String(isBroadcasterRequest(access, request)));
  return fastify;
}

beforeEach(() => {
  now = 0;
  title = 'Old title';
  isDiskFull = false;
  app = build();
});

afterEach(() => app.close());

/** A browser: keeps cookies and posts the forms it is given. */
class Browser {
  readonly cookies = new Map<string, string>();

  async get(url: string): Promise<LightMyRequestResponse> {
    return this.#keep(await app.inject({ url, headers: this.#headers() }));
  }

  async post(url: string, fields: Record<string, string>): Promise<LightMyRequestResponse> {
    const headers = { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded' };
    return this.#keep(
      await app.inject({ method: 'POST', url, headers, payload: new URLSearchParams(fields).toString() }),
    );
  }

  async token(): Promise<string> {
    const { body } = await this.get('/broadcaster');
    return /name="token" value="([^"]*)"/.exec(body)?.[1] ?? '';
  }

  async logIn(wish: { name?: string; password?: string } = {}): Promise<LightMyRequestResponse> {
    return this.post('/broadcaster/login', { token: await this.token(), name: 'broadcaster', password, ...wish });
  }

  #headers(): Record<string, string> {
    return this.cookies.size === 0
      ? {}
      : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #keep(response: LightMyRequestResponse): LightMyRequestResponse {
    for (const { name, value } of response.cookies) {
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

describe('the broadcaster\u2019s login', () => {
  it('lets in whoever knows the password, with a cookie of its own', async () => {
    const browser = new Browser();
    expect((await browser.get('/broadcaster')).body).toContain('type="password"');
    const answer = await browser.logIn();
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/broadcaster']);
    expect([answer.headers['set-cookie']].flat()).toEqual([
      expect.stringMatching(/^b=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/),
      expect.stringMatching(/^d=[\w-]{22}\.[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7776000$/),
    ]);
    expect((await browser.get('/broadcaster')).body).toContain('Old title');
    expect((await browser.get('/who')).body).toBe('true');
  });

  it('takes the password with the spaces a paste brings, and the name in any case', async () => {
    expect((await new Browser().logIn({ name: ' Broadcaster ', password: ` ${password}\n` })).statusCode).toBe(303);
  });

  it.each([
    ['password', { password: 'wrong' }],
    ['name', { name: 'admin' }],
    ['everything', { name: '', password: '' }],
    ['length', { password: 'x'.repeat(3000) }],
  ])('refuses a wrong %s, always alike', async (_what, wish) => {
    const answer = await new Browser().logIn(wish);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('Name or password is wrong.');
    expect(answer.cookies.filter(({ name }) => name !== 's')).toEqual([]);
  });

  it('refuses the form of another viewer', async () => {
    const [mine, other] = [new Browser(), new Browser()];
    await other.get('/broadcaster');
    const token = await mine.token();
    expect((await other.post('/broadcaster/login', { token, name: 'broadcaster', password })).statusCode).toBe(403);
    expect((await other.get('/who')).body).toBe('false');
  });

  it('listens to no more than five of fifty at once, and the owner still gets in', async () => {
    const owner = new Browser();
    await owner.logIn();
    await owner.post('/broadcaster/logout', { token: await owner.token() });
    const stranger = new Browser();
    const token = await stranger.token();
    const guesses = Array.from({ length: 50 }, () =>
      stranger.post('/broadcaster/login', { token, name: 'broadcaster', password: 'guess' }),
    );
    const statuses = (await Promise.all(guesses)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 403).length).toBeLessThanOrEqual(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(45);
    for (let n = 0; n < 5; n += 1) await stranger.logIn({ password: 'guess' });
    const locked = await new Browser().logIn();
    expect(locked.statusCode).toBe(429);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
    expect((await owner.logIn()).statusCode).toBe(303);
  });

  it('holds an owner\u2019s browser to limits too, and a made-up device to those of strangers', async () => {
    const owner = new Browser();
    await owner.logIn();
    owner.cookies.delete('b');
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await owner.logIn({ password: 'slip' })).statusCode);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    for (let n = 0; n < 6; n += 1) {
      const stranger = new Browser();
      stranger.cookies.set('d', `${'A'.repeat(21)}${n}.${'A'.repeat(22)}`);
      statuses.push((await stranger.logIn({ password: 'guess' })).statusCode);
    }
    expect(statuses.slice(6)).toEqual([403, 403, 403, 403, 403, 429]);
  });

  it('ends with logging out, for the cookie too', async () => {
    const browser = new Browser();
    await browser.logIn();
    const session = browser.cookies.get('b') ?? '';
    const answer = await browser.post('/broadcaster/logout', { token: await browser.token() });
    expect(answer.statusCode).toBe(303);
    expect(browser.cookies.has('b')).toBe(false);
    browser.cookies.set('b', session);
    expect((await browser.get('/who')).body).toBe('false');
  });

  it('ends after twelve hours', async () => {
    const browser = new Browser();
    await browser.logIn();
    now += 12 * 3_600_000 - 1;
    expect((await browser.get('/who')).body).toBe('true');
    now += 1;
    expect((await browser.get('/who')).body).toBe('false');
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(4000), '"; drop'])('knows nobody by the cookie %j', async (value) => {
    expect((await app.inject({ url: '/who', headers: { cookie: `b=${value}` } })).body).toBe('false');
  });
});

describe('the desk', () => {
  it('changes the title', async () => {
    const browser = new Browser();
    await browser.logIn();
    const answer = await browser.post('/broadcaster/title', { token: await browser.token(), title: 'New <title>' });
    expect(answer.statusCode).toBe(303);
    expect(title).toBe('New <title>');
    expect((await browser.get('/broadcaster')).body).toContain('value="New &lt;title>"');
  });

  it('says so when the title could not be kept', async () => {
    const browser = new Browser();
    await browser.logIn();
    isDiskFull = true;
    const answer = await browser.post('/broadcaster/title', { token: await browser.token(), title: 'For now' });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('could not be saved');
    expect(answer.body).not.toContain('ENOSPC');
  });

  it('shows how to connect, and the key on demand alone', async () => {
    const browser = new Browser();
    await browser.logIn();
    const page = await browser.get('/broadcaster');
    expect(page.body).toContain('rtmp://127.0.0.1/live');
    expect(page.body).toContain('href="/staff"');
    expect(page.body).not.toContain(key);
    expect((await browser.post('/broadcaster/key', { token: await browser.token() })).body).toContain(key);
  });

  it.each(['title', 'key', 'logout'])(
    'does nothing at %s for strangers, or without the desk\u2019s own form',
    async (action) => {
      const fields = { title: 'Taken over' };
      const stranger = new Browser();
      const theirs = await stranger.post(`/broadcaster/${action}`, { ...fields, token: await stranger.token() });
      expect([theirs.statusCode, theirs.body]).toEqual([403, 'LOGIN_NEEDED']);
      const [owner, other] = [new Browser(), new Browser()];
      await owner.logIn();
      await other.logIn();
      for (const token of ['', 'x'.repeat(43), await other.token()]) {
        expect((await owner.post(`/broadcaster/${action}`, { ...fields, token })).statusCode).toBe(403);
      }
      expect(title).toBe('Old title');
      expect((await owner.get('/who')).body).toBe('true');
    },
  );
});
