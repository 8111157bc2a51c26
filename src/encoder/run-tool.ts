import { execFile } from 'node:child_process';
import { AppError } from '../errors.ts';
import type { Fence, Reach } from './fence.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { LastLines } from './last-lines.ts';

/** What a short-lived program said. `exitCode` is absent if it was ended for taking too long or saying too much. */
export interface ToolResult {
  readonly exitCode?: number;
  readonly stdout: string;
  /** The last lines it wrote to standard error, printable. */
  readonly complaint: string;
}

/** How a program is run. */
export interface ToolRun {
  /** What it is kept behind, and what it reaches all the same. */
  readonly fence?: Fence | undefined;
  readonly reach?: Reach;
  readonly signal?: AbortSignal | undefined;
}

const timeoutMs = 15_000;
const maxOutputBytes = 2 * 1024 * 1024;

/** Runs a program of FFmpeg's family to its end, for at most 15 s. Throws AppError `TOOL_MISSING` if it cannot be run at all. */
export function runTool(path: string, args: readonly string[], run: ToolRun = {}): Promise<ToolResult> {
  const env = ffmpegEnvironment();
  const { fence, reach, signal } = run;
  const call = fence?.around(path, args, reach) ?? { program: path, args };
  return new Promise((resolve, reject) => {
    const options = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxOutputBytes, signal } as const;
    execFile(call.program, call.args, options, (error, stdout, stderr) => {
      if (error instanceof Error && error.name === 'AbortError') return reject(error);
      if (typeof error?.code === 'string' && error.code.startsWith('E') && !error.code.startsWith('ERR_')) {
        return reject(new AppError('TOOL_MISSING', `${path} cannot be run (${error.code}).`, { cause: error }));
      }
      const lines = new LastLines();
      lines.push(Buffer.from(stderr));
      const exitCode = error === null ? 0 : error.code;
      resolve({ stdout, complaint: lines.summary(), ...(typeof exitCode === 'number' && { exitCode }) });
    });
  });
}
