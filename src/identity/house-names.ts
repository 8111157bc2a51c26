import { titlesOfStaff, wordsOfTheHouse } from './reserved-words.ts';
import { looksAlike, skeletons, withoutLeet } from './skeleton.ts';

/** A title this long is found inside other words too: nothing else holds it. */
const findableLength = 8;

const titles = new Set(titlesOfStaff.flatMap((word) => skeletons(word)));
const longTitles = [...titles].filter((title) => title.length >= findableLength);
const wholeNames = new Set(wordsOfTheHouse.flatMap((word) => skeletons(word)));

/** Letters that are other letters turned upside down; a text that holds one may have to be read from the other side. */
const turned = /[ɐɔǝɟƃɥᴉɾʞꞁɯɹʇʌʍʎ]/u;
const turnedPairs = new Map(['bq', 'qb', 'dp', 'pd', 'nu', 'un'].map(([from = '', to = '']) => [from, to]));

const wordBoundary = /[^\p{L}\p{N}\p{M}]+|(?<=\p{Ll})(?=\p{Lu})/u;
const edgeDigits = /^\p{N}+(?=\p{L})|(?<=[\p{L}\p{M}])\p{N}+$/gu;

/**
 * True if a name would be taken for somebody who runs the stream: the broadcaster's own name, or a title of staff or the house in any of the interface's
 * languages, behind any disguise that a skeleton sees through, with digits for letters, backwards or upside down.
 */
// Threat: T11
export function isHouseName(name: string, broadcasterName: string): boolean {
  if (looksAlike(name, broadcasterName)) return true;
  const broadcaster = new Set(skeletons(broadcasterName).filter((form) => form !== ''));
  const whole = readings(name);
  if (whole.some((form) => broadcaster.has(form) || wholeNames.has(form) || titles.has(form))) return true;
  if (whole.some((form) => longTitles.some((title) => form.includes(title)))) return true;
  return name
    .split(wordBoundary)
    .some((word) => readings(word.replace(edgeDigits, '')).some((form) => titles.has(form)));
}

/** All the ways a reader may take a text, as skeletons. */
function readings(text: string): string[] {
  const backwards = Array.from(text.normalize('NFC')).reverse().join('');
  const sides = [
    text,
    backwards,
    ...(turned.test(text) ? [backwards.replace(/./gu, (letter) => turnedPairs.get(letter) ?? letter)] : []),
  ];
  return sides.flatMap((side) => [...skeletons(side), ...skeletons(withoutLeet(side))]).filter((form) => form !== '');
}
