import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { builtProgram, runCommand } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';
import { stranger } from '../support/stranger.ts';

const examples = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/examples');
const hasJq = await runCommand('jq', ['--version']).then(
  () => true,
  () => false,
);

let data: string;
let server: Onioncast;
let env: Record<string, string>;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'onioncast-examples-'));
  server = await Onioncast.start({ data, env: { ONIONCAST_SOURCE: 'none' } });
  // Stands for the real one, which makes noise: what comes in on standard input, and what on the command line.
  await writeFile(path.join(data, 'espeak-ng'), '#!/bin/sh\nprintf "[%s] " "$*" >> "$SPOKEN"\ncat >> "$SPOKEN"\n');
  await chmod(path.join(data, 'espeak-ng'), 0o700);
  env = {
    ONIONCAST: `${process.execPath} ${builtProgram}`,
    PATH: `${data}:${process.env['PATH'] ?? ''}`,
    SPOKEN: path.join(data, 'spoken'),
  };
});

// None that a first try has started writes along in a second one.
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

afterAll(async () => {
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

/** Starts an example; all that it starts is stopped in the end. */
function start(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { cwd: data, env: { ...process.env, ...env }, stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  stops.push(async () => {
    // Its own process group, and nothing else.
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGTERM');
    await ended;
  });
}

const contents = async (name: string): Promise<string> => await readFile(path.join(data, name), 'utf8').catch(() => '');

const evil = '$(touch pwned) `touch pwned` "; touch pwned; --help';

describe('the examples of the documentation', () => {
  it.skipIf(!hasJq)('speak what strangers write, and never as a command', async () => {
    await rm(path.join(data, 'spoken'), { force: true });
    start('sh', [path.join(examples, 'speak.sh'), '--data', data]);
    const someone = await stranger(server.url);
    await expect
      .poll(
        async () => {
          await someone.say(`${evil}\nsecond`);
          return await contents('spoken');
        },
        { timeout: 90_000, interval: 6000 },
      )
      .toContain(`[--stdin] Anonymous: ${evil} second\n`);
    expect(await contents('pwned')).toBe('');
  });

  it.skipIf(!hasJq)('keep a log, and go on where it ended', async () => {
    const file = path.join(data, 'chat.ndjson');
    await rm(file, { force: true });
    const someone = await stranger(server.url);
    start('sh', [path.join(examples, 'keep-log.sh'), file, '--data', data]);
    await expect.poll(() => contents('chat.ndjson'), patience).toContain('"hello"');
    await someone.say('for the log');
    await expect.poll(() => contents('chat.ndjson'), patience).toContain('for the log');
    await stops.pop()?.();
    await someone.say('while nobody looked');
    start('sh', [path.join(examples, 'keep-log.sh'), file, '--data', data]);
    await expect.poll(() => contents('chat.ndjson'), patience).toContain('while nobody looked');
    expect((await contents('chat.ndjson')).split('for the log')).toHaveLength(2);
  });

  it('answer !uptime', async () => {
    start(process.execPath, [path.join(examples, 'uptime-bot.js'), data]);
    const someone = await stranger(server.url);
    const page = async (): Promise<string> => await (await fetch(`${server.url}/chat/log`)).text();
    await expect
      .poll(
        async () => {
          await someone.say('!uptime');
          return await page();
        },
        { timeout: 90_000, interval: 6000 },
      )
      .toContain('Nothing is on air.');
  });
});
