import { scrypt, timingSafeEqual } from 'node:crypto';
import { legibleAlphabet } from './legible-alphabet.ts';

/** Fresh randomness in a generated password: 128 bits. */
const passwordBytes = 16;
const saltBytes = 16;
const hashBytes = 32;
/** About 70 ms and 32 MiB (RFC 7914). Written into each hash, so that it can change for new ones. */
const cost = { N: 2 ** 15, r: 8, p: 1 };
/** Longest password that is hashed at all. */
export const maxPasswordBytes = 256;

/** The place that remembers the hash of the broadcaster's password. */
export interface PasswordStore {
  get(key: 'broadcaster-password-hash'): string | undefined;
  set(key: 'broadcaster-password-hash', value: string): boolean;
}

/**
 * Makes sure that the broadcaster has a password. At the first start one is made and given back, to be shown this one time; later nothing is.
 * Of the password itself nothing is kept but a salted hash.
 */
export async function ensureBroadcasterPassword(
  settings: PasswordStore,
  random: (size: number) => Uint8Array,
): Promise<{ password?: string }> {
  if (settings.get('broadcaster-password-hash') !== undefined) return {};
  return { password: (await renewBroadcasterPassword(settings, random)).password };
}

/** Makes a new password in place of the old one, to be shown this one time. `isKept` is false if the disk refused: then the old one holds. */
export async function renewBroadcasterPassword(
  settings: PasswordStore,
  random: (size: number) => Uint8Array,
): Promise<{ password: string; isKept: boolean }> {
  const password = passwordFrom(random(passwordBytes));
  const isKept = settings.set('broadcaster-password-hash', await hashPassword(password, random(saltBytes)));
  return { password, isKept };
}

/** 128 bits of randomness in groups that can be read aloud: `k3f9a-...`. */
export function passwordFrom(random: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(random).toString('hex')}`);
  let text = '';
  for (let length = 0; length < Math.ceil((random.length * 8) / 5); length += 1) {
    text += legibleAlphabet.charAt(Number(bits & 31n));
    bits >>= 5n;
  }
  return text.match(/.{1,5}/g)?.join('-') ?? '';
}

/** A salted hash with its parameters, as text. Runs off the main thread. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, Buffer.from(salt).toString('base64url'), hash.toString('base64url')].join(
    '$',
  );
}

/** Whether the password belongs to the hash; false for a hash that cannot be read. Takes the same time for any wrong password. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt, hash] = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored) ?? [];
  if (salt === undefined || hash === undefined || Buffer.byteLength(password) > maxPasswordBytes) return false;
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Uint8Array, { N, r, p }: typeof cost): Promise<Buffer> {
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
