import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  authorizationLine,
  clientLine,
  loadClientKey,
  makeClientKey,
  mintClientKey,
  readClientKey,
} from './client-key.ts';
import { decodeBase32 } from './onion-address.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onioncast-client-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a key for an onion service', () => {
  it('is of the 52 characters that tor reads, and another one each time', () => {
    const keys = Array.from({ length: 20 }, mintClientKey);
    for (const { publicKey, privateKey } of keys) {
      expect(publicKey).toMatch(/^[A-Z2-7]{52}$/);
      expect(privateKey).toMatch(/^[A-Z2-7]{52}$/);
    }
    expect(new Set(keys.flatMap(({ publicKey, privateKey }) => [publicKey, privateKey])).size).toBe(40);
  });

  it('is known whole by its private half', () => {
    const key = mintClientKey();
    expect(readClientKey(key.privateKey)).toEqual(key);
  });

  it('holds 32 bytes a half, and both halves agree with another key on a secret', () => {
    const key = mintClientKey();
    const bytes = (half: string): string => decodeBase32(half.toLowerCase()).toString('base64url');
    const [x, d] = [bytes(key.publicKey), bytes(key.privateKey)];
    expect([x, d].map((half) => Buffer.from(half, 'base64url').length)).toEqual([32, 32]);
    const jwk = { kty: 'OKP', crv: 'X25519', x };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    const privateKey = createPrivateKey({ key: { ...jwk, d }, format: 'jwk' });
    const other = generateKeyPairSync('x25519');
    expect(diffieHellman({ privateKey, publicKey: other.publicKey })).toEqual(
      diffieHellman({ privateKey: other.privateKey, publicKey }),
    );
  });

  it.each(['', 'A'.repeat(51), 'A'.repeat(53), '1'.repeat(52), 'a'.repeat(52)])('is not %j', (text) => {
    expect(() => readClientKey(text)).toThrow(RangeError);
  });

  it('is written as tor wants it on both sides', () => {
    const { publicKey, privateKey } = mintClientKey();
    expect(authorizationLine({ publicKey })).toBe(`descriptor:x25519:${publicKey}`);
    const address = 'a'.repeat(56);
    expect(clientLine(`${address}.onion`, { privateKey })).toBe(`${address}:descriptor:x25519:${privateKey}`);
  });

  it('is kept for this user alone, and replaced as a whole', async () => {
    const file = join(directory, 'deeper', 'desk-key');
    expect(await loadClientKey(file, 'onioncast desk --new-key')).toBeUndefined();
    const first = await makeClientKey(file);
    expect(await loadClientKey(file, 'onioncast desk --new-key')).toEqual(first);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await makeClientKey(file);
    expect(second).not.toEqual(first);
    expect(await readFile(file, 'utf8')).toBe(`${second.privateKey}\n`);
  });

  it('is never taken out of a file that is damaged', async () => {
    const file = join(directory, 'desk-key');
    await writeFile(file, 'AAAA');
    await expect(loadClientKey(file, 'onioncast desk --new-key')).rejects.toMatchObject({ code: 'DATA_DIRECTORY' });
  });
});
