/** The value of a cookie (RFC 6265, 4.2.1) that is there exactly once; two of a name are none, since one of them may be somebody else's. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const [pair, ...more] = pairs.filter((each) => each.startsWith(`${name}=`));
  return more.length > 0 ? undefined : pair?.slice(name.length + 1);
}

/**
 * A `Set-Cookie` value that no script reads. Strict: no other site's link comes with it; Lax: links do, forms do not.
 * No `Expires`: it would tell our clock.
 */
export function writeCookie(
  name: string,
  value: string,
  { sameSite, maxAgeSeconds }: { readonly sameSite: 'Lax' | 'Strict'; readonly maxAgeSeconds: number },
): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeSeconds}`;
}
