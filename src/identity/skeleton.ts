import { confusables } from './confusables.ts';

/**
 * What a text looks like at a careless glance, for comparing alone and never for showing: two texts with one skeleton can be taken for each other.
 * This is the skeleton of UTS #39, section 4, with what a reader forgives besides: case, accents, strokes, spaces, punctuation, small capitals, turned
 * letters, boxes and circles,
 * and a few pairs that Unicode's table leaves apart (0/O, 8/B, i/l, vv/w).
 */

/** Pairs that Unicode's table keeps apart although they are read as one letter; all in small letters. `m` is `rn` in that table. */
const readAs = new Map<string, string>([
  ...pairs('ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpꞯqʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzĸkɜ3ᴎn'),
  ...pairs('ɐaɔcǝeɟfɓbɠgɥhᴉiɾjʞkꞁlɯmɹrʇtʌvʍwʎyɘeɒaƨs'),
  ...pairs('0o8bilςσᴙr'),
  ...boxedLetters(0x1f150),
  ...boxedLetters(0x1f170),
  ...boxedLetters(0x1f1e6),
  ['1', 'l'],
  ['|', 'l'],
  ['w', 'vv'],
  ['m', 'rn'],
]);

/** Marks that stand on letters of any script. Not the vowel signs of a script of its own, nor the voicing of kana: those make other letters. */
const accents = /[[\p{M}&&[\p{Me}\p{Script=Inherited}\p{Script=Cyrillic}]]--[\u3099\u309A]]/gv;

const ignorable = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const anyCharacter = /./gsu;
const decoration = /[^\p{L}\p{N}\p{M}]/gu;

/** What a round gives may look like something else again. A bound, not a rule: no single character needs as many. */
const maxRounds = 6;

/** The table of UTS #39 by character. */
const prototypes = readConfusables(confusables);

/**
 * The skeleton of a text as it is written: capitals are compared by how capitals look (`I` is `l`). Text of nothing but symbols keeps them, without spaces.
 * Taking it twice changes nothing. Costs time in proportion to the length: give it texts that have a limit.
 */
export function skeleton(text: string): string {
  let form = text;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = lookOnce(form);
    if (next === form) break;
    form = next;
  }
  const bare = form.replace(decoration, '');
  return bare === '' ? form.replace(/\s/gu, '') : bare;
}

/**
 * Both skeletons of a text: as it is written, and as it would look in small letters. They differ where a capital looks like another letter than
 * its small one does (Greek `Ν` is an N, `ν` is a v). Two texts look alike if they share one.
 */
export function skeletons(text: string): readonly [string, string] {
  return [skeleton(text), skeleton(foldCase(text))];
}

/** True if one text could be taken for the other. Nothing looks like an empty one. */
export function looksAlike(a: string, b: string): boolean {
  const [written, small] = skeletons(a);
  const [otherWritten, otherSmall] = skeletons(b);
  return (written !== '' && written === otherWritten) || (small !== '' && small === otherSmall);
}

/** Letters for the digits and signs that are typed in their place (`4dm1n`, `$y5t3m`). */
export function withoutLeet(text: string): string {
  return text
    .replace(/[@4]/gu, 'a')
    .replace(/[3€]/gu, 'e')
    .replace(/[1!]/gu, 'i')
    .replace(/[5$]/gu, 's')
    .replace(/[7+]/gu, 't');
}

function lookOnce(text: string): string {
  const bare = text.normalize('NFKD').replace(ignorable, '');
  const seen = bare.replace(anyCharacter, (character) => prototypes.get(character) ?? character);
  // Accents go before the case is folded and after: capitals bring some of their own.
  const folded = foldCase(seen.normalize('NFKD').replace(accents, '')).replace(accents, '');
  return folded.replace(anyCharacter, (character) => readAs.get(character) ?? character);
}

/** Without regard to case (Unicode, 3.13, D145): up and down again, since some letters have no way back of their own. */
function foldCase(text: string): string {
  return text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD');
}

function readConfusables(table: string): Map<string, string> {
  const read = new Map<string, string>();
  for (const entry of table.trim().split(/\s+/u)) {
    const [prototype = '', sources = ''] = entry.split(':');
    const looksLike = String.fromCodePoint(...prototype.split('+').map((point) => Number.parseInt(point, 16)));
    let source = 0;
    for (const distance of sources.split('.')) {
      source += Number.parseInt(distance, 36);
      read.set(String.fromCodePoint(source), looksLike);
    }
  }
  return read;
}

/** The white letters in black circles and squares, and those of flags, which Unicode does not decompose; 26 of them from this code point on. */
function boxedLetters(first: number): [string, string][] {
  return Array.from({ length: 26 }, (_, index) => [
    String.fromCodePoint(first + index),
    String.fromCharCode(0x61 + index),
  ]);
}

/** `abcd` as `a` to `b` and `c` to `d`. */
function pairs(text: string): [string, string][] {
  return Array.from(text.matchAll(/(.)(.)/gsu), ([, from = '', to = '']) => [from, to]);
}
