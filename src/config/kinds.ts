import { z } from 'zod';
import { parseAddress } from './address.ts';
import { type Bridge, parseBridges } from './bridge.ts';
import { formatBitrate, parseBitrate } from './bitrate.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { type LadderSetting, parseLadder, parseRung } from './ladder.ts';
import { type Moment, parseMoment } from './moment.ts';
import { formatSize, parseSize } from './size.ts';
import { parseSource } from './source.ts';

/** A kind of value: what is accepted, and the words that complete "must be ...". */
export interface Kind<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly expects: string;
  /** The value is never repeated in a message. */
  readonly secret?: boolean;
}

interface QuantityCodec {
  readonly name: string;
  readonly parse: (text: string) => number;
  readonly format: (value: number) => string;
}

function quantity({ name, parse, format }: QuantityCodec, min: string, max: string) {
  const [low, high] = [parse(min), parse(max)];
  const expects = `${name} from ${format(low)} to ${format(high)}`;
  const schema = parsed((text) => {
    const value = parse(text);
    return value < low || value > high ? undefined : value;
  });
  return { schema, expects };
}

/** Milliseconds, written `10s`. */
export function duration(min: string, max: string) {
  return quantity({ name: 'a duration', parse: parseDuration, format: formatDuration }, min, max);
}

/** Bytes, written `16MiB`. */
export function size(min: string, max: string) {
  return quantity({ name: 'a size', parse: parseSize, format: formatSize }, min, max);
}

/** Bits per second, written `64k`. */
export function bitrate(min: string, max: string) {
  return quantity({ name: 'a bit rate', parse: parseBitrate, format: formatBitrate }, min, max);
}

/** A whole number. */
export function integer(min: number, max: number) {
  return { schema: z.int().min(min).max(max), expects: `a whole number from ${min} to ${max}` };
}

/** Yes or no. */
export const flag = { schema: z.boolean(), expects: 'true or false' };

/** Text that people read, in one line. */
export function line(maxLength: number) {
  const schema = z
    .string()
    .max(maxLength)
    .regex(/^\P{Cc}*$/u);
  return { schema, expects: `one line of text, at most ${maxLength} characters` };
}

/** A name to be typed: not empty, without spaces at its ends. */
export function word(maxLength: number) {
  const schema = z
    .string()
    .max(maxLength)
    .regex(/^(?! )\P{Cc}+(?<! )$/u);
  return { schema, expects: `a name of at most ${maxLength} characters, without spaces around it` };
}

/** Text that people read, over several lines. */
export function paragraph(maxLength: number) {
  const schema = z
    .string()
    .max(maxLength)
    .regex(/^(?:\P{Cc}|[\n\t])*$/u);
  return { schema, expects: `text, at most ${maxLength} characters` };
}

/** A path in the file system, or the name of a program on the PATH. */
export function path(what: string) {
  return { schema: z.string().regex(/^\P{Cc}{1,4096}$/u), expects: what };
}

/** A path, or nothing. */
export function optionalPath(what: string) {
  return { schema: z.string().regex(/^\P{Cc}{0,4096}$/u), expects: `${what}, or nothing` };
}

/** One name out of a fixed list. */
export function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return { schema: z.enum(names), expects: `one of ${quoted(names)}` };
}

/** Some names out of a fixed list, each at most once. */
export function someOf<const T extends readonly [string, ...string[]]>(names: T) {
  const schema = z
    .array(z.enum(names))
    .min(1)
    .refine((list) => new Set(list).size === list.length);
  return { schema, expects: `a list of ${quoted(names)}, each at most once` };
}

/** Lines that are handed on as they are; they may hold passwords. */
export function lines(maxLines: number) {
  const schema = z.array(z.string().regex(/^\P{Cc}{1,1024}$/u)).max(maxLines);
  return { schema, expects: `a list of at most ${maxLines} lines of text`, secret: true } as const;
}

/** When something is to happen, if ever. */
export const moment = {
  schema: z.string().transform((text, context): Moment | undefined => {
    // Nothing is an answer here.
    return text.trim() === '' ? undefined : understood(text, parseMoment, context);
  }),
  expects: 'a time from now such as "10m", a UTC time such as "21:30" or "2026-11-23 21:30", or nothing',
};

/** Bridges of the Tor network. Whoever has some keeps them to themselves. */
export const bridges = {
  schema: z
    .array(z.string().max(1024))
    .max(64)
    .transform((value, context): Bridge[] => understood(value, parseBridges, context)),
  expects: 'a list of at most 64 bridge lines',
  secret: true,
} as const;

/** Where a listener stands. */
export const address = { schema: parsed(parseAddress), expects: 'an address of this machine itself or "off"' };

/** The name of an onion service, or nothing. */
export const onionAddress = {
  schema: z
    .string()
    .toLowerCase()
    .regex(/^(?:[a-z2-7]{56}\.onion)?$/u),
  expects: 'an onion address of 56 characters and ".onion", or nothing',
};

/** What is broadcast. */
export const source = { schema: parsed(parseSource), expects: '"test", "none", "screen", "file:PATH" or "dir:PATH"' };

/** Which renditions are offered. */
export const ladder = {
  schema: z
    .union([z.string().max(200), z.array(z.string()).max(8)])
    .transform((value, context): LadderSetting => understood(value, parseLadder, context)),
  expects:
    '"auto" or a list of "720p", "480p", "360p", "240p", each height at most once; one of your own is written with its bit rate, "540p@900k"',
};

/** One rendition. */
export const rung = {
  schema: parsed(parseRung),
  expects: 'one of "720p", "480p", "360p", "240p", or one of your own with its bit rate, "540p@900k"',
};

/** A text that `parse` understands. Where it gives nothing, `expects` says enough; where it throws a RangeError, that is the reason to tell. */
function parsed<T>(parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => understood(text, parse, context));
}

function understood<I, T>(given: I, parse: (given: I) => T | undefined, context: z.RefinementCtx<I>): T {
  let reason: string | undefined;
  try {
    const value = parse(given);
    if (value !== undefined) return value;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reason = error.message;
  }
  context.issues.push({ code: 'custom', input: given, params: { reason } });
  return z.NEVER;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
