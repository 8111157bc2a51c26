import { countCharacters } from '../identity/clean-text.ts';

/** Characters (grapheme clusters) that a line of the chat column holds, roughly. */
const lineCharacters = 48;

/** How many lines a clean text fills on the screen: what a flood really takes from the others. At least one. */
export function displayLinesOf(text: string): number {
  return text
    .split('\n')
    .map((line) => Math.max(1, Math.ceil(countCharacters(line, line.length) / lineCharacters)))
    .reduce((sum, lines) => sum + lines, 0);
}
