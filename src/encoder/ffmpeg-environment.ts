import type { EncoderInput } from './encoder-types.ts';

/**
 * All that FFmpeg sees of our environment. No home, no language, no time zone: Threat: T07. A capture may name what it needs besides.
 */
export function ffmpegEnvironment(input?: EncoderInput): Record<string, string> {
  const desktop = input?.kind === 'capture' ? input.environment : undefined;
  return { ...desktop, PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C.UTF-8', HOME: '/nonexistent' };
}
