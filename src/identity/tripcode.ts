import { createHmac, scrypt } from 'node:crypto';
import type { TripcodeMark } from '../chat/message.ts';
import { palette } from './colour.ts';
import { desCrypt } from './des-crypt.ts';
import { legibleAlphabet } from './legible-alphabet.ts';
import { encodeShiftJis } from './shift-jis.ts';

/** Longest password, in bytes of UTF-8. */
export const maxTripcodePasswordBytes = 1024;

/** Which rule of tripcodes a wish broke. */
export type TripcodeRule = 'tripcode-malformed' | 'tripcode-too-long';

/**
 * The whole recipe of secure tripcodes. They are names for years: a change of anything here, of the alphabet or of the server's secret gives everybody
 * another one. None of it may come from a library's defaults. A better recipe would be one more kind, beside this one.
 */
const recipe = { salt: 'onioncast tripcode 1', N: 2 ** 15, r: 8, p: 1, keyBytes: 32, characters: 10 } as const;

/** The rule a password breaks, or nothing. */
export function tripcodeProblem(password: string): TripcodeRule | undefined {
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return 'tripcode-malformed';
  return Buffer.byteLength(password.normalize('NFC')) > maxTripcodePasswordBytes ? 'tripcode-too-long' : undefined;
}

/**
 * The secure tripcode of a password: scrypt (RFC 7914), so that each guess costs 32 MiB and 70 ms, then HMAC with a secret, so that nobody can guess
 * without this server and the same password gives another code elsewhere. 50 bits are shown. Runs off the main thread; whoever calls bounds how often.
 */
export function secureTripcode(password: string, secret: Uint8Array): Promise<TripcodeMark> {
  const { salt, N, r, p, keyBytes, characters } = recipe;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, keyBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error !== null) return reject(error);
      const digest = createHmac('sha256', secret).update(`${salt}\0`).update(key).digest();
      const code = Array.from(digest.subarray(0, characters), (byte) => legibleAlphabet.charAt(byte & 31)).join('');
      resolve({ code, isWeak: false });
    });
  });
}

/**
 * The tripcode of 2ch and its kin for passwords of up to 8 bytes, as a `#password` there gives it: the end of crypt(3) of the password in Shift_JIS,
 * the salt being its own second and third byte. The same everywhere, and guessed by anybody with a graphics card.
 */
export function classicTripcode(password: string): TripcodeMark {
  const escaped = password.replace(/["<>]/g, (character) => ({ '"': '&quot;', '<': '&lt;' })[character] ?? '&gt;');
  const bytes = encodeShiftJis(escaped);
  const salt = [...bytes, 0x48, 0x2e, 0x2e].slice(1, 3).map(saltCharacter).join('');
  return { code: desCrypt(bytes, salt).slice(-10), isWeak: true };
}

/** The index into the palette that a code's pill has: the same for one code for ever. */
export function tripcodeColour(code: string): number {
  const sum = Array.from(code).reduce((total, character) => (total * 31 + (character.codePointAt(0) ?? 0)) % 65_521, 7);
  return sum % palette.length;
}

/** The rule of 2ch: bytes outside `.` to `z` become dots, and the signs between digits and letters become letters. */
function saltCharacter(byte: number): string {
  const character = String.fromCharCode(byte);
  if (byte < 0x2e || byte > 0x7a) return '.';
  const place = ':;<=>?@[\\]^_`'.indexOf(character);
  return place === -1 ? character : 'ABCDEFGabcdef'.charAt(place);
}
