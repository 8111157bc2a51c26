import type { FastifyRequest } from 'fastify';
import { readCookie, writeCookie } from './cookies.ts';
import { queryValue } from './query.ts';

const cookieName = 'q';
const cookieSeconds = 365 * 24 * 60 * 60;
const nameShape = /^[a-z0-9-]{1,24}$/u;

/**
 * What quality somebody wishes: a rendition's name or `auto`, as far as its shape tells. Said by the address of a player document (`r`) or of the page (`q`,
 * for browsers that keep no cookies), else by what the browser was told to remember.
 */
export function wishedQuality(request: FastifyRequest): string | undefined {
  return askedQuality(request) ?? clean(readCookie(request.headers.cookie, cookieName));
}

/** The header that has the browser remember a choice just made; none if it does already. */
export function rememberQuality(request: FastifyRequest): { readonly 'Set-Cookie'?: string } {
  const asked = askedQuality(request);
  if (asked === undefined || asked === readCookie(request.headers.cookie, cookieName)) return {};
  return { 'Set-Cookie': writeCookie(cookieName, asked, { sameSite: 'Lax', maxAgeSeconds: cookieSeconds }) };
}

function askedQuality({ query }: FastifyRequest): string | undefined {
  return clean(queryValue(query, 'r')) ?? clean(queryValue(query, 'q'));
}

function clean(text: string | undefined): string | undefined {
  return text !== undefined && nameShape.test(text) ? text : undefined;
}
