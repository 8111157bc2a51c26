import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { terminate } from './terminate.ts';

it('kills a child that does not listen to SIGTERM', async () => {
  const child = spawn(process.execPath, [
    '-e',
    "process.on('SIGTERM', () => {}); console.log('.'); setInterval(() => {}, 1000)",
  ]);
  await once(child.stdout, 'data');
  await terminate(child, 3000);
  expect(child.signalCode).toBe('SIGKILL');
});

it('lets one that listens end by itself', async () => {
  const child = spawn(process.execPath, [
    '-e',
    "process.on('SIGTERM', () => process.exit(3)); console.log('.'); setInterval(() => {}, 1000)",
  ]);
  await once(child.stdout, 'data');
  await terminate(child, 30_000);
  expect(child.exitCode).toBe(3);
  await terminate(child);
});

it('does nothing to a child that never started', async () => {
  const child = spawn('/nonexistent/program');
  child.on('error', () => undefined);
  await terminate(child);
  expect(child.pid).toBeUndefined();
});
