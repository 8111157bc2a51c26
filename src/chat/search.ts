/** Words that a search may have; more are left out. */
export const maxSearchWords = 8;
/** A search is cut after so many code units. */
export const maxSearchUnits = 100;

/** A text as searches compare it: without case, accents and width. */
export function foldForSearch(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').normalize('NFKC');
}

/** The words of a search, folded; all of them must be in a message. Empty if there is nothing to search for. */
export function searchWords(typed: string): readonly string[] {
  const words = foldForSearch(typed.slice(0, maxSearchUnits).toWellFormed()).split(/[\s\0]+/u);
  return words.filter((word) => word !== '').slice(0, maxSearchWords);
}
