/**
 * What names and messages have in common: which code points no text of a stranger may hold, and how a person would count it.
 * Unicode terms follow UAX #29 (grapheme clusters) and UAX #44 (general categories).
 */

/**
 * Controls, invisible formatters, surrogates, private use, unassigned, line separators, and all that draws nothing (fillers, selectors, blank braille).
 * Threat: T11 (invisible look-alikes), T10 (bidi and control tricks).
 */
const refused = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

const stackedMarks = /\p{M}{4}/u;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** True if some code point must not appear in a text that others see. */
export function hasRefusedCodePoint(text: string): boolean {
  return refused.test(text);
}

/** True if more than three combining marks follow each other: more than any living orthography needs, enough to paint over other rows. */
export function hasStackedMarks(text: string): boolean {
  return stackedMarks.test(text);
}

/** Turns every run of spaces of any width, and of tabs, into one space. Leaves line feeds alone. */
export function collapseSpaces(text: string): string {
  return text.replace(/[\p{Zs}\t]+/gu, ' ');
}

/** Length in grapheme clusters, counted no further than `stopAfter + 1` so that a huge text costs no more than a long one. */
export function countCharacters(text: string, stopAfter: number): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) {
    count += 1;
    if (count > stopAfter) break;
  }
  return count;
}

/** The grapheme clusters of a text, in order. */
export function* charactersOf(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}
