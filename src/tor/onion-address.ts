import { createHash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const addressShape = /^[a-z2-7]{56}\.onion$/;
const publicKeyBytes = 32;
const version = 3;

/**
 * True for a complete version 3 onion address in lower case, checksum and version included (rend-spec-v3, section 6, "Encoding onion addresses").
 */
export function isOnionAddress(text: string): boolean {
  if (!addressShape.test(text)) return false;
  const bytes = decodeBase32(text.slice(0, 56));
  return bytes.equals(withChecksum(bytes.subarray(0, publicKeyBytes)));
}

/** The address of an ed25519 public key of 32 bytes. */
export function onionAddressOf(publicKey: Uint8Array): string {
  return `${encodeBase32(withChecksum(publicKey))}.onion`;
}

function withChecksum(publicKey: Uint8Array): Buffer {
  const tail = Buffer.from([version]);
  const hash = createHash('sha3-256').update('.onion checksum').update(publicKey).update(tail).digest();
  return Buffer.concat([publicKey, hash.subarray(0, 2), tail]);
}

/** The bytes of base 32 in lower case, without padding; bits that make no whole byte are left out. The caller has checked the characters. */
export function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    value = ((value << 5) | alphabet.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** Base 32 in lower case (RFC 4648, section 6), without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >> bits) & 31);
    }
  }
  return bits === 0 ? text : text + alphabet.charAt((value << (5 - bits)) & 31);
}
