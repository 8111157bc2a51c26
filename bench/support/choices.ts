/** The values of a comma-separated flag, in the order in which they are offered; all of them without the flag. Throws for a value that is not offered. */
export function chosen<Value extends string>(
  flag: string,
  wish: string | undefined,
  offered: readonly Value[],
): Value[] {
  if (wish === undefined) return [...offered];
  const names = wish.split(',');
  const unknown = names.find((name) => !offered.some((value) => value === name));
  if (unknown !== undefined) throw new Error(`--${flag} ${unknown}: there is ${offered.join(', ')}`);
  return offered.filter((value) => names.includes(value));
}

/** A flag that is a number above zero. */
export function positive(flag: string, wish: string): number {
  const number = Number(wish);
  if (!(number > 0)) throw new Error(`--${flag} ${wish}: not a number above zero`);
  return number;
}
