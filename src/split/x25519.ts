import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

/** How long a key is, and a shared secret. */
export const keyBytes = 32;

/** What stands before the 32 bytes of a key in PKCS #8 and in SPKI (RFC 8410, sections 4 and 7). */
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicHead = Buffer.from('302a300506032b656e032100', 'hex');

/** The private key of these 32 bytes (RFC 7748). */
export function privateKeyFrom(bytes: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateHead, bytes]), format: 'der', type: 'pkcs8' });
}

/** The public half, as 32 bytes. */
export function publicBytesOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);
}

/** The secret that both sides know. Throws for a public key that would make it zero. */
export function sharedSecret(own: KeyObject, other: Uint8Array): Buffer {
  const publicKey = createPublicKey({ key: Buffer.concat([publicHead, other]), format: 'der', type: 'spki' });
  return diffieHellman({ privateKey: own, publicKey });
}
