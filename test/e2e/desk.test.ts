import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Onioncast } from '../support/onioncast.ts';
import { ask, type RawAnswer } from '../support/raw-http.ts';

const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');
const publicAddress = `${'a'.repeat(55)}d.onion`;
const deskAddress = `${'b'.repeat(55)}d.onion`;

describe('the broadcaster\u2019s own onion service on the operator\u2019s tor', () => {
  let data: string;
  let config: string;

  beforeEach(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-desk-'));
    config = path.join(data, 'desk.toml');
    await writeFile(
      config,
      `[broadcaster]\ndoor = "desk"\n[tor]\nmode = "operator"\naddress = "${publicAddress}"\ndesk_address = "${deskAddress}"\n`,
    );
  });

  afterEach(() => rm(data, { recursive: true, force: true }));

  function run(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { cwd: data }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, output: stdout + stderr });
      });
    });
  }

  function visit(door: 'web' | 'desk', target: string): Promise<RawAnswer> {
    const host = door === 'desk' ? deskAddress : publicAddress;
    const socketPath = path.join(data, 'run', `${door}.sock`);
    const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', 'Accept: text/html'];
    return ask({ socketPath, circuitId: 5 }, `${lines.join('\r\n')}\r\n\r\n`);
  }

  it('is advised with its key, shown to its owner, and the only onion with a desk', async () => {
    const server = await Onioncast.start({ data, args: ['--config', config] });
    try {
      const { clientKey = '', address } = await server.event('desk');
      expect(address).toBe(`http://${deskAddress}/`);
      const { lines } = await server.event('operator-torrc');
      const advice = lines.join('\n');
      expect(advice).toMatch(
        /echo descriptor:x25519:[A-Z2-7]{52} > \S+onioncast-desk\/authorized_clients\/owner\.auth/,
      );
      expect(advice).not.toContain(clientKey);
      expect(await visit('desk', '/broadcaster')).toMatchObject({ status: 200 });
      expect(await visit('desk', '/')).toMatchObject({ status: 200 });
      expect(await visit('web', '/')).toMatchObject({ status: 200 });
      expect(await visit('web', '/broadcaster')).toMatchObject({ status: 404 });
      expect((await stat(path.join(data, 'desk-key'))).mode & 0o777).toBe(0o600);
      const told = await run('desk', '--config', config, '--data', data);
      expect(told.output).toContain(`  Address  http://${deskAddress}/broadcaster\n  Key      ${clientKey}\n`);
      expect(await run('desk', '--new-key', '--config', config, '--data', data)).toMatchObject({
        code: 3,
        output: expect.stringMatching(/is running.*\[DATA_DIRECTORY\]/u),
      });
    } finally {
      await server.close();
    }
    const renewed = await run('desk', '--new-key', '--config', config, '--data', data);
    expect(renewed).toMatchObject({ code: 0, output: expect.stringContaining('restart tor') });
  });

  it('is no command for those who have no such service', async () => {
    expect(await run('desk', '--data', data)).toMatchObject({
      code: 2,
      output: expect.stringContaining('broadcaster.door = "desk"'),
    });
  });
});
