import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthorizedClients, isClientName } from './authorized-clients.ts';
import { readClientKey } from './client-key.ts';

let directory: string;
let clients: AuthorizedClients;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onioncast-clients-'));
  clients = new AuthorizedClients(directory);
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const files = async () => (await readdir(join(directory, 'authorized_clients'))).sort();

describe('the keys to a private address', () => {
  it('are kept by name, the public half alone', async () => {
    expect(await clients.list()).toEqual([]);
    const { privateKey } = await clients.add('Bob');
    await clients.add('Ann');
    expect(await clients.list()).toEqual(['Ann', 'Bob']);
    const kept = join(directory, 'authorized_clients', 'Bob.auth');
    const { publicKey } = readClientKey(privateKey);
    expect(await readFile(kept, 'utf8')).toBe(`descriptor:x25519:${publicKey}\n`);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
  });

  it('never leave the service open to everybody, to the last one that is taken back', async () => {
    await clients.add('Ann');
    expect(await clients.remove('Ann')).toBe(true);
    expect(await clients.remove('Ann')).toBe(false);
    expect(await files()).toEqual(['_nobody.auth']);
    expect(await clients.list()).toEqual([]);
    await clients.closeToOthers();
    expect(await files()).toEqual(['_nobody.auth']);
    await clients.openToAll();
    expect(await files()).toEqual([]);
  });

  it('bear names that are files, and lead nowhere else', () => {
    expect(['Ann', 'a', '7', 'Ann-Lee_2', 'x'.repeat(32)].every(isClientName)).toBe(true);
    const bad = ['', '_nobody', '-x', '.x', 'a.b', 'a/b', '../x', 'a b', 'Änne', 'x\n', 'x'.repeat(33)];
    expect(bad.filter(isClientName)).toEqual([]);
  });
});
