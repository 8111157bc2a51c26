import { describe, expect, it } from 'vitest';
import {
  mintOnionSecret,
  parseSecretFile,
  publicFile,
  readOnionSecret,
  secretFile,
  secretFileBytes,
} from './onion-secret.ts';

describe('the key of an onion service', () => {
  it('is found again with its address, whichever sign its point has', () => {
    for (let round = 0; round < 16; round += 1) {
      const secret = mintOnionSecret();
      expect(parseSecretFile(secretFile(secret))).toEqual(secret);
    }
  });

  it('has a public half as tor writes it', () => {
    const file = publicFile(mintOnionSecret());
    expect(file).toHaveLength(64);
    expect(file.toString('latin1', 0, 32)).toBe('== ed25519v1-public: type0 ==\0\0\0');
  });

  it('is not taken from anything else', () => {
    const file = secretFile(mintOnionSecret());
    expect(file).toHaveLength(secretFileBytes);
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.alloc(secretFileBytes),
      file.subarray(1),
      Buffer.concat([file, Buffer.alloc(1)]),
    ]) {
      expect(() => parseSecretFile(wrong)).toThrow(RangeError);
    }
    expect(() => readOnionSecret(Buffer.alloc(64))).toThrow(RangeError);
    expect(() => readOnionSecret(Buffer.alloc(64, 0xff))).toThrow(RangeError);
    expect(() => readOnionSecret(Buffer.alloc(63))).toThrow(RangeError);
  });
});
