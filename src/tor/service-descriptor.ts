import { createDecipheriv, createHash } from 'node:crypto';
import type { TorControl } from './control.ts';
import { decodeBase32 } from './onion-address.ts';

/** Sizes of the keys in a descriptor, in bytes (rend-spec-v3, section 2.5.3). */
const saltBytes = 16;
const keyBytes = 32;
const ivBytes = 16;
const macBytes = 32;
/** Where the extension of a certificate with one extension begins (cert-spec, section 2.1), and what precedes its data. */
const extensionAt = 40;
const extensionHeadBytes = 4;
const signedWithKey = 4;

/** What tor would upload now for its service at `address`, and what that asks for. Rejects while there is no descriptor. */
export async function askSuggestedEffort(
  control: Pick<TorControl, 'getInfo'>,
  address: string,
): Promise<number | undefined> {
  const descriptor = await control.getInfo(`hs/service/desc/id/${address.replace(/\.onion$/u, '')}`);
  return readSuggestedEffort(descriptor, address);
}

/**
 * How much work a service asks of who comes now, by its own descriptor (`pow-params`, proposal 327): 0 in peace. tor tells this in no other way but at a port of
 * TCP, which we do not open. Undefined for a descriptor that says nothing of it, that only invited clients can read, or that is none. Total.
 */
export function readSuggestedEffort(descriptor: string, address: string): number | undefined {
  try {
    const inner = openDescriptor(descriptor, address);
    const [, effort] = /^pow-params v1 \S+ (\d{1,10}) /mu.exec(inner) ?? [];
    return effort === undefined ? undefined : Number(effort);
  } catch {
    // Cut short or of another kind: it tells nothing.
    return undefined;
  }
}

/** Both layers are encrypted by keys that everybody has who knows the address, unless clients are authorised. */
function openDescriptor(descriptor: string, address: string): string {
  const identity = decodeBase32(address.replace(/\.onion$/u, '')).subarray(0, keyBytes);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(/^revision-counter (\d{1,20})$/mu.exec(descriptor)?.[1] ?? ''));
  const blinded = blindedKeyOf(armoured(descriptor, 'descriptor-signing-key-cert', 'ED25519 CERT'));
  const credential = sha3('credential', identity);
  const secret = Buffer.concat([blinded, sha3('subcredential', credential, blinded), counter]);
  const outer = decrypt(armoured(descriptor, 'superencrypted', 'MESSAGE'), secret, 'hsdir-superencrypted-data');
  return decrypt(armoured(outer, 'encrypted', 'MESSAGE'), secret, 'hsdir-encrypted-data');
}

function decrypt(message: Buffer, secret: Buffer, purpose: string): string {
  const salt = message.subarray(0, saltBytes);
  const keys = createHash('shake256', { outputLength: keyBytes + ivBytes + macBytes });
  const stream = keys.update(secret).update(salt).update(purpose).digest();
  const decipher = createDecipheriv(
    'aes-256-ctr',
    stream.subarray(0, keyBytes),
    stream.subarray(keyBytes, keyBytes + ivBytes),
  );
  return decipher.update(message.subarray(saltBytes, -macBytes)).toString('latin1');
}

/** The key with which the certificate is signed, which it names in an extension. */
function blindedKeyOf(certificate: Buffer): Buffer {
  if (certificate[extensionAt + 2] !== signedWithKey) throw new RangeError('a certificate that names no key');
  const from = extensionAt + extensionHeadBytes;
  return certificate.subarray(from, from + keyBytes);
}

function armoured(text: string, keyword: string, kind: string): Buffer {
  const [, body] = new RegExp(`^${keyword}\\n-----BEGIN ${kind}-----\\n([^-]*)-----END`, 'mu').exec(text) ?? [];
  if (body === undefined) throw new RangeError(`no ${keyword}`);
  return Buffer.from(body, 'base64');
}

function sha3(label: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha3-256').update(label);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
