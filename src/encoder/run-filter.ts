import { spawn } from 'node:child_process';
import { AppError } from '../errors.ts';
import type { Fence, Reach } from './fence.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { LastLines } from './last-lines.ts';

/** What a program made of its input. */
export type FilterResult =
  | { readonly kind: 'done'; readonly output: Buffer }
  | { readonly kind: 'failed'; readonly complaint: string };

export interface FilterLimits {
  readonly maxOutputBytes: number;
  readonly timeoutMs: number;
  /** What it is kept behind, and what it reaches all the same. */
  readonly fence?: Fence | undefined;
  readonly reach?: Reach;
}

/**
 * Runs a program of FFmpeg's family with bytes on its standard input and gives what it wrote to standard output. Ended when it takes too long or
 * says too much. Throws AppError `TOOL_MISSING` if it cannot be run at all.
 */
export function runFilter(
  path: string,
  args: readonly string[],
  input: Buffer,
  { maxOutputBytes, timeoutMs, fence, reach }: FilterLimits,
): Promise<FilterResult> {
  const call = fence?.around(path, args, reach) ?? { program: path, args };
  const child = spawn(call.program, call.args, {
    stdio: 'pipe',
    env: ffmpegEnvironment(),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  const complaint = new LastLines();
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxOutputBytes) chunks.push(chunk);
    else child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
  // A program that has seen enough closes its input: what it says about it comes on the other pipes.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new AppError('TOOL_MISSING', `${path} cannot be run (${cause.code ?? 'unknown'}).`, { cause })),
    );
    child.once('close', (code) => {
      if (code === 0 && size <= maxOutputBytes) resolve({ kind: 'done', output: Buffer.concat(chunks) });
      else resolve({ kind: 'failed', complaint: size > maxOutputBytes ? 'Too much came out.' : complaint.summary() });
    });
  });
}
