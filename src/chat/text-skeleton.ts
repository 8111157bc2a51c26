import { charactersOf } from '../identity/clean-text.ts';

/** A text in the form in which words are compared, which knows where in the original each of its units comes from. */
export interface TextSkeleton {
  readonly original: string;
  readonly folded: string;
  /** For each unit of `folded`, the index where its character begins in the original, and where it ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Accents and other marks that belong to no script of their own, and all that draws nothing. Vowel signs of Indic scripts stay: they are letters. */
const ignored = /[[\p{Mn}&&\p{Script=Inherited}]\p{Default_Ignorable_Code_Point}]/gv;

/** Folds a text character by character, so that what is found in it can be shown in the original. */
export function textSkeletonOf(original: string): TextSkeleton {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const known = new Map<string, string>();
  let index = 0;
  for (const character of charactersOf(original)) {
    const part = known.get(character) ?? foldCharacter(character);
    known.set(character, part);
    parts.push(part);
    for (let unit = 0; unit < part.length; unit += 1) {
      starts.push(index);
      ends.push(index + character.length);
    }
    index += character.length;
  }
  return { original, folded: parts.join(''), starts, ends };
}

/** Without case, compatibility forms and accents; any white space is a space. */
function foldCharacter(character: string): string {
  return character
    .normalize('NFKD')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(ignored, '')
    .replace(/\s/gu, ' ');
}
