import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes `src/identity/confusables.ts`: the table of confusable characters of UTS #39 (`confusables.txt`), as the ICU inside Node carries it.
 * Run it with `node scripts/write-confusables.js` when Node has come with a newer Unicode. Only for who develops: the result is committed.
 *
 * ICU keeps the table as a `SpoofData` (icu4c, `uspoof_impl.h`): a header of 32-bit numbers, then keys (code point and length of what it looks like),
 * then for each key either one UTF-16 unit or a place in the table of strings.
 */
const target = new URL('../src/identity/confusables.ts', import.meta.url);
const magic = Buffer.from([0xef, 0xfd, 0x45, 0x38]);
const lineWidth = 112;

const groups = new Map();
for (const [source, looksLike] of readTable(readFileSync(process.execPath))) {
  const character = String.fromCodePoint(source);
  // The skeleton decomposes first, so that what has a compatibility decomposition is never looked up.
  if (character.normalize('NFKD') !== character || /\p{Default_Ignorable_Code_Point}/u.test(character)) continue;
  groups.set(looksLike, [...(groups.get(looksLike) ?? []), source]);
}
writeFileSync(target, asModule([...groups].map(asEntry)));

function readTable(program) {
  const start = program.indexOf(magic);
  if (start === -1) throw new Error('This Node carries no table of confusable characters (a build without full ICU).');
  const table = program.subarray(start);
  const [keysAt, keyCount, valuesAt, , stringsAt] = [12, 16, 20, 24, 28].map((at) => table.readInt32LE(at));
  return Array.from({ length: keyCount }, (_, index) => {
    const key = table.readUInt32LE(keysAt + index * 4);
    const length = (key >>> 24) + 1;
    const at = valuesAt + index * 2;
    const from = length === 1 ? at : stringsAt + table.readUInt16LE(at) * 2;
    return [key & 0xffffff, table.subarray(from, from + length * 2).toString('utf16le')];
  });
}

/** `rn:2w`: what it looks like in hexadecimal, then the characters that do in base 36, each as the distance from the one before. */
function asEntry([looksLike, sources]) {
  const prototype = [...looksLike].map((character) => character.codePointAt(0).toString(16)).join('+');
  const distances = sources.sort((a, b) => a - b).map((source, index) => source - (sources[index - 1] ?? 0));
  return `${prototype}:${distances.map((distance) => distance.toString(36)).join('.')}`;
}

function asModule(entries) {
  const lines = [''];
  for (const entry of entries.sort()) {
    if (lines.at(-1).length + entry.length >= lineWidth) lines.push('');
    lines.push(`${lines.pop()} ${entry}`.trim());
  }
  return `/**
 * Which characters look like which: the table of UTS #39, section 4, for Unicode ${process.versions.unicode}, without what NFKD decomposes anyway.
 * Written by scripts/write-confusables.js; not to be changed by hand. Data of Unicode, Inc., licence in LICENSE-UNICODE.
 * Entries \`looks-like:characters\`: hexadecimal code points joined by \`+\`; distances in base 36, each from the character before.
 */
export const confusables = \`
${lines.join('\n')}
\`;
`;
}
