import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isViewerToken, mintViewerToken, viewerTokenRandomBytes } from '../identity/viewer-token.ts';
import type { Reader } from '../views/reader.ts';
import type { Catalogues } from '../views/texts/catalogues.ts';
import { en, type Texts } from '../views/texts/en.ts';
import type { LanguageCode } from '../views/texts/languages.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { type PlacePrefix, splitPrefix, writePrefix } from './place-prefix.ts';
import { parseQuery, queryValue } from './query.ts';
import { type Viewer, viewerIdOf } from './viewer.ts';

/**
 * Where a request stands: who asks, in which language they read, and what our addresses must say about both. `base` is empty when cookies say it all.
 * Shared bytes (rows of the chat) hold relative addresses instead, which mean the same under every base.
 */
export interface Place extends Reader {
  readonly viewer: Viewer;
  readonly language: LanguageCode;
  /** The address says what cookies say already: a page is better read at its plain address. */
  readonly isDetour: boolean;
}

export interface PlacesOptions {
  /** Makes and checks tokens; at least 32 random bytes, kept across restarts. */
  readonly secret: Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
  /** The languages to choose from. */
  readonly catalogues: Catalogues;
  /** For those who have chosen none; English if there is no catalogue of it. */
  readonly language: LanguageCode;
  /** For how long after the last page a browser that keeps cookies is recognised: no longer than what is kept of its person. */
  readonly keepSeconds: number;
}

/** What is looked at of a request. */
export interface PlaceRequest {
  readonly raw: IncomingMessage;
}

const viewerCookie = 's';
const languageCookie = 'l';
const languageSeconds = 365 * 24 * 60 * 60;

/**
 * Finds out the place of each request: from cookies, else from the prefix of an address that we made for a browser without cookies. A cookie that holds
 * beats the prefix, and a language that is asked for (`?lang=de`) beats both. What a browser says of itself (`Accept-Language`) is not looked at.
 */
// Threat: T09
export class Places {
  readonly #options: PlacesOptions;
  readonly #default: Texts;
  readonly #prefixes = new WeakMap<IncomingMessage, PlacePrefix>();
  readonly #known = new WeakMap<IncomingMessage, Place>();
  readonly #welcomed = new WeakSet<IncomingMessage>();

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#default = options.catalogues.get(options.language) ?? en;
  }

  /** Takes the prefix off the target of a request, before anybody routes or logs it, and returns what is left. Once for each request. */
  enter(raw: IncomingMessage): string {
    const { prefix, target } = splitPrefix(raw.url ?? '', (code) => this.#isOffered(code));
    this.#prefixes.set(raw, prefix);
    raw.url = target;
    return target;
  }

  /** The same answer however often it is asked about one request. */
  placeOf({ raw }: PlaceRequest): Place {
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const place = this.#find(raw);
    this.#known.set(raw, place);
    return place;
  }

  /** As `placeOf`; what no cookie has said so far becomes one with the reply, if the browser takes it, and each page renews the viewer's. */
  welcome(request: FastifyRequest, reply: FastifyReply): Place {
    const place = this.placeOf(request);
    if (this.#welcomed.has(request.raw)) return place;
    this.#welcomed.add(request.raw);
    const { viewer, language } = place;
    // Not for a token out of an address: somebody else may have made the link, and would know it for as long as the cookie lives.
    const isPage = request.routeOptions.config.isPage === true;
    if (viewer.from === 'new' || (viewer.from === 'cookie' && isPage)) {
      const maxAgeSeconds = this.#options.keepSeconds;
      reply.header('Set-Cookie', writeCookie(viewerCookie, viewer.token, { sameSite: 'Lax', maxAgeSeconds }));
    }
    if (this.#wishedIn(request.raw) !== undefined && this.#cookieLanguage(request.raw) !== language) {
      const maxAgeSeconds = languageSeconds;
      reply.header('Set-Cookie', writeCookie(languageCookie, language, { sameSite: 'Lax', maxAgeSeconds }));
    }
    return place;
  }

  /** The language of a request that is answered without knowing who asks; `base` says nothing of the viewer. */
  readerOf(raw: IncomingMessage): Reader {
    const language = this.#languageOf(raw);
    const isSaid = language === this.#default.lang || this.#cookieLanguage(raw) !== undefined;
    return { texts: this.#textsIn(language), base: isSaid ? '' : writePrefix({ language }) };
  }

  #find(raw: IncomingMessage): Place {
    const prefix = this.#prefixes.get(raw) ?? {};
    const viewer = this.#viewerOf(raw, prefix);
    const language = this.#languageOf(raw);
    const base = viewer.from === 'cookie' ? '' : this.readerOf(raw).base + writePrefix({ token: viewer.token });
    return {
      viewer,
      language,
      texts: this.#textsIn(language),
      base,
      isDetour: base === '' && writePrefix(prefix) !== '',
    };
  }

  #viewerOf({ headers }: IncomingMessage, prefix: PlacePrefix): Viewer {
    const { secret, random } = this.#options;
    const found = (token: string, from: Viewer['from']): Viewer => ({ id: viewerIdOf(token, secret), token, from });
    const cookie = readCookie(headers.cookie, viewerCookie);
    if (cookie !== undefined && isViewerToken(cookie, secret)) return found(cookie, 'cookie');
    const { token } = prefix;
    // A page of another site may link to us, but not as somebody whom it has chosen.
    const isFromElsewhere = headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
    if (token !== undefined && !isFromElsewhere && isViewerToken(token, secret)) return found(token, 'address');
    return found(mintViewerToken(random(viewerTokenRandomBytes), secret), 'new');
  }

  #languageOf(raw: IncomingMessage): LanguageCode {
    return this.#wishedIn(raw) ?? this.#cookieLanguage(raw) ?? this.#default.lang;
  }

  #textsIn(language: LanguageCode): Texts {
    return this.#options.catalogues.get(language) ?? this.#default;
  }

  /** The language that this very request asks for: by parameter, else by prefix unless a cookie knows better. */
  #wishedIn(raw: IncomingMessage): LanguageCode | undefined {
    const [, query = ''] = (raw.url ?? '').split('?', 2);
    const parameter = queryValue(parseQuery(query), 'lang');
    if (parameter !== undefined && this.#isOffered(parameter)) return parameter;
    return this.#cookieLanguage(raw) === undefined ? this.#prefixes.get(raw)?.language : undefined;
  }

  #cookieLanguage({ headers }: IncomingMessage): LanguageCode | undefined {
    const cookie = readCookie(headers.cookie, languageCookie);
    return cookie !== undefined && this.#isOffered(cookie) ? cookie : undefined;
  }

  #isOffered(code: string): code is LanguageCode {
    return [...this.#options.catalogues.keys()].some((offered) => offered === code);
  }
}
