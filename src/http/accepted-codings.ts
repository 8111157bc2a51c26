/** The content codings that a client takes (RFC 9110, 12.5.3). A weight of zero refuses a coding. */
export function acceptedCodings(acceptEncoding: string | undefined): ReadonlySet<string> {
  return new Set(
    (acceptEncoding ?? '')
      .split(',')
      .map((part) => part.trim().toLowerCase())
      .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.split(';')[0]?.trim() ?? ''),
  );
}
