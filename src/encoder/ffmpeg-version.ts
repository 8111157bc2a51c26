import { AppError } from '../errors.ts';
import { runTool, type ToolRun } from './run-tool.ts';

/** What an installed FFmpeg can do for us. */
export interface FfmpegFacts {
  /** As it names itself: `5.1.9-0+deb12u1`, `8.0`, `N-113` for a build between releases. */
  readonly version: string;
  /** 5.1 or newer, or a build whose number says nothing. */
  readonly isRecentEnough: boolean;
  readonly hasX264: boolean;
  readonly hasOpus: boolean;
  /** The second codec, for browsers without H.264, can be made. */
  readonly hasVp9: boolean;
  /** The test card can carry text. */
  readonly hasDrawtext: boolean;
}

/** Asks FFmpeg about itself. Throws AppError `TOOL_MISSING` if there is none at this path. */
export async function readFfmpegFacts(ffmpegPath: string, run: ToolRun = {}): Promise<FfmpegFacts> {
  const ask = (question: string) => runTool(ffmpegPath, ['-hide_banner', '-loglevel', 'error', question], run);
  const [about, encoders, filters] = await Promise.all([ask('-version'), ask('-encoders'), ask('-filters')]);
  const version = parseFfmpegVersion(about.stdout);
  if (version === undefined)
    throw new AppError('TOOL_MISSING', `${ffmpegPath} is not FFmpeg. ${about.complaint}`.trim());
  return {
    version,
    isRecentEnough: isRecentEnough(version),
    hasX264: /\slibx264\s/.test(encoders.stdout),
    hasOpus: /\slibopus\s/.test(encoders.stdout),
    hasVp9: /\slibvpx-vp9\s/.test(encoders.stdout),
    hasDrawtext: /\sdrawtext\s/.test(filters.stdout),
  };
}

/** The version in the first line of `ffmpeg -version`, or nothing if that is not what it is. */
export function parseFfmpegVersion(text: string): string | undefined {
  return /^ffmpeg version (\S{1,80})/.exec(text)?.[1];
}

/** 5.1 brought `-isync`, 5.0 `-readrate`. Distributions prefix (`n5.1`) and suffix (`5.1.9-0+deb12u1`) the number. */
export function isRecentEnough(version: string): boolean {
  const match = /^n?(\d+)\.(\d+)/.exec(version);
  if (match === null) return true;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > 5 || (major === 5 && minor >= 1);
}
