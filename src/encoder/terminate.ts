import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends a child: SIGTERM, then SIGKILL after `graceMs`. Resolves when it has exited, or `graceMs` after SIGKILL at the latest.
 * A child stopped by a signal (or never started) is no exception.
 */
export async function terminate(child: ChildProcess, graceMs = 2000): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const waiting = new AbortController();
  const exited = once(child, 'exit', { signal: waiting.signal }).catch(() => undefined);
  child.kill('SIGTERM');
  // A stopped process takes note of SIGTERM only once it runs again. Windows has no such state.
  if (process.platform !== 'win32') child.kill('SIGCONT');
  const killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  const giveUpTimer = setTimeout(() => waiting.abort(), 2 * graceMs);
  await exited;
  clearTimeout(killTimer);
  clearTimeout(giveUpTimer);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
