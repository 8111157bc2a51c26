import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ensureBroadcasterPassword,
  hashPassword,
  isPassword,
  passwordFrom,
  renewBroadcasterPassword,
} from './password.ts';

function memoryStore() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (key: string) => kept.get(key),
    set: (key: string, value: string) => kept.set(key, value).size > 0,
  };
}

describe('the broadcaster\u2019s password', () => {
  it('is told once, at the first start, and kept as a hash only', async () => {
    const store = memoryStore();
    const { password = '' } = await ensureBroadcasterPassword(store, randomBytes);
    expect(password).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{1,5}){5}$/);
    expect(await ensureBroadcasterPassword(store, randomBytes)).toEqual({});
    const stored = store.get('broadcaster-password-hash') ?? '';
    expect(stored).not.toContain(password);
    expect(await isPassword(password, stored)).toBe(true);
    expect(await isPassword(`${password} `, stored)).toBe(false);
  });

  it('is replaced by a new one on request, and the old one is worth nothing then', async () => {
    const store = memoryStore();
    const { password: old = '' } = await ensureBroadcasterPassword(store, randomBytes);
    const { password, isKept } = await renewBroadcasterPassword(store, randomBytes);
    const stored = store.get('broadcaster-password-hash') ?? '';
    expect([isKept, await isPassword(password, stored), await isPassword(old, stored)]).toEqual([true, true, false]);
    const refusing = { ...store, set: () => false };
    expect(await renewBroadcasterPassword(refusing, randomBytes)).toMatchObject({ isKept: false });
  });

  it('holds all the randomness it was made from', () => {
    const flips = Array.from({ length: 128 }, (_, bit) => {
      const random = Buffer.alloc(16);
      random[bit >> 3] = 1 << (bit & 7);
      return passwordFrom(random);
    });
    expect(new Set(flips).size).toBe(128);
  });
});

describe('isPassword', () => {
  it.each(['', 'scrypt', 'scrypt$32768$8$1$$', 'plain$1$1$1$a$b', 'hunter2'])(
    'believes nothing of the hash %j',
    async (stored) => {
      expect(await isPassword('hunter2', stored)).toBe(false);
    },
  );

  it('T18 refuses, unhashed, what is longer than any password', async () => {
    const stored = await hashPassword('x'.repeat(256), Buffer.alloc(16));
    expect(await isPassword('x'.repeat(256), stored)).toBe(true);
    expect(await isPassword('x'.repeat(257), stored)).toBe(false);
  });
});
