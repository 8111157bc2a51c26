import { earlyMediaSource } from '../views/early-media.ts';
import type { InlineFile, InlineFiles } from '../views/inline-file.ts';

/**
 * The header sets of all answers, as data. Nothing else is ever sent: no Date, no Server, no clock, no version.
 * The listener adds only `Connection`, `Keep-Alive`, `Transfer-Encoding` and `Content-Length`.
 */
// Threat: T04, T31, T37

/** Header names and values of one kind of answer. */
export type HeaderSet = Readonly<Record<string, string>>;

const html = { 'Content-Type': 'text/html; charset=utf-8' };
const noStore = { 'Cache-Control': 'no-store' };
/** Besides caching: a proxy that recompresses or collects would break an endless answer. */
const endless = { 'Cache-Control': 'no-store, no-transform' };
const noSniff = { 'X-Content-Type-Options': 'nosniff' };
const ownOriginOnly = { 'Cross-Origin-Resource-Policy': 'same-origin' };

const document = {
  ...html,
  // Not `no-referrer`: Firefox would send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
  ...noSniff,
  'Cross-Origin-Embedder-Policy': 'require-corp',
  ...ownOriginOnly,
};
const topLevel = {
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), fullscreen=(self), autoplay=(self)',
  'Origin-Agent-Cluster': '?1',
};
const framed = { 'X-Frame-Options': 'SAMEORIGIN' };

/** Directives in the order given, on top of: nothing is allowed, no base, framed by nobody or by our own pages. */
function policy(ancestors: "'none'" | "'self'", directives: readonly string[]): HeaderSet {
  const all = ["default-src 'none'", ...directives, "base-uri 'none'", `frame-ancestors ${ancestors}`];
  return { 'Content-Security-Policy': all.join('; ') };
}

const look = ["img-src 'self'", "style-src 'self'"];

/** A whole page without script. */
export const pageHeaders: HeaderSet = { ...document, ...noStore, ...topLevel, ...pagePolicy([], "'self'") };

/** The watch page without script, see `ownFrames`. `inlined`: what of our files stands in the page. */
export function watchPageHeaders(host: string, inlined: InlineFiles = {}): HeaderSet {
  return { ...pageHeaders, ...pagePolicy([], ownFrames(host), { styles: stylesOf(inlined) }) };
}

/**
 * The watch page with script: its head asks for the stream (hence the one hash), its script feeds it to MediaSource (hence `blob:`) and inserts the server's
 * own chat rows through one Trusted Types policy called `row`. `inlined`: what of our files stands in the page.
 */
export function scriptPageHeaders(host: string, inlined: InlineFiles = {}): HeaderSet {
  const script = [
    `script-src ${["'self'", earlyMediaSource, ...sourcesOf(inlined.script)].join(' ')}`,
    "connect-src 'self'",
  ];
  const last = ["require-trusted-types-for 'script'", 'trusted-types row'];
  const more = { media: "'self' blob:", styles: stylesOf(inlined), last };
  return { ...pageHeaders, ...pagePolicy(script, ownFrames(host), more) };
}

function stylesOf({ style, firstPlayerStyle }: InlineFiles): string[] {
  return sourcesOf(style, firstPlayerStyle);
}

function sourcesOf(...files: readonly (InlineFile | undefined)[]): string[] {
  return files.flatMap((file) => (file === undefined ? [] : [file.source]));
}

function pagePolicy(
  script: readonly string[],
  frames: string,
  more: { readonly media?: string; readonly styles?: readonly string[]; readonly last?: readonly string[] } = {},
): HeaderSet {
  const { media = "'self'", styles = [], last = [] } = more;
  return policy("'none'", [
    ...script,
    "img-src 'self'",
    `media-src ${media}`,
    `style-src ${["'self'", ...styles].join(' ')}`,
    `frame-src ${frames}`,
    "form-action 'self'",
    ...last,
  ]);
}

/**
 * Frames of our own for a page that holds a document in an attribute (`srcdoc`), which has the policy of the page: in such a document Firefox takes `'self'` for
 * no address in `frame-src`. `host` must have been found to be ours.
 */
function ownFrames(host: string): string {
  return `'self' http://${host}`;
}

/** A finished document inside one of our pages, forms allowed. */
export const frameHeaders: HeaderSet = {
  ...document,
  ...noStore,
  ...framed,
  ...policy("'self'", [...look, "form-action 'self'"]),
};

/**
 * The chat as an endless document inside one of our pages. Rows vanish by style rules (hence `unsafe-inline`, for style alone); `img-src` bounds what any
 * style could ever load to our own files.
 */
export const endlessFrameHeaders: HeaderSet = {
  ...document,
  ...endless,
  ...framed,
  ...policy("'self'", ["img-src 'self'", "style-src 'self' 'unsafe-inline'", "form-action 'none'"]),
};

/** The player document: endless, brought up to date by style rules (hence `unsafe-inline`, for style alone), holding the picture. */
export const playerHeaders: HeaderSet = {
  ...document,
  ...endless,
  ...framed,
  ...policy("'self'", ["img-src 'self'", "media-src 'self'", "style-src 'self' 'unsafe-inline'", "form-action 'none'"]),
};

/** Server-sent events (HTML, 9.2). */
export const eventStreamHeaders: HeaderSet = {
  'Content-Type': 'text/event-stream',
  ...endless,
  ...noSniff,
  ...ownOriginOnly,
};

/** An endless media response. Ranges make no sense in it: every viewer gets the live edge. */
export const endlessMediaHeaders: HeaderSet = {
  'Content-Type': 'video/mp4',
  ...endless,
  'Accept-Ranges': 'none',
  ...noSniff,
  ...ownOriginOnly,
};

/** A finished piece of media or a playlist. */
export function mediaHeaders(contentType: 'video/mp4' | 'application/vnd.apple.mpegurl'): HeaderSet {
  return { 'Content-Type': contentType, ...noStore, 'Accept-Ranges': 'none', ...noSniff, ...ownOriginOnly };
}

/** A recording: a file that can be entered anywhere. */
export const recordingHeaders: HeaderSet = { ...mediaHeaders('video/mp4'), 'Accept-Ranges': 'bytes' };

/** A picture made for one viewer. */
export const pictureHeaders: HeaderSet = { 'Content-Type': 'image/png', ...noStore, ...noSniff, ...ownOriginOnly };

/** Data for our own script, or for a supervisor. */
export const jsonHeaders: HeaderSet = {
  'Content-Type': 'application/json; charset=utf-8',
  ...noStore,
  ...noSniff,
  ...ownOriginOnly,
};

/** One plain sentence, for programs. */
export const textHeaders: HeaderSet = {
  'Content-Type': 'text/plain; charset=utf-8',
  ...noStore,
  ...noSniff,
  ...ownOriginOnly,
};

/** The answer to a form: `303` with a `Location` that is never made from input. */
export const redirectHeaders: HeaderSet = noStore;

/** A file whose name holds a hash of its content. */
export function assetHeaders(contentType: string): HeaderSet {
  return {
    'Content-Type': contentType,
    'Cache-Control': 'private, max-age=31536000, immutable',
    ...noSniff,
    ...ownOriginOnly,
  };
}

/** An error page; it may appear in place of a page or of a frame. */
export const errorHeaders: HeaderSet = {
  ...document,
  ...noStore,
  ...framed,
  ...policy("'self'", [...look, "form-action 'none'"]),
  Connection: 'close',
};

/** The page before the door, in place of a page or of a frame. */
export const gateHeaders: HeaderSet = {
  ...document,
  ...noStore,
  ...framed,
  ...policy("'self'", [...look, "form-action 'self'"]),
};

/** The closed door for whoever reads no pages: a status alone. */
export const closedHeaders: HeaderSet = { ...noStore, ...noSniff, ...ownOriginOnly };

/** Every header name that may ever leave this server, in lower case. */
export const allowedHeaderNames: ReadonlySet<string> = new Set([
  ...[pageHeaders, endlessMediaHeaders].flatMap((set) => Object.keys(set).map((name) => name.toLowerCase())),
  'set-cookie',
  'location',
  'allow',
  'retry-after',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'content-range',
  'vary',
  'etag',
  'refresh',
]);
