import type { Fence } from '../encoder/fence.ts';
import { type FilterResult, runFilter } from '../encoder/run-filter.ts';
import { type BarePng, barePng } from './bare-png.ts';
import { type ImageFacts, imageFactsOf } from './image-facts.ts';
import { stillWebp } from './still-webp.ts';

/** Bounds of a picture, looked at before anything decodes it. */
export const emoteLimits = {
  bytes: 256 * 1024,
  /** Width and height, in pixels. */
  side: 512,
  frames: 128,
  /** What comes out, scaled down. */
  shownHeight: 64,
  shownWidth: 256,
  shownBytes: 512 * 1024,
} as const;

/** Changes whenever the same file would become another picture. */
export const recipe = '2';

export type EncodedEmote =
  | { readonly kind: 'encoded'; readonly png: BarePng }
  /** Completes "... was left out: ". */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Makes a picture of a stranger's file: PNG, moving if the file moves and FFmpeg can read that, drawn anew, with nothing in it but the picture.
 * Throws AppError `TOOL_MISSING` if there is no FFmpeg.
 */
// Threat: T06
export async function encodeEmote(ffmpeg: string, file: Buffer, fence?: Fence): Promise<EncodedEmote> {
  const reason = reasonAgainst(file);
  if (reason !== undefined) return { kind: 'refused', reason };
  const facts = imageFactsOf(file);
  if (facts === undefined) return { kind: 'refused', reason: 'it is no PNG, WebP, GIF or JPEG picture' };
  const input = facts.format === 'webp' ? stillWebp(file) : file;
  const result: FilterResult = await runFilter(ffmpeg, ffmpegArguments(facts), input, {
    maxOutputBytes: emoteLimits.shownBytes,
    timeoutMs: 20_000,
    fence,
  });
  if (result.kind === 'failed') return { kind: 'refused', reason: `FFmpeg cannot read it. ${result.complaint}`.trim() };
  const png = barePng(result.output);
  return png === undefined ? { kind: 'refused', reason: 'FFmpeg made no picture of it' } : { kind: 'encoded', png };
}

function reasonAgainst(file: Buffer): string | undefined {
  const { bytes, side, frames } = emoteLimits;
  if (file.length > bytes) return `it is larger than ${bytes / 1024} KiB`;
  const facts = imageFactsOf(file);
  if (facts === undefined) return 'it is no PNG, WebP, GIF or JPEG picture';
  if (facts.width === 0 || facts.height === 0) return 'it has no size';
  if (facts.width > side || facts.height > side) return `it is larger than ${side} x ${side} pixels`;
  return facts.frames > frames ? `it has more than ${frames} frames` : undefined;
}

/** The demuxer is pinned: a file that is a playlist or a script as well is never read as one. Threat: T03. */
function ffmpegArguments(facts: ImageFacts): readonly string[] {
  const { format, frames } = facts;
  const moves = frames > 1 && format !== 'webp';
  const demuxers = { png: moves ? 'apng' : 'png_pipe', gif: 'gif', jpeg: 'jpeg_pipe', webp: 'webp_pipe' } as const;
  const { side } = emoteLimits;
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1'],
    ...['-protocol_whitelist', 'pipe', '-codec_whitelist', 'png,apng,gif,mjpeg,webp'],
    ...['-max_pixels', String(side * side), '-f', demuxers[format], '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-map_metadata', '-1', '-frames:v', String(moves ? emoteLimits.frames : 1)],
    ...['-vf', `scale=${fittedSize(facts)},format=rgba`],
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-threads', '1'],
    ...(moves ? ['-c:v', 'apng', '-plays', '0', '-f', 'apng'] : ['-c:v', 'png', '-f', 'image2pipe']),
    'pipe:1',
  ];
}

/** Scaled down to fit, never up, and never to nothing. */
function fittedSize({ width, height }: ImageFacts): string {
  const { shownWidth, shownHeight } = emoteLimits;
  const scale = Math.min(1, shownWidth / width, shownHeight / height);
  return [width, height].map((side) => Math.max(1, Math.round(side * scale))).join(':');
}
