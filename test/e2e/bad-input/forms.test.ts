import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintFormToken } from '../../../src/http/form-token.ts';
import { viewerIdOf } from '../../../src/http/viewer.ts';
import { allRoutes } from '../../support/all-routes.ts';
import { onionHost, type OnionServer, startOnionServer } from '../../support/onion-server.ts';
import type { RawVisitor, VisitorAnswer } from '../../support/raw-visitor.ts';

/**
 * The rows H15 to H27: every route that takes a form, found by itself, asked by the broadcaster, who may do everything, in every way but the right one.
 *
 * A POST is taken if `Origin` names us. One without `Origin` is taken only if the address of the page (`Referer`) is ours and nothing says that a
 * browser sent it, because w3m and Lynx know no Origin. The design wanted 403 for every POST without one; this is as safe:
 * - Browsers send `Origin` with every POST (Fetch, "append a request Origin header"), at the least `null`, which is refused. No page can leave it out.
 * - Nor can a page make up a `Referer`: it is its own address or nothing, and both are refused here. One of ours comes from our pages alone, and these
 *   hold no link, form or frame that others have written.
 * - A browser that sent neither would still betray itself by `Sec-Fetch-Site`, where the connection counts as trustworthy.
 * - Text browsers follow no SameSite rule, so that their cookie does come along with a form of another site. But they run no script, and the form would
 *   have to hold a token, which is made for this viewer and this form and can be read by nobody else.
 * So three walls stand before a forged form in a browser (Origin, SameSite, token) and two in a text browser (Referer, token).
 */

let server: OnionServer;
let secret: Buffer;
let owner: RawVisitor;

/** Routes that take media or whose forms do nothing: what they answer instead of 403. */
const exceptions: Readonly<Record<string, { readonly withoutToken: number }>> = {
  // For this machine alone, with a key: through tor there is nothing.
  '/ingest': { withoutToken: 404 },
  // Where everybody may in there is nothing to pass.
  '/access': { withoutToken: 303 },
};

const postRoutes = [...(await allRoutes())]
  .filter(([, methods]) => methods.has('POST'))
  .map(([url]) => ({ url, target: url.replace(/:[a-z]+/gi, 'A'.repeat(22)) }));
const forms = postRoutes.filter(({ url }) => exceptions[url] === undefined);

beforeAll(async () => {
  server = await startOnionServer();
  secret = await readFile(path.join(server.program.data, 'server-secret'));
  await server.visitor().say('before');
  owner = await server.broadcaster();
});

afterAll(async () => {
  await server.program.close();
});

/** The same person by another circuit, so that no limit of circuits plays a part. */
function fresh(person: RawVisitor = owner): RawVisitor {
  const again = server.visitor();
  for (const [name, value] of person.cookies) again.cookies.set(name, value);
  return again;
}

/** All that a forged form could change. */
async function state(): Promise<string> {
  const pages = [
    '/chat/log',
    '/broadcaster',
    '/broadcaster/access',
    '/chat/poll',
    '/staff?tab=log',
    '/staff?tab=staff',
  ];
  const answers = await Promise.all(pages.map(async (page) => await fresh().get(page)));
  expect(answers.map(({ status }) => status)).toEqual(pages.map(() => 200));
  return answers.map(({ body }) => withoutTokens(body)).join('\n');
}

const withoutTokens = (body: string): string => body.replace(/[A-Za-z0-9_-]{43,}|\/v\/[A-Za-z0-9_-]+/g, '*');

/** A token of this viewer (or of a login) for a form, made so many hours ago. */
function tokenFor(person: RawVisitor, form: string, hoursAgo = 0): string {
  const id = viewerIdOf(person.cookies.get('s') ?? '', secret);
  const holder = form === 'desk' ? (person.cookies.get('b') ?? '') : id;
  return mintFormToken(form, holder, secret, Date.now() - hoursAgo * 3_600_000, randomBytes(16));
}

const formNames = [
  'chat',
  'poll',
  'appeal',
  'gate',
  'invitation',
  'login',
  'desk',
  'door',
  'staff',
  'recordings',
  'schedule',
  'clip',
];
/** Fields under which something would happen wherever it is let happen. */
const harmAt = (url: string) => ({
  ...{ message: 'forged', nonce: 'forged-nonce', name: 'broadcaster', title: 'forged' },
  ...{ announcement: 'forged', question: 'forged', option: '0', poll: '1', text: 'forged' },
  do: url === '/chat/form' ? 'post' : 'announce',
});

const own = `Origin: http://${onionHost}`;
const referer = `Referer: http://${onionHost}/`;

const refusedOrigins: readonly (readonly [id: string, headers: readonly string[]])[] = [
  ['H15 nothing that says where it comes from', []],
  ['H15 no Origin, from elsewhere', ['Referer: http://evil/']],
  ['H15 no Origin, an address that begins like ours', [`Referer: http://${onionHost}.evil/`]],
  ['H15 no Origin, ours with a user before it', [`Referer: http://evil@${onionHost}/`]],
  ['H15 no Origin, another scheme', [`Referer: https://${onionHost}/`]],
  ['H15 no Origin, two addresses', [referer, 'Referer: http://evil/']],
  ['H15 no Origin, an empty address', ['Referer: ']],
  ['H15 a browser that leaves Origin out', [referer, 'Sec-Fetch-Site: same-origin']],
  ['H15 a browser that leaves Origin out and says less', [referer, 'Sec-Fetch-Mode: navigate']],
  ['H17 another site', ['Origin: http://evil']],
  ['H17 another site that our page is said to have sent', ['Origin: http://evil', referer]],
  ['H17 nobody', ['Origin: null', referer]],
  ['H17 empty', ['Origin: ', referer]],
  ['H18 ours with something behind', [`Origin: http://${onionHost}.evil`]],
  ['H18 something before ours', [`Origin: http://evil.${onionHost}`]],
  ['H18 another scheme', [`Origin: https://${onionHost}`]],
  ['H18 another port', [`Origin: http://${onionHost}:8080`]],
  ['H18 two', [own, 'Origin: http://evil']],
  ['H19 cross-site', [own, 'Sec-Fetch-Site: cross-site']],
  ['H19 same-site', [own, 'Sec-Fetch-Site: same-site']],
  ['H19 none, which no form is', [own, 'Sec-Fetch-Site: none']],
  ['H19 two answers', [own, 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site']],
];

it('the routes that take forms are found', () => {
  expect(postRoutes.map(({ url }) => url)).toEqual(
    expect.arrayContaining([
      '/chat/form',
      '/chat/poll',
      '/broadcaster/login',
      '/broadcaster/title',
      '/staff',
      '/access',
    ]),
  );
});

describe.each(postRoutes)('a form at $url', ({ url, target }) => {
  const harm = harmAt(url);

  it.each(refusedOrigins)('%s: 403, and nothing has happened', async (_id, origin) => {
    const before = await state();
    const token = tokenFor(owner, tokenNameOf(url));
    const answer = await fresh().post(target, { ...harm, token }, { origin });
    expect(answer.status).toBe(403);
    expect(await state()).toBe(before);
  });

  it('H25 without a type, or with that of a script or of a file: 415', async () => {
    for (const type of [
      'Content-Type: ',
      'Content-Type: application/json',
      'Content-Type: multipart/form-data; boundary=x',
    ]) {
      expect((await fresh().post(target, harm, { headers: [type] })).status).toBe(415);
    }
    expect((await fresh().post(target, harm, { headers: ['Content-Encoding: br'] })).status).toBe(415);
  });

  it('H23 GET where there is no page: 405 that says what there is', async () => {
    const answer = await fresh().get(target);
    if (answer.status === 405) expect(answer.headers.get('allow')).toBe('POST');
    else expect([200, 303, 404]).toContain(answer.status);
  });

  it('H27 a preflight: 405, and no word of sharing', async () => {
    const asked = ['Connection: close', 'Origin: http://evil', 'Access-Control-Request-Method: POST'];
    const answer = await fresh().send(fresh().head(`OPTIONS ${target}`, asked));
    expect(answer.status).toBe(405);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('C28, H13 methods and roles in fields and headers mean nothing', async () => {
    const headers = ['X-HTTP-Method-Override: POST', `X-Original-URL: ${target}`, `X-Rewrite-URL: ${target}`];
    const before = await state();
    const answer = await fresh().get(`/?_method=POST&token=${tokenFor(owner, tokenNameOf(url))}`, headers);
    expect(answer.status).toBe(200);
    expect(await state()).toBe(before);
  });
});

it.each(Object.entries(exceptions))('%s, which needs no token, does nothing', async (url, { withoutToken }) => {
  const before = await state();
  expect((await fresh().post(url, harmAt(url))).status).toBe(withoutToken);
  expect(await state()).toBe(before);
});

/** The form whose tokens a route takes. */
function tokenNameOf(url: string): string {
  if (url === '/broadcaster/login') return 'login';
  if (url === '/broadcaster/access') return 'door';
  if (url === '/broadcaster/schedule') return 'schedule';
  if (url === '/broadcaster/recordings') return 'recordings';
  if (url.startsWith('/broadcaster/')) return 'desk';
  if (url === '/staff' || url === '/chat/tools' || url.startsWith('/moderate/')) return 'staff';
  if (url.startsWith('/invitation/')) return 'invitation';
  if (url === '/access') return 'gate';
  return url.replace('/chat/', '').replace('form', 'chat').replace('/', '');
}

describe.each(forms)('the token of a form at $url', ({ url, target }) => {
  const right = tokenNameOf(url);
  const harm = harmAt(url);
  /** What stands for the answer: its status and what people read. */
  const outline = ({ status, body }: VisitorAnswer): string => `${status} ${withoutTokens(body)}`;

  it('H21 of nobody, of somebody else, of another form, two hours old: 403, and nothing has happened', async () => {
    const before = await state();
    const stranger = server.visitor();
    await stranger.get('/chat/form');
    const genuine = tokenFor(owner, right);
    const tokens = [
      ...['', 'x', 'A'.repeat(43), genuine.slice(1), `${genuine.slice(0, -1)}${genuine.endsWith('A') ? 'E' : 'A'}`],
      ...formNames.filter((name) => name !== right).map((name) => tokenFor(owner, name)),
      ...(right === 'desk' ? [] : [tokenFor(stranger, right)]),
      ...[2, 3, 1000].map((hours) => tokenFor(owner, right, hours)),
      tokenFor(owner, right, -1),
    ];
    for (const token of tokens) expect((await fresh().post(target, { ...harm, token })).status).toBe(403);
    expect((await fresh().post(target, harm)).status).toBe(403);
    expect(await state()).toBe(before);
  });

  it('H22 twice: 400, and nothing has happened', async () => {
    const before = await state();
    const token = tokenFor(owner, right);
    const fields = new URLSearchParams({ ...harm, token }).toString();
    for (const raw of [`&token=${token}`, '&token=', '&%74oken=x']) {
      expect((await fresh().post(target, fields, { raw })).status).toBe(400);
    }
    expect(await state()).toBe(before);
  });

  it('that is the right one is taken: from our page, and from that of a text browser', async () => {
    const harmless = { ...harm, nonce: randomBytes(9).toString('base64url'), title: '' };
    const wrong = outline(await fresh().post(target, { ...harmless, token: 'x' }));
    for (const origin of [[own], [own, 'Sec-Fetch-Site: same-origin'], [referer]]) {
      // Logging out is for good.
      const person = url === '/broadcaster/logout' ? await server.broadcaster() : owner;
      const answer = await fresh(person).post(target, { ...harmless, token: tokenFor(person, right) }, { origin });
      expect(outline(answer)).not.toBe(wrong);
    }
  });
});

describe('a page that another site asks for', () => {
  it.each(['image', 'script', 'style', 'iframe', 'video', 'audio', 'empty', 'embed', 'object', 'font', 'track'])(
    'H26 as %s: 403',
    async (destination) => {
      const mode = ['iframe', 'embed', 'object'].includes(destination) ? 'navigate' : 'no-cors';
      for (const target of ['/', '/chat', '/chat/form', '/events', '/stream.mp4', '/broadcaster', '/favicon.png']) {
        for (const site of ['cross-site', 'same-site']) {
          const headers = [`Sec-Fetch-Site: ${site}`, `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${destination}`];
          expect((await fresh().get(target, headers)).status).toBe(403);
        }
      }
    },
  );

  it('H26 as a link: shown', async () => {
    const link = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
    expect((await fresh().get('/', link)).status).toBe(200);
  });
});
