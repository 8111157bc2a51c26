import { formatQuantity, parseQuantity } from './quantity.ts';

const units = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Reads `512B`, `64KiB`, `16MiB`, `1GiB` into bytes. Throws a RangeError that says what is expected. */
export function parseSize(text: string): number {
  return parseQuantity(text, units, 'a size', '16MiB');
}

/** Writes bytes the way `parseSize` reads them: 65536 is `64KiB`. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, units);
}
