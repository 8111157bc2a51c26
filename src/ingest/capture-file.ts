import type { EncoderSource } from '../encoder/encoder-types.ts';
import type { Fence, Reach } from '../encoder/fence.ts';
import { fileInputArgs, type MediaFacts, probeFile } from '../encoder/probe.ts';
import type { ToolRun } from '../encoder/run-tool.ts';
import { AppError } from '../errors.ts';

/**
 * A local media file, played over and over at its own pace, its timestamps going on across the seam.
 * Throws AppError `SOURCE_UNUSABLE` if the file cannot be read or holds no moving picture.
 */
export async function captureFile(
  options: { readonly ffprobePath: string; readonly fence?: Fence | undefined; readonly path: string },
  signal?: AbortSignal,
): Promise<EncoderSource> {
  const { ffprobePath, fence, path } = options;
  const { facts, reach } = await look(ffprobePath, path, { fence, signal });
  if (!facts.hasVideo) throw new AppError('SOURCE_UNUSABLE', `${path} holds no moving picture.`);
  const { width, height } = facts;
  return {
    ...(width !== undefined && height !== undefined && { picture: { width, height } }),
    input: {
      kind: 'capture',
      args: ['-re', '-stream_loop', '-1', ...fileInputArgs(path)],
      reach,
      ...(facts.hasAudio && { audio: '0:a:0' }),
    },
  };
}

/** A fence may be too close: root reads what is others' by a right that ends there. Then the film is shown all the same, and its source says so (`reach`). */
async function look(ffprobePath: string, path: string, run: ToolRun): Promise<{ facts: MediaFacts; reach: Reach }> {
  try {
    return { facts: await probeFile(ffprobePath, path, run), reach: [path] };
  } catch (error) {
    if (run.fence?.kind !== 'sealed' || !(error instanceof AppError) || error.code !== 'SOURCE_UNUSABLE') throw error;
    return { facts: await probeFile(ffprobePath, path, { ...run, reach: 'machine' }), reach: 'machine' };
  }
}
