import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { onionAddressOf } from './onion-address.ts';

/** The key of an onion service, as tor keeps it: whoever has it is the address. */
export interface OnionSecret {
  /** The scalar of 32 bytes, and 32 more that make signatures unpredictable (`expanded`, RFC 8032, section 5.1.5). */
  readonly expanded: Buffer;
  /** `<56 characters>.onion`. */
  readonly address: string;
}

/** What tor puts before the bytes of a key in a file (`src/lib/crypt_ops/crypto_format.c`), filled up with zeros. */
const secretHead = tagged('== ed25519v1-secret: type0 ==');
const publicHead = tagged('== ed25519v1-public: type0 ==');
const expandedBytes = 64;

/** How large the file with the key is. */
export const secretFileBytes = secretHead.length + expandedBytes;

/** Makes a new key, and with it a new address. */
export function mintOnionSecret(): OnionSecret {
  const { expanded, publicKey } = newPair();
  return { expanded, address: onionAddressOf(publicKey) };
}

/** The key in the bytes of tor's file `hs_ed25519_secret_key`. Throws a RangeError for what is none. */
export function parseSecretFile(file: Uint8Array): OnionSecret {
  const bytes = Buffer.from(file);
  if (bytes.length !== secretFileBytes || !bytes.subarray(0, secretHead.length).equals(secretHead)) {
    throw new RangeError('not the key of an onion service as tor writes it');
  }
  return readOnionSecret(bytes.subarray(secretHead.length));
}

/** The key of these 64 bytes, with the address that it has. Throws a RangeError for bytes that are no key. */
export function readOnionSecret(expanded: Uint8Array): OnionSecret {
  const copy = Buffer.from(expanded);
  return { expanded: copy, address: onionAddressOf(publicKeyOf(copy)) };
}

/** The files in which tor keeps a key. */
export function secretFile({ expanded }: OnionSecret): Buffer {
  return Buffer.concat([secretHead, expanded]);
}

export function publicFile({ expanded }: OnionSecret): Buffer {
  return Buffer.concat([publicHead, publicKeyOf(expanded)]);
}

function tagged(words: string): Buffer {
  const head = Buffer.alloc(32);
  head.write(words, 'latin1');
  return head;
}

function newPair(): { expanded: Buffer; publicKey: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const expanded = createHash('sha512').update(seed).digest();
  expanded[0] = (expanded[0] ?? 0) & 0xf8;
  expanded[31] = ((expanded[31] ?? 0) & 0x7f) | 0x40;
  return { expanded, publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32) };
}

const prime = 2n ** 255n - 19n;
/** Of the group in which signatures count. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const probe = Buffer.from('Onioncast: whose key is this?');

/**
 * The public half. Node makes it of a seed alone, which tor does not keep; but of the scalar it makes that of X25519, the same point of the same curve in
 * other coordinates and without a sign (RFC 7748, section 4.1). Which sign it has, a signature shows.
 */
function publicKeyOf(expanded: Buffer): Buffer {
  const isClamped = ((expanded[0] ?? 0) & 7) === 0 && ((expanded[31] ?? 0) & 0xc0) === 0x40;
  if (expanded.length !== expandedBytes || !isClamped) throw new RangeError('not the key of an onion service');
  const u = toNumber(montgomeryPoint(expanded.subarray(0, 32)));
  const y = (((u - 1n + prime) % prime) * power(u + 1n, prime - 2n)) % prime;
  for (const sign of [0, 0x80]) {
    const candidate = toBytes(y);
    candidate[31] = (candidate[31] ?? 0) | sign;
    if (isKeyOf(candidate, expanded)) return candidate;
  }
  throw new RangeError('not the key of an onion service');
}

/** Whether a signature made with the secret half is one by this public half (RFC 8032, section 5.1.6). */
function isKeyOf(publicKey: Buffer, expanded: Buffer): boolean {
  const nonce = newPair();
  const challenge = createHash('sha512').update(nonce.publicKey).update(publicKey).update(probe).digest();
  const product = (toNumber(challenge) % order) * (toNumber(expanded.subarray(0, 32)) % order);
  const answer = (toNumber(nonce.expanded.subarray(0, 32)) + product) % order;
  return verify(null, probe, ed25519Key(publicKey), Buffer.concat([nonce.publicKey, toBytes(answer)]));
}

/** What stands before the 32 bytes of a key (RFC 8410). */
const x25519Head = Buffer.from('302e020100300506032b656e04220420', 'hex');
const ed25519Head = Buffer.from('302a300506032b6570032100', 'hex');

function montgomeryPoint(scalar: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([x25519Head, scalar]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function ed25519Key(publicKey: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([ed25519Head, publicKey]), format: 'der', type: 'spki' });
}

/** Numbers are written with their lowest byte first. */
function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toBytes(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** Modulo the prime. */
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % prime];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
