/**
 * The password hash of Unix of 1979: DES as crypt(3) bends it (FIPS 46-3; POSIX crypt()). Broken as a protection for decades; here for classic tripcodes
 * alone, which other sites compute the same way. Bits are kept as numbers 0 and 1, most significant first: slow, short, and about a millisecond in all.
 */

/** The tables of FIPS 46-3, with positions counted from 1 as there. */
const initialPermutation = everyOther([58, 60, 62, 64, 57, 59, 61, 63]);
const finalPermutation = invert(initialPermutation);
const permutation = numbers('16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25');
const expansion = Array.from({ length: 48 }, (_, n) => ((Math.floor(n / 6) * 4 + (n % 6) + 31) % 32) + 1);
const keyChoice1 = numbers(
  '57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36 ' +
    '63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4',
);
const keyChoice2 = numbers(
  '14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2 41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32',
);
const keyShifts = numbers('1 1 2 2 2 2 2 2 1 2 2 2 2 2 2 1');
/** The S-boxes, one hexadecimal digit a value, row after row. */
const boxes: readonly string[] = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

const rounds = 25;
const saltAlphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Bits = readonly number[];

/**
 * crypt(3) of a password and a salt of two characters out of `./0-9A-Za-z`: 13 characters, the salt first. Only the first 8 bytes count, and of each only 7 bits.
 * Throws a RangeError on another salt.
 */
export function desCrypt(password: Uint8Array, salt: string): string {
  const saltBits = [...bitsOfSalt(salt, 0), ...bitsOfSalt(salt, 1)];
  const keys = keysOf(password);
  let block: Bits = Array.from({ length: 64 }, () => 0);
  for (let round = 0; round < rounds; round += 1) block = encrypt(block, keys, saltBits);
  const padded = [...block, 0, 0];
  const text = Array.from({ length: 11 }, (_, n) => saltAlphabet.charAt(valueOf(padded.slice(n * 6, n * 6 + 6))));
  return salt + text.join('');
}

function encrypt(block: Bits, keys: readonly Bits[], saltBits: Bits): Bits {
  const start = choose(block, initialPermutation);
  let left: Bits = start.slice(0, 32);
  let right: Bits = start.slice(32);
  for (const key of keys) {
    const mixed = substitute(exclusiveOr(swapBySalt(choose(right, expansion), saltBits), key));
    [left, right] = [right, exclusiveOr(left, choose(mixed, permutation))];
  }
  return choose([...right, ...left], finalPermutation);
}

/** What makes crypt(3) differ from DES: where the salt has a one, the halves of the expanded block change places. */
function swapBySalt(expanded: Bits, saltBits: Bits): Bits {
  return expanded.map((bit, index) => (saltBits[index % 24] === 1 ? (expanded[(index + 24) % 48] ?? 0) : bit));
}

function substitute(bits: Bits): Bits {
  return boxes.flatMap((box, index) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bits.slice(index * 6, index * 6 + 6);
    const value = Number.parseInt(box.charAt(valueOf([a, f, b, c, d, e])), 16);
    return bitsOf(value, 4);
  });
}

function keysOf(password: Uint8Array): Bits[] {
  const bits = Array.from({ length: 8 }, (_, n) => bitsOf(((password[n] ?? 0) << 1) & 0xff, 8)).flat();
  const chosen = choose(bits, keyChoice1);
  let shift = 0;
  return keyShifts.map((by) => {
    shift += by;
    return choose([...rotate(chosen.slice(0, 28), shift), ...rotate(chosen.slice(28), shift)], keyChoice2);
  });
}

/** Six bits of salt, the least significant first. */
function bitsOfSalt(salt: string, at: number): Bits {
  const value = salt.length === 2 ? saltAlphabet.indexOf(salt.charAt(at)) : -1;
  if (value === -1) throw new RangeError('a salt of crypt(3) is two characters of ./0-9A-Za-z');
  return [...bitsOf(value, 6)].reverse();
}

function choose(bits: Bits, positions: readonly number[]): Bits {
  return positions.map((position) => bits[position - 1] ?? 0);
}

function exclusiveOr(a: Bits, b: Bits): Bits {
  return a.map((bit, index) => bit ^ (b[index] ?? 0));
}

function rotate(bits: Bits, by: number): Bits {
  return [...bits.slice(by), ...bits.slice(0, by)];
}

function bitsOf(value: number, length: number): Bits {
  return Array.from({ length }, (_, index) => (value >> (length - 1 - index)) & 1);
}

function valueOf(bits: Bits): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

function numbers(text: string): number[] {
  return text.split(' ').map(Number);
}

/** The initial permutation goes down in eights from each of these. */
function everyOther(starts: readonly number[]): number[] {
  return starts.flatMap((start) => Array.from({ length: 8 }, (_, step) => start - step * 8));
}

function invert(positions: readonly number[]): number[] {
  return positions.map((_, index) => positions.indexOf(index + 1) + 1);
}
