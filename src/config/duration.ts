import { formatQuantity, parseQuantity } from './quantity.ts';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `250ms`, `10s`, `1.5m`, `2h` into milliseconds. Throws a RangeError that says what is expected. */
export function parseDuration(text: string): number {
  return parseQuantity(text, units, 'a duration', '10s');
}

/** Writes milliseconds the way `parseDuration` reads them: 90000 is `90s`. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, units);
}
