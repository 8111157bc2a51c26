import { beforeAll, describe, expect, it } from 'vitest';
import { maxSealedBytes, seal, unseal } from './sealed-file.ts';

const passphrase = 'caf\u00e9 under the bridge';
const refused = { code: 'BACKUP_UNUSABLE' };

describe('a sealed text', () => {
  let sealed: Buffer;

  beforeAll(async () => {
    sealed = await seal('a secret', passphrase);
  });

  it('T27 is opened by its passphrase, however that was typed, and by no other', async () => {
    expect((await unseal(sealed, 'cafe\u0301 under the bridge')).trimEnd()).toBe('a secret');
    await expect(unseal(sealed, 'cafe under the bridge')).rejects.toMatchObject(refused);
  });

  it('T27 tells neither what is in it nor, but by steps, how much', async () => {
    const long = await seal('k'.repeat(4096), passphrase);
    expect(long.length).toBe(sealed.length);
    expect(long.includes('kkkk')).toBe(false);
    expect(long.subarray(18, 62).equals(sealed.subarray(18, 62))).toBe(false);
  });

  it('T27 is refused when any part of it is another, or missing', async () => {
    for (const at of [0, 17, 20, sealed.length - 1]) {
      const damaged = Buffer.from(sealed);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await expect(unseal(damaged, passphrase), `byte ${at}`).rejects.toMatchObject(refused);
    }
    for (const length of [0, 10, 40, 79, sealed.length - 1]) {
      await expect(unseal(sealed.subarray(0, length), passphrase), `${length}`).rejects.toMatchObject(refused);
    }
    await expect(unseal(Buffer.concat([sealed, Buffer.alloc(1)]), passphrase)).rejects.toMatchObject(refused);
  });

  it('fits into what is read again, or is not made', async () => {
    expect((await seal('x'.repeat(maxSealedBytes - 8192), passphrase)).length).toBeLessThanOrEqual(maxSealedBytes);
    await expect(seal('x'.repeat(maxSealedBytes), passphrase)).rejects.toMatchObject(refused);
  });
});
