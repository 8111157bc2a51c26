import { execFile } from 'node:child_process';

/** How a program answered: `missing` when there is none of that name, or it may not be started. */
export type CommandAnswer =
  | { readonly kind: 'done'; readonly code: number; readonly output: string }
  | { readonly kind: 'missing' };

const timeoutMs = 20_000;

/** Runs a program for its answer, for 20 s at most; one that takes longer counts as failed. */
export function runCommand(program: string, args: readonly string[]): Promise<CommandAnswer> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: timeoutMs, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      const reason: unknown = error?.code;
      if (reason === 'ENOENT' || reason === 'EACCES') resolve({ kind: 'missing' });
      else resolve({ kind: 'done', code: error === null ? 0 : typeof reason === 'number' ? reason : 1, output });
    });
  });
}
