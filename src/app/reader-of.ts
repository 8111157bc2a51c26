import type { Place } from '../http/place.ts';
import type { Reader } from '../views/reader.ts';

/** What a page may know of a place: the viewer's token is only in the addresses. */
export function readerOf({ texts, base }: Place): Reader {
  return { texts, base };
}
