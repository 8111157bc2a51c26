import type { EncoderSource } from '../encoder/encoder-types.ts';
import { fileInputArgs, probeFile } from '../encoder/probe.ts';
import { AppError } from '../errors.ts';

/**
 * A local media file, played over and over at its own pace, its timestamps going on across the seam.
 * Throws AppError `SOURCE_UNUSABLE` if the file cannot be read or holds no moving picture.
 */
export async function captureFile(
  options: { ffprobePath: string; path: string },
  signal?: AbortSignal,
): Promise<EncoderSource> {
  const { ffprobePath, path } = options;
  const facts = await probeFile(ffprobePath, path, signal);
  if (!facts.hasVideo) throw new AppError('SOURCE_UNUSABLE', `${path} holds no moving picture.`);
  const { width, height } = facts;
  return {
    ...(width !== undefined && height !== undefined && { picture: { width, height } }),
    input: {
      kind: 'capture',
      args: ['-re', '-stream_loop', '-1', ...fileInputArgs(path)],
      ...(facts.hasAudio && { audio: '0:a:0' }),
    },
  };
}
