/** A unit and how many base units it stands for, in the order in which people meet them: smallest first. */
export type Units = Readonly<Record<string, number>>;

/**
 * Reads a number directly followed by a unit (`250ms`, `1.5M`) into whole base units.
 * Throws a RangeError whose message says what is expected; `example` is part of it.
 */
export function parseQuantity(text: string, units: Units, what: string, example: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([A-Za-z]*)$/.exec(text);
  const factor = match?.[2] === undefined || !Object.hasOwn(units, match[2]) ? undefined : units[match[2]];
  if (match?.[1] === undefined || factor === undefined) {
    throw new RangeError(`${what} is a number with a unit (${Object.keys(units).join(', ')}), like "${example}"`);
  }
  const value = Number(match[1]) * factor;
  // 0.07 * 100 is not 7 in binary; what is a whole number up to that error is meant to be one.
  const whole = Math.round(value);
  if (Math.abs(value - whole) > 1e-6) {
    throw new RangeError(`${what} is too fine: the smallest step is 1${Object.keys(units)[0] ?? ''}`);
  }
  if (!Number.isSafeInteger(whole)) throw new RangeError(`${what} is too large`);
  return whole;
}

/** Writes base units with the largest unit that leaves a whole number; `parseQuantity` reads it back to the same value. */
export function formatQuantity(value: number, units: Units): string {
  let best: readonly [string, number] = ['', 1];
  for (const [name, factor] of Object.entries(units)) {
    if (factor >= best[1] && value % factor === 0 && (value > 0 || factor === 1)) best = [name, factor];
  }
  return `${value / best[1]}${best[0]}`;
}
