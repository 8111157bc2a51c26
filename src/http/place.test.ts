import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, type Entrance, type RawAnswer } from '../../test/support/raw-http.ts';
import { patience } from '../../test/support/patience.ts';
import { isViewerToken, mintViewerToken } from '../identity/viewer-token.ts';
import { renderErrorPage } from '../views/error-page.tsx';
import { renderLanguagePage } from '../views/language-page.tsx';
import { type Catalogues, offeredLanguages } from '../views/texts/catalogues.ts';
import { en, type Texts } from '../views/texts/en.ts';
import type { LanguageCode } from '../views/texts/languages.ts';
import { identifyConnection } from './connection.ts';
import { Places } from './place.ts';
import { splitPrefix } from './place-prefix.ts';
import { pageRoute, registerPlaceRoutes } from './routes/place.ts';
import { WebServer } from './server.ts';
import { countedAs } from './viewer.ts';

const secret = Buffer.alloc(32, 3);
const mine = mintViewerToken(Buffer.alloc(16, 200), secret);
const other = mintViewerToken(Buffer.alloc(16, 201), secret);
const catalogues: Catalogues = new Map<LanguageCode, Texts>([
  ['en', en],
  ['de', { ...en, lang: 'de', errors: { ...en.errors, NOT_FOUND: 'Hier ist nichts.' } }],
]);

let last = 0;
const places = new Places({
  secret,
  random: (bytes) => {
    last += 1;
    return Buffer.alloc(bytes, last % 199);
  },
  catalogues,
  language: 'en',
  keepSeconds: 43_200,
});

function request(url: string, cookie?: string, site?: string): { raw: IncomingMessage } {
  const raw = new IncomingMessage(new Socket());
  raw.url = url;
  if (cookie !== undefined) raw.headers.cookie = cookie;
  if (site !== undefined) raw.headers['sec-fetch-site'] = site;
  places.enter(raw);
  return { raw };
}

const placeAt = (url: string, cookie?: string, site?: string) => places.placeOf(request(url, cookie, site));

describe('who asks', () => {
  test('a cookie of ours is believed, also among others, and whatever the address says', () => {
    for (const cookie of [`s=${mine}`, `a=1; s=${mine}; b=2`, `ss=x;s=${mine}`]) {
      expect(placeAt(`/v/${other}/`, cookie)).toMatchObject({ viewer: { token: mine, from: 'cookie' }, base: '' });
    }
  });

  test('without a cookie the token of the address counts', () => {
    expect(placeAt(`/v/${mine}/chat`)).toMatchObject({ viewer: { token: mine, from: 'address' }, base: `/v/${mine}` });
    expect(placeAt(`/v/${mine}/chat`, 's=broken').viewer.from).toBe('address');
  });

  test('a page of another site cannot say who we are (session fixation)', () => {
    for (const site of ['cross-site', 'same-site']) {
      expect(placeAt(`/v/${mine}/`, undefined, site).viewer).toMatchObject({ from: 'new' });
    }
    for (const site of ['same-origin', 'none']) {
      expect(placeAt(`/v/${mine}/`, undefined, site).viewer.token).toBe(mine);
    }
  });

  test.each([
    ['nothing', undefined],
    ['an empty one', 's='],
    ['4 kB', `s=${'a'.repeat(4096)}`],
    ['quotes', `s="${mine}"`],
    ['not ASCII', `s=${mine.slice(0, -1)}\u00e9`],
    ['two of them', `s=${mine}; s=${other}`],
    ['the same twice', `s=${mine}; s=${mine}`],
    ['one that a stranger chose', `s=${'A'.repeat(44)}`],
    ['one of another server', `s=${mintViewerToken(Buffer.alloc(16, 1), Buffer.alloc(32, 4))}`],
  ])('S01, S02: a cookie that is %s is as none, and a fresh token is minted', (_name, cookie) => {
    const { viewer, base } = placeAt('/', cookie);
    expect(viewer.from).toBe('new');
    expect(isViewerToken(viewer.token, secret)).toBe(true);
    expect(viewer.token).not.toBe(mine);
    expect(base).toBe(`/v/${viewer.token}`);
  });

  test('a token in an address that we did not make is as none', () => {
    expect(placeAt(`/v/${'A'.repeat(44)}/chat`).viewer.from).toBe('new');
  });

  test('one request has one place, two requests without a token are two viewers', () => {
    const one = request('/');
    expect(places.placeOf(one)).toBe(places.placeOf(one));
    expect(places.placeOf(one).viewer.token).not.toBe(placeAt('/').viewer.token);
  });

  test('the id is the same under cookie and address, and does not hold the token', () => {
    const { id } = placeAt('/', `s=${mine}`).viewer;
    expect(id).toBe(placeAt(`/v/${mine}/`).viewer.id);
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(mine).not.toContain(id);
  });

  test('T33 people without a token are counted once per circuit', () => {
    const visit = request('/');
    identifyConnection(visit.raw.socket, { kind: 'onion', circuitId: 7 });
    expect(countedAs(places.placeOf(visit).viewer, visit)).toEqual({ circuitId: 7 });
    const known = request('/', `s=${mine}`);
    identifyConnection(known.raw.socket, { kind: 'onion', circuitId: 8 });
    const { viewer } = places.placeOf(known);
    expect(countedAs(viewer, known)).toEqual({ viewerId: viewer.id, circuitId: 8 });
  });
});

describe('the language', () => {
  test('is what is asked for, else the cookie, else the address, else the default', () => {
    expect(placeAt('/').language).toBe('en');
    expect(placeAt('/in/de/').language).toBe('de');
    expect(placeAt('/in/de/', 'l=en').language).toBe('en');
    expect(placeAt('/?lang=de', 'l=en').language).toBe('de');
    expect(placeAt('/in/de/?lang=en').language).toBe('en');
  });

  test.each(['/?lang=fr', '/?lang=xx', '/?lang=de&lang=en', '/?lang=', '/?lang=DE', '/?notlang=de'])(
    'is not changed by %s',
    (target) => {
      expect(placeAt(target).language).toBe('en');
    },
  );

  test('stands in the base of a browser that shows no cookies, before the viewer, unless it is the default', () => {
    const { base, viewer } = placeAt('/?lang=de');
    expect(base).toBe(`/in/de/v/${viewer.token}`);
    expect(placeAt(`/in/de/v/${mine}/chat/form`).base).toBe(`/in/de/v/${mine}`);
    expect(placeAt('/?lang=en').base).toMatch(/^\/v\//);
    expect(placeAt('/', 'l=de').base).toMatch(/^\/v\//);
    expect(placeAt('/?lang=de', `s=${mine}`).base).toBe('');
  });

  test('is never taken from what the browser says of itself', () => {
    const visit = request('/');
    visit.raw.headers['accept-language'] = 'de';
    expect(places.placeOf(visit).language).toBe('en');
  });
});

describe('the prefix of a target', () => {
  const split = (target: string) => splitPrefix(target, (code): code is 'de' => code === 'de');

  test('is taken off once, in one order', () => {
    expect(split(`/v/${mine}/chat?a=/v/b`)).toEqual({ prefix: { token: mine }, target: '/chat?a=/v/b' });
    expect(split(`/in/de/v/${mine}/`)).toEqual({ prefix: { language: 'de', token: mine }, target: '/' });
    expect(split(`/v/${mine}/v/${mine}/`).target).toBe(`/v/${mine}/`);
  });

  test.each([
    '/v/short/',
    `/v/${mine}`,
    `/v/${mine}x/`,
    `/v/${mine}?a`,
    `/V/${mine}/`,
    `/%76/${mine}/`,
    '/in/fr/',
    '/in/DE/',
    '/in/de',
    `/v/${'%41'.repeat(14)}AA/`,
    `//v/${mine}/`,
    '/in/__proto__/',
  ])('%s is no prefix', (target) => {
    expect(split(target)).toEqual({ prefix: {}, target });
  });

  test('whatever the target is, nothing is added to it', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (rest, isPrefixed) => {
        const target = isPrefixed ? `/in/de/v/${mine}/${rest}` : rest;
        expect(target.endsWith(split(target).target)).toBe(true);
      }),
    );
  });
});

describe('on the server', () => {
  const logged: string[] = [];
  let server: WebServer;

  beforeEach(async () => {
    logged.length = 0;
    server = new WebServer({
      local: { host: '127.0.0.1', port: 0 },
      places,
      renderErrorPage: (page) => renderErrorPage({ ...page, styleHref: '/s.css', hasDesk: true }),
      log: { level: 'trace', stream: { write: (line) => logged.push(line) } },
    });
    registerPlaceRoutes(server.app, {
      places,
      renderLanguagePage: ({ texts, base }) =>
        renderLanguagePage({ texts, base, styleHref: '/s.css', languages: offeredLanguages(catalogues) }),
    });
    server.app.get('/', pageRoute, (incoming, reply) => reply.send(places.welcome(incoming, reply).base));
    server.app.get('/frame', (incoming, reply) => reply.send(places.welcome(incoming, reply).base));
    server.app.post('/ingest', (_request, reply) => reply.send('taken'));
    await server.listen();
  });

  afterEach(() => server.close());

  function get(target: string, ...headers: string[]): Promise<RawAnswer> {
    return send(`GET ${target} HTTP/1.1`, ...headers);
  }

  function send(...lines: string[]): Promise<RawAnswer> {
    const { port } = new URL(server.localUrl ?? '');
    const entrance: Entrance = { port: Number(port) };
    const [first = '', ...more] = lines;
    return ask(entrance, `${[first, `Host: 127.0.0.1:${port}`, 'Connection: close', ...more].join('\r\n')}\r\n\r\n`);
  }

  test('a first visit gets the cookie, and the same token in the addresses of the page', async () => {
    const { headers, body } = await get('/');
    const token = /^s=([\w-]{44}); Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/.exec(
      headers.get('set-cookie') ?? '',
    )?.[1];
    expect(body).toBe(`/v/${token}`);
  });

  test('an address never becomes a cookie: somebody else may have made it', async () => {
    const { headers, body } = await get(`/v/${mine}/frame`);
    expect(body).toBe(`/v/${mine}`);
    expect(headers.get('set-cookie')).toBeUndefined();
  });

  test('a chosen language becomes a cookie that no script reads', async () => {
    const { headers } = await get('/frame?lang=de', `Cookie: s=${mine}`);
    expect(headers.get('set-cookie')).toBe('l=de; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000');
    expect((await get('/frame', `Cookie: s=${mine}; l=de`)).headers.get('set-cookie')).toBeUndefined();
  });

  test('each page, and no frame, lets the cookie of its viewer last for another while', async () => {
    const cookie = `Cookie: s=${mine}`;
    expect((await get('/', cookie)).headers.get('set-cookie')).toBe(
      `s=${mine}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200`,
    );
    expect((await get('/frame', cookie)).headers.get('set-cookie')).toBeUndefined();
  });

  test('a page at an address that says what cookies say is read at the plain one; a frame stays', async () => {
    const { status, headers } = await get(`/in/de/v/${mine}/?script=0&lang=de&x=//evil`, `Cookie: s=${mine}`);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/?script=0&x=%2F%2Fevil');
    expect(headers.get('set-cookie')).toContain('l=de;');
    expect((await get(`/v/${mine}/frame`, `Cookie: s=${mine}`)).status).toBe(200);
    expect((await get(`/v/${mine}/`)).status).toBe(200);
  });

  test.each([
    ['/v/short/', 404],
    ['/in/fr/', 404],
    [`/v/${mine}`, 404],
    [`/v/${mine}/v/${mine}/`, 404],
    [`/v/${mine}/in/de/`, 404],
    [`/v/${mine}//evil/`, 404],
    [`/v/${mine}/\\evil/`, 404],
    [`/v/${mine}/../`, 404],
    [`/v/${mine}/%2e%2e/`, 404],
    [`/v/${mine}/./`, 404],
    [`/../v/${mine}/`, 404],
    [`//v/${mine}/`, 400],
    [`/v/${mine}/#a`, 400],
    [`http://127.0.0.1/v/${mine}/`, 400],
  ])('%s is %d and reflects nothing', async (target, status) => {
    const answer = await get(target);
    expect(answer.status).toBe(status);
    expect(answer.body + [...answer.headers.values()].join()).not.toMatch(new RegExp(`${mine}|evil`));
  });

  test('the rules of the ingest cannot be had by a prefix', async () => {
    const { port } = new URL(server.localUrl ?? '');
    const body = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0'];
    const origin = `Origin: http://127.0.0.1:${port}`;
    expect((await send(`POST /v/${mine}/ingest HTTP/1.1`, ...body)).status).toBe(403);
    expect((await send(`POST /v/${mine}/ingest HTTP/1.1`, origin, ...body)).status).toBe(404);
  });

  test('errors are in the language of the address, and lead back to it without the viewer', async () => {
    const { body } = await get(`/in/de/v/${mine}/none`);
    expect(body).toContain('Hier ist nichts.');
    expect(body).toContain('href="/in/de/"');
    expect((await get('/none', 'Cookie: l=de')).body).toContain('class="button" href="/"');
  });

  test('the page of languages names each by its own name and leads to it', async () => {
    const { body } = await get('/language', `Cookie: s=${mine}`);
    expect(body).toContain('href="/?lang=de" hreflang="de" lang="de"><bdi>Deutsch</bdi>');
    expect(body).toContain('aria-current="true"><bdi>English</bdi>');
  });

  test('T25 a log of requests never holds a token', async () => {
    await get(`/v/${mine}/`);
    await get(`/v/${mine}/none`);
    await vi.waitUntil(() => logged.filter((line) => line.includes('request completed')).length === 2, patience);
    expect(logged.join('')).not.toContain(mine);
    expect(logged.join('')).toContain('"route":"/"');
  });
});
