import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { isViewerToken, mintViewerToken } from '../identity/viewer-token.ts';
import { identifyConnection } from './connection.ts';
import { countedAs, type ViewerRequest, Viewers, viewerCookie } from './viewer.ts';

const secret = Buffer.alloc(32, 3);
let last = 0;
const viewers = new Viewers({
  secret,
  random: (bytes) => {
    last += 1;
    return Buffer.alloc(bytes, last);
  },
});
const mine = mintViewerToken(Buffer.alloc(16, 200), secret);
const other = mintViewerToken(Buffer.alloc(16, 201), secret);

function request(cookie?: string, query: object = {}): ViewerRequest {
  const raw = new IncomingMessage(new Socket());
  if (cookie !== undefined) raw.headers.cookie = cookie;
  return { raw, query };
}

test('a cookie of ours is believed, also among others', () => {
  for (const cookie of [`s=${mine}`, `a=1; s=${mine}; b=2`, `ss=x;s=${mine}`]) {
    expect(viewers.viewerOf(request(cookie, { v: other }))).toEqual({ token: mine, from: 'cookie' });
  }
});

test('without a cookie the token of the address counts', () => {
  expect(viewers.viewerOf(request(undefined, { v: mine }))).toEqual({ token: mine, from: 'query' });
  expect(viewers.viewerOf(request('s=broken', { v: mine }))).toEqual({ token: mine, from: 'query' });
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
  const viewer = viewers.viewerOf(request(cookie));
  expect(viewer.from).toBe('new');
  expect(isViewerToken(viewer.token, secret)).toBe(true);
  expect(viewer.token).not.toBe(mine);
});

test('one request has one viewer, two requests without a token are two', () => {
  const one = request();
  expect(viewers.viewerOf(one)).toBe(viewers.viewerOf(one));
  expect(viewers.viewerOf(one).token).not.toBe(viewers.viewerOf(request()).token);
});

test('the cookie is for us alone, and tells no time', () => {
  expect(viewerCookie(mine)).toBe(`s=${mine}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200`);
});

test('people without a token are counted once per circuit (T33)', () => {
  const visit = request();
  identifyConnection(visit.raw.socket, { kind: 'onion', circuitId: 7 });
  expect(countedAs(viewers.viewerOf(visit), visit)).toBe('circuit 7');
  const known = request(`s=${mine}`);
  expect(countedAs(viewers.viewerOf(known), known)).toBe(mine);
});
