import { createHash, timingSafeEqual } from 'node:crypto';

/** More than anybody needs to type. */
export const maxAnswerUnits = 200;

/**
 * What people type for a character of our pictures when their keyboard is another one, or when they see another letter where ours has none such.
 * Greek and Cyrillic capitals, Persian and Arabic digits, and Latin letters that our alphabet leaves out.
 */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  [
    ['A', 'АΑ4'],
    ['C', 'СG'],
    ['E', 'ЕΕF'],
    ['H', 'НΗ'],
    ['K', 'КΚ'],
    ['M', 'МΜ'],
    ['R', 'P'],
    ['T', 'ТΤ7'],
    ['U', 'V'],
    ['X', 'ХΧ'],
    ['Y', 'УΥ'],
    ['2', 'Z٢۲Ζ'],
    ['3', 'ЗЭ٣۳'],
  ].flatMap(([ours = '', theirs = '']) => theirs.split('').map((each): [string, string] => [each, ours])),
);

/** How an answer to a picture is compared: upper case, without spaces and accents, look-alikes taken for what they look like. */
export function normalisePictureAnswer(typed: string): string {
  const plain = typed
    .slice(0, maxAnswerUnits)
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[\s\p{M}]/gu, '');
  return plain
    .split('')
    .map((character) => lookAlikes.get(character) ?? character)
    .join('');
}

/** How an answer to a question is compared: letters and digits alone, without case, accents, spaces and punctuation. */
export function foldAnswer(typed: string): string {
  const lower = typed.slice(0, maxAnswerUnits).normalize('NFKD').toLowerCase().toUpperCase().toLowerCase();
  return lower.normalize('NFKD').replace(/[^\p{L}\p{N}]/gu, '');
}

/** Compares in a time that says nothing about where the two differ. */
export function isSameAnswer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
