/** A moment in UTC, to the minute, as every other time on the page. */
export function momentText(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** A time span in its largest unit, rounded up, with the international sign of the unit: `10 s`, `3 h`, `14 d`. */
export function spanText(ms: number): string {
  const { name, ms: unit } = units.find((one) => ms >= one.ms) ?? units[3];
  return `${Math.max(1, Math.ceil(ms / unit))} ${name}`;
}
