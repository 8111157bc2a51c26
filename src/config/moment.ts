import { parseDuration } from './duration.ts';

/** When something is to happen, see `parseMoment`. */
export type Moment =
  | { readonly kind: 'in'; readonly ms: number }
  | { readonly kind: 'at'; readonly unixMs: number }
  | { readonly kind: 'daily'; readonly ms: number };

const minuteMs = 60_000;
const maxMs = 30 * 24 * 60 * minuteMs;
const clock = '([01]\\d|2[0-3]):([0-5]\\d)Z?';
const daily = new RegExp(`^${clock}$`, 'u');
const dated = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})[ T]${clock}$`, 'u');

/**
 * Reads `10m` (from now on), `21:30` (UTC, the next time) or `2026-11-23 21:30` (UTC); nothing for an empty text, which is never. Throws a RangeError that says what is
 * expected.
 */
export function parseMoment(text: string): Moment | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  const time = daily.exec(typed);
  if (time !== null) return { kind: 'daily', ms: (Number(time[1]) * 60 + Number(time[2])) * minuteMs };
  const date = dated.exec(typed);
  if (date !== null) return { kind: 'at', unixMs: unixOf(date) };
  const ms = parseDuration(typed);
  if (ms > maxMs) throw new RangeError('that is more than 30 days away');
  return { kind: 'in', ms };
}

function unixOf([, ...parts]: RegExpExecArray): number {
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0] = parts.map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hours, minutes));
  // The 31st of a month that has 30 days would be the 1st of the next one.
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) throw new RangeError('there is no such day');
  return time.getTime();
}
