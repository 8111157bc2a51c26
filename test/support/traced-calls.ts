import { execFileSync } from 'node:child_process';

/** Whether calls of programs can be written down here: strace is installed, and it may trace. */
export function canTrace(): boolean {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What a program is started within, so that these calls (`connect,bind`) of it and of all that it starts are written into a file, whatever they come to. */
export function traced(calls: string, file: string): readonly string[] {
  return ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${calls}`, '-o', file];
}
