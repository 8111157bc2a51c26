import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Onioncast } from '../support/onioncast.ts';

/** Keys to press once this has been written. */
interface Keys {
  readonly after: string;
  readonly press: string;
}

/**
 * Runs a program with nothing of our environment but the PATH, and gives what it wrote to standard output. With keys it gets a terminal of its own
 * and is typed into.
 */
function run(home: string, program: string, args: readonly string[], keys: readonly Keys[] = []): Promise<string> {
  const quoted = [program, ...args].map((word) => `'${word}'`).join(' ');
  const [file, rest] =
    keys.length === 0 ? [program, args] : ['script', ['-qec', `stty rows 40 cols 100; ${quoted}`, '/dev/null']];
  const child = spawn(file, rest, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: home, LC_ALL: 'C.UTF-8', TERM: 'vt100' },
    timeout: 90_000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  let heard = 0;
  const left = [...keys];
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const [next] = left;
    const at = next === undefined ? -1 : said.indexOf(next.after, heard);
    if (next === undefined || at < 0) return;
    heard = said.length;
    left.shift();
    child.stdin.write(next.press);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(said));
  });
}

describe('text browsers', () => {
  let server: Onioncast;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'onioncast-home-'));
    server = await Onioncast.start({ env: { ONIONCAST_CAPTCHA_ASK: 'off', ONIONCAST_SOURCE: 'none' } });
  });

  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });

  const read = async (browser: string, address: string): Promise<string> =>
    await run(home, browser, ['-dump', `${server.url}${address}`]);

  it('read the page: title, state, and where the chat is', async () => {
    for (const browser of ['w3m', 'lynx']) {
      const dump = await read(browser, '/');
      expect(dump).toContain('Live stream');
      expect(dump).toContain('The broadcast has not started yet.');
      expect(dump).toContain('Chat log');
    }
  });

  it('write with Lynx, and both read it', async () => {
    const script = path.join(home, 'lynx.keys');
    const typed = Array.from('hi from Lynx', (character) => `key ${character === ' ' ? '<space>' : character}`);
    // The cursor stands in the text; the next stop is the button that sends. The answer is the form again.
    const session = [...typed, 'key ^I', 'key ^J', 'key ^I', 'key Q', 'key y', ''];
    await writeFile(script, session.join('\n'));
    await run(home, 'lynx', ['-accept_all_cookies', `-cmd_script=${script}`, `${server.url}/chat/form`]);
    for (const browser of ['w3m', 'lynx']) expect(await read(browser, '/chat/log')).toMatch(/#\w{3}: hi from Lynx/);
  });

  it('write with w3m, and both read it', async () => {
    const editor = path.join(home, 'editor.sh');
    await writeFile(editor, '#!/bin/sh\nprintf "hi from w3m\\n" > "$1"\n');
    await chmod(editor, 0o700);
    const options = ['-o', `editor=${editor}`, '-o', 'use_cookie=1', '-o', 'accept_cookie=1'];
    const loaded = 'Viewing <Write a message>';
    await run(
      home,
      'w3m',
      [...options, `${server.url}/chat/form`],
      [
        // To the text, into the editor and back, to the button, and send.
        { after: loaded, press: '\t\r' },
        { after: 'hi from w3m', press: '\t\r' },
        { after: loaded, press: 'qy' },
      ],
    );
    for (const browser of ['w3m', 'lynx']) expect(await read(browser, '/chat/log')).toMatch(/#\w{3}: hi from w3m/);
  });
});
