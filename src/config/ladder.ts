import { parseBitrate } from './bitrate.ts';

/** A rendition that is asked for; without a bit rate one of those that are known. */
export interface RungSetting {
  readonly height: number;
  readonly bitsPerSecond?: number;
}

/** What is to be offered: whatever this machine can encode, or these. */
export type LadderSetting = 'auto' | readonly RungSetting[];

const knownHeights = [240, 360, 480, 720];
const limits = { rungs: 8, minHeight: 96, maxHeight: 2160, minBitsPerSecond: 32_000, maxBitsPerSecond: 20_000_000 };

/**
 * Reads `auto`, or names such as `480p` and `540p@900k`, as a list or separated by commas. Undefined if that is not what it is; throws a RangeError that
 * says what is wrong with a rendition of one's own.
 */
export function parseLadder(value: string | readonly string[]): LadderSetting | undefined {
  if (value === 'auto') return 'auto';
  const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
  const rungs = names.map(parseRung);
  const found = rungs.filter((rung) => rung !== undefined);
  const heights = new Set(found.map(({ height }) => height));
  const isUsable = found.length === names.length && heights.size === names.length;
  return isUsable && found.length > 0 && found.length <= limits.rungs ? found : undefined;
}

/** Reads one of those names; undefined for any other text. Throws as `parseLadder`. */
export function parseRung(name: string): RungSetting | undefined {
  const [, lines, rate] = /^(\d{2,4})p(?:@(.{1,16}))?$/.exec(name) ?? [];
  const height = Number(lines);
  if (lines === undefined || height < limits.minHeight || height > limits.maxHeight || height % 2 !== 0)
    return undefined;
  if (rate === undefined) return knownHeights.includes(height) ? { height } : undefined;
  const bitsPerSecond = parseBitrate(rate);
  const isWithin = bitsPerSecond >= limits.minBitsPerSecond && bitsPerSecond <= limits.maxBitsPerSecond;
  return isWithin ? { height, bitsPerSecond } : undefined;
}
