import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { inspectOnionbalance, isTestNetwork, renderBalanceConfig } from './onionbalance.ts';
import { OnionbalanceProcess } from './onionbalance-process.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'onioncast-balance-'));
});

afterAll(async () => await rm(directory, { recursive: true }));

async function program(name: string, body: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

/** A program that says who it is and then does nothing, and how it is run. */
async function idle(name: string, body = '') {
  const binary = await program(
    name,
    `printf '%s\\n' "$@" > '${directory}/${name}.args'; echo $$ > '${directory}/${name}.pid'; ${body} exec sleep 1000`,
  );
  const run = new OnionbalanceProcess({
    ...{ binary, home: directory, configPath: '/etc/a b.yaml', controlSocketPath: '/run/control', isTestNetwork: true },
  });
  const pid = await vi.waitUntil(async () => Number(await read(`${name}.pid`)), patience);
  return { run, pid };
}

async function read(name: string): Promise<string> {
  return await readFile(path.join(directory, name), 'utf8').catch(() => '');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('what Onionbalance is told', () => {
  it('is the key of the one address, and the addresses behind it', () => {
    const keyFile = '/data/a "b"/hs_ed25519_secret_key';
    const backends = ['a', 'b'].map((letter) => `${letter.repeat(56)}.onion`);
    // JSON is YAML.
    expect(JSON.parse(renderBalanceConfig({ keyFile, backends }))).toEqual({
      services: [{ key: keyFile, instances: backends.map((address) => ({ address })) }],
    });
  });

  it('is whether the network is one for tests', () => {
    expect(isTestNetwork(['GeoIPFile /dev/null', ' TestingTorNetwork 1'])).toBe(true);
    expect(isTestNetwork(['# TestingTorNetwork 1', 'TestingTorNetwork 0'])).toBe(false);
  });
});

describe('the program', () => {
  it('is refused with what to install where it is missing, or is something else', async () => {
    for (const binary of [path.join(directory, 'nothing'), await program('other', 'echo hello')]) {
      await expect(inspectOnionbalance(binary)).rejects.toMatchObject({
        code: 'TOOL_MISSING',
        message: expect.stringContaining('apt install onionbalance'),
      });
    }
    expect(await inspectOnionbalance(await program('right', 'echo onionbalance v0.2.2'))).toBe('0.2.2');
    expect(await inspectOnionbalance(await program('plain', 'echo onionbalance 0.2.2'))).toBe('0.2.2');
  });

  it('is told where its files are, and ends when it is asked to', async () => {
    const { run, pid } = await idle('asked');
    expect((await read('asked.args')).split('\n')).toEqual([
      ...['-v', 'warning', '-c', '/etc/a b.yaml', '-s', '/run/control', '--is-testnet', ''],
    ]);
    await run.stop();
    await run.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('says how it ended when nobody has asked, with its last words', async () => {
    const { run, pid } = await idle('killed', `echo 'no way to ${'a'.repeat(56)}.onion' >&2;`);
    await vi.waitUntil(() => run.lastWords !== undefined, patience);
    process.kill(pid, 'SIGKILL');
    const { code, signal } = await run.exited;
    expect([code, signal, run.lastWords]).toEqual([137, null, 'no way to [onion].onion']);
  });
});
