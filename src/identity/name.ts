import { collapseSpaces, countCharacters, hasRefusedCodePoint, hasStackedMarks } from './clean-text.ts';
import { isHouseName } from './house-names.ts';
import { looksAlike } from './skeleton.ts';

/** Longest name, in grapheme clusters. */
export const maxNameCharacters = 24;

const maxNameBytes = 128;
const maxRawUnits = 1024;

/** What names are measured against. */
export interface NameRules {
  /** Shown for people without a name; wishing for it means having none. */
  readonly defaultName: string;
  /** The same in other languages of the interface. */
  readonly defaultNamesElsewhere?: readonly string[];
  /** The broadcaster's configured name; nobody else may bear it. */
  readonly broadcasterName: string;
}

/** Which rule of names a wish broke. */
export type NameRule =
  | 'name-malformed'
  | 'name-forbidden-character'
  | 'name-stacked-marks'
  | 'name-too-long'
  | 'name-mixed-scripts'
  | 'name-reserved'
  /** Somebody else in the room is called so, or nearly so. */
  | 'name-taken';

export type NameResult =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'default' }
  | { readonly kind: 'refused'; readonly rule: NameRule };

/**
 * What stands outside of names: `#` introduces the tag of nameless people, `<!` and `<?` a tripcode where there are no styles,
 * and a mark in front would attach itself to whatever stands before the name.
 */
const structural = /#|<[!?]|^\p{M}/u;

/**
 * Scripts in everyday use (UAX #31, table 5), each with those it is written together with: a name must fit into one line.
 * Latin beside Chinese, Japanese and Korean is the `highly restrictive` level of UTS #39, section 5.2.
 */
const scriptGroups: readonly RegExp[] = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
  ...'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Kannada Khmer Lao'
    .split(' ')
    .map((script) => [script]),
  ...'Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'.split(' ').map((script) => [script]),
].map((scripts) => {
  const members = ['Common', 'Inherited', ...scripts].map((script) => `\\p{scx=${script}}`).join('');
  return new RegExp(`^[${members}]*$`, 'u');
});

/**
 * Decides what a wished name becomes: NFKC, spaces collapsed; empty or the default name means having none.
 * Names of the house and, as `isTaken` knows them, of others are found behind any disguise that a skeleton sees through.
 */
export function cleanName(wish: string, rules: NameRules, isTaken = (_name: string): boolean => false): NameResult {
  if (wish.length > maxRawUnits) return { kind: 'refused', rule: 'name-too-long' };
  if (!wish.isWellFormed()) return { kind: 'refused', rule: 'name-malformed' };
  const name = collapseSpaces(wish.normalize('NFKC')).trim().normalize('NFKC');
  const { defaultName, defaultNamesElsewhere = [] } = rules;
  const isDefault = [defaultName, ...defaultNamesElsewhere].some((one) => looksAlike(name, one));
  if (name === '' || isDefault) return { kind: 'default' };
  if (hasRefusedCodePoint(name) || structural.test(name)) return { kind: 'refused', rule: 'name-forbidden-character' };
  if (hasStackedMarks(name)) return { kind: 'refused', rule: 'name-stacked-marks' };
  if (Buffer.byteLength(name) > maxNameBytes || countCharacters(name, maxNameCharacters) > maxNameCharacters) {
    return { kind: 'refused', rule: 'name-too-long' };
  }
  // Threat: T11. Letters of two alphabets in one name have hardly another use than looking like somebody else.
  if (!scriptGroups.some((group) => group.test(name))) return { kind: 'refused', rule: 'name-mixed-scripts' };
  if (isHouseName(name, rules.broadcasterName)) return { kind: 'refused', rule: 'name-reserved' };
  if (isTaken(name)) return { kind: 'refused', rule: 'name-taken' };
  return { kind: 'named', name };
}
