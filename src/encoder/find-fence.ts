import { Fence, type FenceSettings } from './fence.ts';
import { parseFfmpegVersion } from './ffmpeg-version.ts';
import { runTool } from './run-tool.ts';

/**
 * The highest fence that FFmpeg runs behind on this machine, found by trying: it never keeps FFmpeg from running. Undefined where FFmpeg does not run at all,
 * which whoever starts it hears of.
 */
export async function findFence(ffmpegPath: string, settings: FenceSettings): Promise<Fence | undefined> {
  const isLinux = process.platform === 'linux';
  let obstacle = isLinux ? undefined : 'only Linux has what it takes';
  for (const kind of isLinux ? (['sealed', 'offline', 'limited', 'none'] as const) : (['none'] as const)) {
    const fence = new Fence(kind, settings, obstacle);
    const problem = await problemOf(fence, ffmpegPath);
    if (problem === undefined) return fence;
    obstacle ??= problem;
  }
  return undefined;
}

async function problemOf(fence: Fence, ffmpegPath: string): Promise<string | undefined> {
  try {
    const { stdout, complaint } = await runTool(ffmpegPath, ['-version'], { fence });
    if (parseFfmpegVersion(stdout) !== undefined) return undefined;
    return complaint === '' ? 'FFmpeg does not answer behind it' : complaint;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
