/** What of a file is asked for. `to` is not included. */
export type AskedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly from: number; readonly to: number }
  | { readonly kind: 'unsatisfiable' };

const single = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;

/**
 * Reads `Range` (RFC 9110, 14.1.2 and 14.2) for a file of so many bytes. What is no single range of bytes is ignored, as is any range where `If-Range` is there
 * (13.1.5): files here have no validator that it could name.
 */
export function askedRange(range: string | undefined, ifRange: string | undefined, length: number): AskedRange {
  const match = range === undefined || ifRange !== undefined ? null : single.exec(range);
  if (match === null) return { kind: 'whole' };
  const [, first, last = '', suffix] = match;
  if (suffix !== undefined) {
    const from = Math.max(0, length - Number(suffix));
    return from === length ? { kind: 'unsatisfiable' } : { kind: 'part', from, to: length };
  }
  const from = Number(first);
  const to = last === '' ? length : Math.min(length, Number(last) + 1);
  // The last byte before the first: no range at all.
  if (last !== '' && Number(last) < from) return { kind: 'whole' };
  return from >= length ? { kind: 'unsatisfiable' } : { kind: 'part', from, to };
}
