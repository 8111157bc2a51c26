import { formatQuantity, parseQuantity } from './quantity.ts';

const units = { bit: 1, k: 1000, M: 1_000_000 };

/** Reads `64k`, `1.2M` (thousand and million bits per second, as FFmpeg writes them) into bits per second. Throws a RangeError that says what is expected. */
export function parseBitrate(text: string): number {
  return parseQuantity(text, units, 'a bit rate', '64k');
}

/** Writes bits per second the way `parseBitrate` reads them: 64000 is `64k`. */
export function formatBitrate(bitsPerSecond: number): string {
  return formatQuantity(bitsPerSecond, units);
}
