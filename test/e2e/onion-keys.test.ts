import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintClientKey } from '../../src/tor/client-key.ts';
import { loadOnionKeys, writeOnionKeys } from '../../src/tor/onion-files.ts';
import { mintOnionSecret } from '../../src/tor/onion-secret.ts';
import { builtProgram, type CommandResult, runCommand } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';
import { addressByTor } from '../support/tor-address.ts';

const passphrase = 'five words that nobody guesses';

let place: string;
let passphraseFile: string;
let data: string;

beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'onioncast-keys-'));
  passphraseFile = path.join(place, 'passphrase');
  await writeFile(passphraseFile, `${passphrase}\n`);
  data = path.join(place, 'data');
  await mkdir(path.join(data, 'tor'), { recursive: true, mode: 0o700 });
});

afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

/** `onioncast onion ...` for a data directory. */
async function onion(args: readonly string[], at = data, input = ''): Promise<CommandResult> {
  const all = [builtProgram, 'onion', ...args, '--data', at];
  return await runCommand(process.execPath, all, { input, cwd: place });
}

const withPassphrase = ['--passphrase-file', '-'] as const;

async function backUp(file: string): Promise<CommandResult> {
  return await onion(['backup', file, '--passphrase-file', passphraseFile]);
}

async function restore(file: string, at: string, ...more: string[]): Promise<CommandResult> {
  return await onion(['restore', file, ...withPassphrase, ...more], at, `${passphrase}\n`);
}

/** Keys as tor has made them. */
async function madeByTor(name = 'onion'): Promise<string> {
  return await addressByTor(path.join(data, 'tor', name));
}

function client(name: string): { name: string; line: string } {
  return { name, line: `descriptor:x25519:${mintClientKey().publicKey}` };
}

async function modesBelow(directory: string): Promise<number[]> {
  const entries = await readdir(directory, { recursive: true });
  const stats = await Promise.all(entries.map((entry) => stat(path.join(directory, entry))));
  return [...new Set(stats.map((each) => each.mode & 0o077))];
}

describe('a backup of the onion keys', () => {
  it('T27 gives the same address again, to tor as well, with who may find it and what opens the desk', async () => {
    const address = await madeByTor();
    const guests = [client('ann'), client('bob')];
    await writeOnionKeys(path.join(data, 'tor', 'desk'), { secret: mintOnionSecret(), clients: guests });
    const { privateKey } = mintClientKey();
    await writeFile(path.join(data, 'desk-key'), `${privateKey}\n`);
    const file = path.join(place, 'whole.backup');
    expect(await backUp(file)).toMatchObject({ code: 0, stdout: expect.stringContaining(address) });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const fresh = path.join(place, 'fresh');
    expect(await restore(file, fresh)).toMatchObject({ code: 0, stdout: expect.stringContaining(address) });
    expect(await addressByTor(path.join(fresh, 'tor', 'onion'))).toBe(address);
    expect(await loadOnionKeys(path.join(fresh, 'tor', 'desk'))).toEqual(
      await loadOnionKeys(path.join(data, 'tor', 'desk')),
    );
    expect(await readFile(path.join(fresh, 'desk-key'), 'utf8')).toBe(`${privateKey}\n`);
    expect(await modesBelow(path.join(fresh, 'tor'))).toEqual([0]);
    const again = await restore(file, fresh);
    expect(again.code).toBe(0);
    expect(again.stdout).not.toContain('in place of');
  });

  it('T27 gives the publisher elsewhere back what opens the way in, and puts no other in its place unasked', async () => {
    await madeByTor();
    const ingest = path.join(data, 'tor', 'ingest');
    const secret = mintClientKey().privateKey;
    await writeFile(path.join(data, 'publisher-secret'), `${secret}\n`);
    await writeOnionKeys(ingest, { secret: mintOnionSecret(), clients: [client('publisher')] });
    const file = path.join(place, 'publisher.backup');
    expect((await backUp(file)).code).toBe(0);
    const fresh = path.join(place, 'publisher');
    expect((await restore(file, fresh)).code).toBe(0);
    const kept = path.join(fresh, 'publisher-secret');
    expect(await readFile(kept, 'utf8')).toBe(`${secret}\n`);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(await loadOnionKeys(path.join(fresh, 'tor', 'ingest'))).toEqual(await loadOnionKeys(ingest));
    const other = `${mintClientKey().privateKey}\n`;
    await writeFile(kept, other);
    expect(await restore(file, fresh)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/publisher.*--replace/),
    });
    expect(await readFile(kept, 'utf8')).toBe(other);
    expect((await restore(file, fresh, '--replace')).code).toBe(0);
    expect(await readFile(kept, 'utf8')).toBe(`${secret}\n`);
  });

  it('T27 is opened by its passphrase alone, and whole alone', async () => {
    await madeByTor();
    const file = path.join(place, 'strict.backup');
    await backUp(file);
    const fresh = path.join(place, 'strict');
    const wrong = await onion(['restore', file, ...withPassphrase], fresh, 'five other words, all wrong\n');
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringMatching(/passphrase does not open/) });
    const bytes = await readFile(file);
    await writeFile(`${file}.short`, bytes.subarray(0, -1));
    expect(await restore(`${file}.short`, fresh)).toMatchObject({ code: 3, stderr: expect.stringMatching(/missing/) });
    await writeFile(`${file}.large`, Buffer.alloc(1024 * 1024 + 1));
    expect((await restore(`${file}.large`, fresh)).code).toBe(3);
    expect(await backUp(file)).toMatchObject({ code: 3, stderr: expect.stringMatching(/there already/) });
  });

  it('T27 takes the place of another key only if that is meant, and keeps that one', async () => {
    await madeByTor();
    const file = path.join(place, 'other.backup');
    await backUp(file);
    const fresh = path.join(place, 'other');
    const other = await addressByTor(path.join(fresh, 'tor', 'onion'));
    const refused = await restore(file, fresh);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining(other) });
    expect(refused.stderr).toContain('--replace');
    expect(await addressByTor(path.join(fresh, 'tor', 'onion'))).toBe(other);

    const { stdout } = await restore(file, fresh, '--replace');
    const aside = /kept in (\S+)\. It/.exec(stdout)?.[1] ?? '';
    expect((await loadOnionKeys(aside))?.secret.address).toBe(other);
    expect((await onion(['import', aside, '--replace'], fresh)).code).toBe(0);
    expect(await addressByTor(path.join(fresh, 'tor', 'onion'))).toBe(other);
  });

  it('takes no passphrase that is short, from the command line or from nowhere', async () => {
    await madeByTor();
    const file = path.join(place, 'short.backup');
    const short = await onion(['backup', file, ...withPassphrase], data, 'eleven char\n');
    expect(short).toMatchObject({ code: 3, stderr: expect.stringMatching(/12 characters/) });
    expect(await onion(['backup', file])).toMatchObject({ code: 3, stderr: expect.stringMatching(/no terminal/) });
    expect((await onion(['backup', file, '--passphrase', passphrase])).code).toBe(2);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });
});

describe('the addresses', () => {
  it('are shown with what each is for, as text, as JSON and as QR codes', async () => {
    const address = await madeByTor();
    await writeOnionKeys(path.join(data, 'tor', 'desk'), { secret: mintOnionSecret(), clients: [client('owner')] });
    const shown = await onion(['show']);
    expect(shown.stdout).toContain(`http://${address}/\n  for everybody who has it; not published now`);
    expect(shown.stdout).toMatch(/desk\n {2}http:\/\/[a-z2-7]{56}\.onion\/broadcaster\n/);
    expect(shown.stdout).not.toContain('\u2588');
    expect((await onion(['show', '--qr', 'dark'])).stdout).toContain('\u2588');
    const { addresses } = JSON.parse((await onion(['show', '--json'])).stdout);
    expect(addresses).toMatchObject([{ name: 'public', address, clients: [], state: 'off' }, { name: 'desk' }]);
  });

  it('get a new key when that is meant, and the old one can come back', async () => {
    const old = await madeByTor();
    await writeOnionKeys(path.join(data, 'tor', 'onion'), {
      ...((await loadOnionKeys(path.join(data, 'tor', 'onion'))) ?? { secret: mintOnionSecret() }),
      clients: [client('ann')],
    });
    expect(await onion(['rotate', 'public'])).toMatchObject({ code: 3, stderr: expect.stringMatching(/--yes/) });
    expect((await onion(['rotate', 'nothing', '--yes'])).code).toBe(3);
    const { code, stdout } = await onion(['rotate', 'public', '--yes']);
    expect(code).toBe(0);
    const address = /http:\/\/(\S+)\//.exec(stdout)?.[1] ?? '';
    expect(address).not.toBe(old);
    expect(await addressByTor(path.join(data, 'tor', 'onion'))).toBe(address);
    // Who may find it is another matter.
    expect((await loadOnionKeys(path.join(data, 'tor', 'onion')))?.clients).toMatchObject([{ name: 'ann' }]);
    const aside = /kept in (\S+)\. It/.exec(stdout)?.[1] ?? '';
    expect((await onion(['import', aside, '--replace'])).code).toBe(0);
    expect(await addressByTor(path.join(data, 'tor', 'onion'))).toBe(old);
  });

  it('are taken over from a directory of tor, checked, with its clients', async () => {
    const theirs = path.join(place, 'theirs');
    const address = await addressByTor(theirs);
    await writeFile(path.join(theirs, 'authorized_clients', 'ann.auth'), `${client('ann').line}\n`);
    expect((await onion(['import', theirs])).code).toBe(0);
    const taken = await loadOnionKeys(path.join(data, 'tor', 'onion'));
    expect(taken).toMatchObject({ secret: { address }, clients: [{ name: 'ann' }] });
    await writeFile(path.join(theirs, 'hostname'), `${mintOnionSecret().address}\n`);
    expect(await onion(['import', theirs])).toMatchObject({ code: 3, stderr: expect.stringMatching(/hostname/) });
    await writeFile(path.join(theirs, 'hostname'), `${address}\n`);
    await writeFile(path.join(theirs, 'authorized_clients', 'ann.auth'), 'everybody\n');
    expect((await onion(['import', theirs])).code).toBe(3);
    await rm(path.join(theirs, 'hs_ed25519_secret_key'));
    await symlink('/dev/zero', path.join(theirs, 'hs_ed25519_secret_key'));
    expect((await onion(['import', theirs])).code).toBe(3);
    expect((await onion(['import', place])).stderr).toMatch(/no HiddenServiceDir/);
  });

  it('stay as they are while the server runs', async () => {
    const address = await madeByTor();
    const server = await Onioncast.start({ data, env: { ONIONCAST_SOURCE: 'none' } });
    try {
      for (const args of [
        ['rotate', 'public', '--yes'],
        ['import', path.join(data, 'tor', 'onion'), '--as', 'desk'],
      ]) {
        expect(await onion(args)).toMatchObject({ code: 3, stderr: expect.stringMatching(/is running/) });
      }
      expect((await onion(['show'])).stdout).toContain(`${address}/\n`);
      expect((await backUp(path.join(place, 'running.backup'))).code).toBe(0);
    } finally {
      await server.close();
    }
    expect(await addressByTor(path.join(data, 'tor', 'onion'))).toBe(address);
  });
});
