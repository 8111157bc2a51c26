import type { Connection } from './connection.ts';

/** What kind of listener a request came through. */
export type ListenerKind = Connection['kind'];

/** What is known of a request before anything of it is believed. */
export interface RequestFacts {
  readonly listener: ListenerKind;
  readonly method: string;
  /** As on the request line: `1.1`. */
  readonly httpVersion: string;
  /** The request target, untouched. */
  readonly target: string;
  /** Names and values in turn, untouched, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

export interface GuardRules {
  /** Whether this server is meant by a Host (lower case, port included unless it is 80). */
  isOwnHost(host: string, listener: ListenerKind): boolean;
  /** Paths of the local listener that take media of any length from programs that are no browsers and show a key. */
  readonly mediaPaths: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  readonly maxHeaders: number;
}

/** Why a request goes no further. `allow` belongs to 405. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 413 | 415 | 421 | 431 | 505;
  readonly allow?: string;
}

/** Longest query, and most parameters in it: far more than any of our links holds. */
const queryLimits = { bytes: 1024, parameters: 32 };
const knownMethods = ['GET', 'HEAD', 'POST'];
const formType = 'application/x-www-form-urlencoded';

/**
 * Decides, before routing, whether a request may be answered at all. The Host comes first and is judged alike for every path, so that a page in the
 * broadcaster's own browser cannot find out what listens here. Returns nothing if all is well.
 */
// Threat: T02, T08, T20
export function refusalOf(facts: RequestFacts, rules: GuardRules): Refusal | undefined {
  const headers = readHeaders(facts.rawHeaders);
  const host = ownHost(facts, headers, rules);
  if (host === undefined) return { status: 421 };
  return (
    lineRefusal(facts) ??
    headerRefusal(facts, headers, rules) ??
    fetchRefusal(facts, headers) ??
    (facts.method === 'POST' ? bodyRefusal(facts, headers, rules, host) : undefined)
  );
}

/** Lower case, without the port that `http:` implies: how a Host is compared. Absent if there is not exactly one. */
export function normaliseHost(hosts: readonly string[] | undefined): string | undefined {
  const [host, ...more] = hosts ?? [];
  if (host === undefined || more.length > 0) return undefined;
  return host.toLowerCase().replace(/:80$/, '');
}

type Headers = ReadonlyMap<string, readonly string[]>;

function readHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

function ownHost(facts: RequestFacts, headers: Headers, rules: GuardRules): string | undefined {
  const host = normaliseHost(headers.get('host'));
  return host !== undefined && rules.isOwnHost(host, facts.listener) ? host : undefined;
}

/** The request line: version, method, and a target that is a path of ours and nothing else (RFC 9112, 3.2.1). */
function lineRefusal({ httpVersion, method, target }: RequestFacts): Refusal | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return { status: 505 };
  if (!knownMethods.includes(method)) return { status: 405, allow: knownMethods.join(', ') };
  // `//host`, `/\host` and absolute forms would name another host to whoever resolves them as a URL.
  if (!/^\/(?![/\\])/.test(target) || target.includes('#')) return { status: 400 };
  const query = target.indexOf('?') === -1 ? '' : target.slice(target.indexOf('?') + 1);
  if (query.length > queryLimits.bytes || query.split('&').length > queryLimits.parameters) return { status: 400 };
  return undefined;
}

/** Header count, framing of the body, and that only a POST has one. */
function headerRefusal(facts: RequestFacts, headers: Headers, rules: GuardRules): Refusal | undefined {
  // Node drops what is beyond its limit without a word, and an Origin or a cookie might be there.
  if (facts.rawHeaders.length / 2 >= rules.maxHeaders) return { status: 431 };
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) {
    const isPlainChunked = coding.length === 1 && coding[0]?.toLowerCase() === 'chunked';
    if (!isPlainChunked || facts.httpVersion === '1.0') return { status: 400 };
  }
  if (facts.method !== 'POST' && (coding !== undefined || contentLength(headers) > 0)) return { status: 400 };
  // There are no WebSockets here: whoever opens one would never read the answer, which may be without end. Other protocols are passed over (RFC 9110, 7.8).
  if (/\bwebsocket\b/i.test(only(headers, 'upgrade') ?? '')) return { status: 400 };
  return undefined;
}

/**
 * Fetch metadata (W3C Fetch Metadata Request Headers). What another site causes is refused, but for following a link to us.
 * `same-site` is another site too: another port of this machine.
 */
function fetchRefusal({ method }: RequestFacts, headers: Headers): Refusal | undefined {
  const site = only(headers, 'sec-fetch-site');
  if (site === undefined || site === 'same-origin') return undefined;
  if (method !== 'POST') {
    const isLink = only(headers, 'sec-fetch-mode') === 'navigate' && only(headers, 'sec-fetch-dest') === 'document';
    if (site === 'none' || isLink) return undefined;
  }
  return { status: 403 };
}

function bodyRefusal(facts: RequestFacts, headers: Headers, rules: GuardRules, host: string): Refusal | undefined {
  const encoding = only(headers, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { status: 415 };
  const path = facts.target.split('?', 1)[0] ?? '';
  if (facts.listener === 'local' && rules.mediaPaths.has(path)) return undefined;
  if (!isFromOwnPage(headers, host)) return { status: 403 };
  if (only(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase() !== formType) return { status: 415 };
  if (contentLength(headers) > rules.maxBodyBytes) return { status: 413 };
  return undefined;
}

/**
 * Whether one of our own pages sent the form. Browsers say so with every POST (Fetch, 3.2). Text browsers know no Origin and say it with the address
 * of the page; where an Origin is sent, nothing else is believed. That the form is ours is proved by its token in both cases.
 */
function isFromOwnPage(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  if (origin !== undefined) return origin.length === 1 && origin[0] === `http://${host}`;
  const isBrowser = headers.has('sec-fetch-site') || headers.has('sec-fetch-mode');
  const referers = headers.get('referer') ?? [];
  return !isBrowser && referers.length === 1 && referers.every((referer) => referer.startsWith(`http://${host}/`));
}

/** The value of a header that may be there once; several are joined, which then equals nothing that is expected. */
function only(headers: Headers, name: string): string | undefined {
  return headers.get(name)?.join(', ');
}

/** Node has already refused everything but one plain number. */
function contentLength(headers: Headers): number {
  return Number(headers.get('content-length')?.[0] ?? 0);
}
