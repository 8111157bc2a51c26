import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const builtProgram = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');

/** How a command ended, and what it wrote. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without a shell, giving it `input` to read. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input = '', env = {}, cwd } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command of the built program for the server with this data directory. */
export function onioncast(data: string, args: readonly string[], input?: string): Promise<CommandResult> {
  const [command = '', ...rest] = args;
  // Before what is typed: behind `--` a flag would be text.
  const nested = ['poll', 'filter', 'schedule', 'record', 'tor'].includes(command)
    ? [command, ...rest.splice(0, 1)]
    : [command];
  const options = input === undefined ? {} : { input };
  return runCommand(process.execPath, [builtProgram, ...nested, '--data', data, ...rest], { ...options, cwd: data });
}
