import { charactersOf } from '../identity/clean-text.ts';
import { skeletons } from '../identity/skeleton.ts';

/** A text in the form in which words are compared, which knows where in the original each of its units comes from. */
export interface TextSkeleton {
  readonly original: string;
  readonly folded: string;
  /** For each unit of `folded`, the index where its character begins in the original, and where it ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A text by how it looks as it is written, and by how it would look in small letters (`identity/skeleton.ts` says why both). */
export type TextSkeletons = readonly [TextSkeleton, TextSkeleton];

/** Folds a text character by character, so that what is found in it can be shown in the original. Spaces and punctuation stay. */
export function textSkeletonsOf(original: string): TextSkeletons {
  const written = new SkeletonBuilder();
  const small = new SkeletonBuilder();
  const known = new Map<string, readonly [string, string]>();
  let index = 0;
  for (const character of charactersOf(original)) {
    const parts = known.get(character) ?? foldCharacter(character);
    known.set(character, parts);
    const end = index + character.length;
    written.add(parts[0], index, end);
    small.add(parts[1], index, end);
    index = end;
  }
  return [written.build(original), small.build(original)];
}

function foldCharacter(character: string): readonly [string, string] {
  return /^\s/u.test(character) ? [' ', ' '] : skeletons(character);
}

class SkeletonBuilder {
  readonly #parts: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  add(part: string, start: number, end: number): void {
    this.#parts.push(part);
    for (let unit = 0; unit < part.length; unit += 1) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  build(original: string): TextSkeleton {
    return { original, folded: this.#parts.join(''), starts: this.#starts, ends: this.#ends };
  }
}
