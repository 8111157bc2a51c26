import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Onioncast } from '../support/onioncast.ts';

/** Runs a program with nothing of our environment but the PATH, and gives what it wrote to standard output. */
function run(program: string, args: readonly string[], home: string): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: home, LC_ALL: 'C.UTF-8', TERM: 'vt100', LINES: '60', COLUMNS: '100' },
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Keys as Lynx's recorded sessions write them. */
function typed(text: string): string[] {
  return Array.from(text).map((character) => `key ${character === ' ' ? '<space>' : character}`);
}

describe('text browsers', () => {
  let server: Onioncast;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'onioncast-home-'));
    server = await Onioncast.start({ env: { ONIONCAST_CHAT_CAPTCHA: 'off' } });
  });

  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });

  const log = async (): Promise<string> => await run('w3m', ['-dump', `${server.url}/chat/log`], home);

  it('read the page: title, state, and where the chat is', async () => {
    for (const dump of [
      await run('w3m', ['-dump', server.url], home),
      await run('lynx', ['-dump', server.url], home),
    ]) {
      expect(dump).toContain('Live stream');
      expect(dump).toContain('Chat log');
    }
  });

  it('write with Lynx, and both read it', async () => {
    const script = path.join(home, 'lynx.keys');
    // The first field is the text; from there the next stop is the button that sends.
    await writeFile(
      script,
      ['key Down Arrow', ...typed('hello from Lynx'), 'key ^I', 'key ^J', 'key Q', 'key y', ''].join('\n'),
    );
    await run('lynx', ['-accept_all_cookies', `-cmd_script=${script}`, `${server.url}/chat/form`], home);
    expect(await log()).toContain('hello from Lynx');
    expect(await run('lynx', ['-dump', `${server.url}/chat/log`], home)).toContain('hello from Lynx');
  });
});
