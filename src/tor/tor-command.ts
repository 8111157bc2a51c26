import { execFile } from 'node:child_process';
import { AppError } from '../errors.ts';

const commandTimeoutMs = 20_000;

/** How a short run of tor ended and what it printed. */
export interface TorCommandResult {
  readonly code: number;
  readonly output: string;
}

/** What a tor of ours sees of our environment: nothing that tells of the person or the machine. `home` stands in for the real home. */
export function torEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
}

/** Runs tor for an answer (`--version`, `--verify-config`), for 20 s at most. Throws `TOOL_MISSING` when there is no such program. */
export function runTor(torBinary: string, args: readonly string[], home = '/'): Promise<TorCommandResult> {
  const options = { env: torEnvironment(home), timeout: commandTimeoutMs, maxBuffer: 256 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(torBinary, args, options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error === null) return resolve({ code: 0, output });
      if (typeof error.code === 'number') return resolve({ code: error.code, output });
      const failure: Error = isMissing(error) ? torMissing(torBinary, error) : error;
      reject(failure);
    });
  });
}

function isMissing(error: NodeJS.ErrnoException | { code?: unknown }): boolean {
  return error.code === 'ENOENT' || error.code === 'EACCES';
}

function torMissing(torBinary: string, cause: unknown): AppError {
  return new AppError(
    'TOOL_MISSING',
    `The program tor was not found at "${torBinary}". Install it (Debian and Ubuntu: apt install tor) or say where it is in the configuration.`,
    { cause },
  );
}
