import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onionAddressOf } from './onion-address.ts';
import { preparePrivateDirectory, readOnionAddress } from './onion-key.ts';

const refusal = expect.objectContaining({ code: 'DATA_DIRECTORY' });
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onioncast-key-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('preparePrivateDirectory', () => {
  it('T26 makes the directory for us alone, whatever the umask', async () => {
    const before = process.umask(0o000);
    try {
      await preparePrivateDirectory(join(root, 'a/b'));
    } finally {
      process.umask(before);
    }
    expect(await modeOf(join(root, 'a/b'))).toBe(0o700);
  });

  it('T26 closes what was left open', async () => {
    const path = join(root, 'onion');
    await mkdir(join(path, 'authorized_clients'), { recursive: true });
    await writeFile(join(path, 'hs_ed25519_secret_key'), 'secret');
    await chmod(path, 0o755);
    await chmod(join(path, 'authorized_clients'), 0o755);
    await chmod(join(path, 'hs_ed25519_secret_key'), 0o644);
    await preparePrivateDirectory(path);
    expect(await modeOf(path)).toBe(0o700);
    expect(await modeOf(join(path, 'authorized_clients'))).toBe(0o700);
    expect(await modeOf(join(path, 'hs_ed25519_secret_key'))).toBe(0o600);
  });

  it('refuses a link to a directory, a link in it, and a file', async () => {
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    await expect(preparePrivateDirectory(join(root, 'link'))).rejects.toEqual(refusal);
    await symlink('/etc/hostname', join(root, 'real/hs_ed25519_secret_key'));
    await expect(preparePrivateDirectory(join(root, 'real'))).rejects.toEqual(refusal);
    await writeFile(join(root, 'file'), '');
    await expect(preparePrivateDirectory(join(root, 'file'))).rejects.toEqual(refusal);
  });
});

describe('readOnionAddress', () => {
  it('reads the address that tor wrote', async () => {
    const address = onionAddressOf(Buffer.alloc(32, 7));
    await writeFile(join(root, 'hostname'), `${address}\n`);
    expect(await readOnionAddress(root)).toBe(address);
  });

  it('refuses a missing file, another text and one with something behind the address', async () => {
    await expect(readOnionAddress(root)).rejects.toEqual(refusal);
    await writeFile(join(root, 'hostname'), 'example.org\n');
    await expect(readOnionAddress(root)).rejects.toEqual(refusal);
    await writeFile(join(root, 'hostname'), `${onionAddressOf(Buffer.alloc(32, 7))} more\n`);
    await expect(readOnionAddress(root)).rejects.toEqual(refusal);
  });
});
