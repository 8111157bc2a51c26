import type { IncomingMessage } from 'node:http';
import { isViewerToken, mintViewerToken, viewerTokenRandomBytes } from '../identity/viewer-token.ts';
import { connectionOf } from './connection.ts';

/** Who asks. `new`: somebody without a valid token, who was given one for this request; nothing is remembered of it. */
export interface Viewer {
  readonly token: string;
  readonly from: 'cookie' | 'query' | 'new';
}

export interface ViewersOptions {
  /** Makes and checks tokens; at least 32 random bytes, kept across restarts. */
  readonly secret: Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
}

/** What is looked at of a request; `query` as parsed by the web server. */
export interface ViewerRequest {
  readonly raw: IncomingMessage;
  readonly query: unknown;
}

const cookieName = 's';
/** How long a browser that keeps cookies is recognised: 12 hours. */
const maxAgeSeconds = 43_200;

/** Recognises viewers by their token: in the cookie, else in the query of addresses that we made for browsers without cookies. */
// Threat: T09
export class Viewers {
  readonly #options: ViewersOptions;
  readonly #known = new WeakMap<IncomingMessage, Viewer>();

  constructor(options: ViewersOptions) {
    this.#options = options;
  }

  /** The same answer however often it is asked about one request. */
  viewerOf(request: ViewerRequest): Viewer {
    const known = this.#known.get(request.raw);
    if (known !== undefined) return known;
    const viewer = this.#identify(request);
    this.#known.set(request.raw, viewer);
    return viewer;
  }

  #identify(request: ViewerRequest): Viewer {
    const { secret, random } = this.#options;
    const cookie = readCookie(request.raw.headers.cookie, cookieName);
    if (cookie !== undefined && isViewerToken(cookie, secret)) return { token: cookie, from: 'cookie' };
    const parameter = queryValue(request.query, 'v');
    if (parameter !== undefined && isViewerToken(parameter, secret)) return { token: parameter, from: 'query' };
    return { token: mintViewerToken(random(viewerTokenRandomBytes), secret), from: 'new' };
  }
}

/** The `Set-Cookie` value that makes a browser keep a token. No `Expires`: it would tell our clock. */
export function viewerCookie(token: string): string {
  return `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`;
}

/** Under which name somebody is counted: people without a token count once per circuit, since each of their requests would be somebody new. */
// Threat: T33
export function countedAs(viewer: Viewer, request: ViewerRequest): string {
  if (viewer.from !== 'new') return viewer.token;
  const connection = connectionOf(request);
  return connection.kind === 'onion' ? `circuit ${connection.circuitId}` : 'local';
}

/** A parameter of the query as parsed by the web server, where each is there once or not at all. */
export function queryValue(query: unknown, name: string): string | undefined {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The value of a cookie (RFC 6265, 4.2.1) that is there exactly once; two of a name are none, since one of them may be somebody else's. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const [pair, ...more] = pairs.filter((each) => each.startsWith(`${name}=`));
  return more.length > 0 ? undefined : pair?.slice(name.length + 1);
}
