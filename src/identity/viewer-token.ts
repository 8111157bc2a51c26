import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of randomness in a viewer token: 128 bits. */
export const viewerTokenRandomBytes = 16;

const base64Length = 22;
const shape = /^[A-Za-z0-9_-]{44}$/;

/**
 * Makes the identity of a viewer out of fresh randomness: 22 characters of base64url, then as many of a tag that only this server can make.
 * Nothing has to be remembered to recognise it later. Throws a RangeError on too little randomness.
 */
export function mintViewerToken(random: Uint8Array, secret: Uint8Array): string {
  if (random.length < viewerTokenRandomBytes) throw new RangeError('a viewer token needs 16 random bytes');
  const body = Buffer.from(random.subarray(0, viewerTokenRandomBytes)).toString('base64url');
  return body + tagOf(body, secret);
}

/** Whether this server made the token. A token that somebody else chose is nobody's identity. */
// Threat: T09
export function isViewerToken(text: string, secret: Uint8Array): boolean {
  if (!shape.test(text)) return false;
  const expected = tagOf(text.slice(0, base64Length), secret);
  return timingSafeEqual(Buffer.from(text.slice(base64Length)), Buffer.from(expected));
}

function tagOf(body: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update('viewer:').update(body).digest('base64url').slice(0, base64Length);
}
