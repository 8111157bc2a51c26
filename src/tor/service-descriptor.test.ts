import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase32 } from './onion-address.ts';
import { mintOnionSecret } from './onion-secret.ts';
import { askSuggestedEffort, readSuggestedEffort } from './service-descriptor.ts';

const { address } = mintOnionSecret();
const blinded = randomBytes(32);

function hash(...parts: readonly (string | Uint8Array)[]): Buffer {
  return parts.reduce((sum, part) => sum.update(part), createHash('sha3-256')).digest();
}

/** A layer as tor encrypts it (rend-spec-v3, section 2.5.3). */
function layer(plain: string, purpose: string): string {
  const salt = randomBytes(16);
  const credential = hash('credential', decodeBase32(address.slice(0, 56)).subarray(0, 32));
  const counter = Buffer.from('0000000000000007', 'hex');
  const secret = Buffer.concat([
    blinded,
    hash('subcredential', credential, blinded),
    counter,
    salt,
    Buffer.from(purpose),
  ]);
  const keys = createHash('shake256', { outputLength: 80 }).update(secret).digest();
  const cipher = createCipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(32, 48));
  const message = Buffer.concat([salt, cipher.update(plain), randomBytes(32)]).toString('base64');
  return `-----BEGIN MESSAGE-----\n${message}\n-----END MESSAGE-----`;
}

/** A descriptor whose inner layer is this. A test with a real tor reads real ones. */
function descriptor(inner: string): string {
  const certificate = Buffer.concat([Buffer.alloc(40), Buffer.from('00200400', 'hex'), blinded, Buffer.alloc(64)]);
  const middle = `desc-auth-type x25519\nencrypted\n${layer(inner, 'hsdir-encrypted-data')}\n${'\0'.repeat(100)}`;
  return [
    'hs-descriptor 3',
    'descriptor-lifetime 180',
    'descriptor-signing-key-cert',
    `-----BEGIN ED25519 CERT-----\n${certificate.toString('base64')}\n-----END ED25519 CERT-----`,
    'revision-counter 7',
    `superencrypted\n${layer(middle, 'hsdir-superencrypted-data')}`,
    'signature abc',
  ].join('\n');
}

it('reads how much work the service asks for', async () => {
  const inner = 'create2-formats 2\npow-params v1 c2VlZA 77 2026-01-01T00:00:00\nintroduction-point abc\n';
  expect(readSuggestedEffort(descriptor(inner), address)).toBe(77);
  const asked: string[] = [];
  const getInfo = async (key: string) => {
    asked.push(key);
    return descriptor(inner);
  };
  expect(await askSuggestedEffort({ getInfo }, address)).toBe(77);
  expect(asked).toEqual([`hs/service/desc/id/${address.slice(0, 56)}`]);
});

it('knows nothing where it is not said, or not for us to read', () => {
  expect(readSuggestedEffort(descriptor('create2-formats 2\n'), address)).toBeUndefined();
  expect(readSuggestedEffort(descriptor('pow-params v2 c2VlZA 77 x\n'), address)).toBeUndefined();
  const inner = 'pow-params v1 c2VlZA 77 2026-01-01T00:00:00\n';
  expect(readSuggestedEffort(descriptor(inner), mintOnionSecret().address)).toBeUndefined();
  expect(
    readSuggestedEffort(descriptor(inner).replace('revision-counter 7', 'revision-counter 8'), address),
  ).toBeUndefined();
});

it('has no trouble with what is none', () => {
  const whole = descriptor('pow-params v1 c2VlZA 77 2026-01-01T00:00:00\n');
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) =>
      [77, undefined].includes(readSuggestedEffort(whole.slice(0, length), address)),
    ),
  );
  fc.assert(fc.property(fc.string(), (text) => readSuggestedEffort(text, address) === undefined));
});
