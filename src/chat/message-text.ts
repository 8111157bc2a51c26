import {
  charactersOf,
  collapseSpaces,
  countCharacters,
  hasRefusedCodePoint,
  hasStackedMarks,
} from '../identity/clean-text.ts';

/** Bounds of one message. */
export interface MessageTextLimits {
  /** Grapheme clusters. */
  readonly maxCharacters: number;
  /** UTF-8 bytes after cleaning: one character may be many code points. */
  readonly maxBytes: number;
  readonly maxLines: number;
}

/** The limits that belong to a greatest number of characters. */
export function messageTextLimits(maxCharacters: number): MessageTextLimits {
  // Just under four bytes a character: any script fits, a message of nothing but emoji is held shorter.
  return { maxCharacters, maxBytes: Math.floor(maxCharacters * 3.9), maxLines: 20 };
}

/** Which rule of text a message broke. */
export type MessageTextRule =
  | 'malformed'
  | 'forbidden-character'
  | 'stacked-marks'
  | 'empty'
  | 'too-many-lines'
  | 'too-long';

export type MessageTextResult =
  | { readonly kind: 'clean'; readonly text: string }
  | { readonly kind: 'refused'; readonly rule: MessageTextRule };

/**
 * One emoji as the keyboards make them (UTS #51): the recommended set, or up to eight pictographs joined, which covers newer and less strictly
 * written ones. Only inside such a cluster may joiners and selectors stand.
 */
const emoji =
  /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}[\p{EMod}\uFE0F]?(?:\u200D\p{Extended_Pictographic}[\p{EMod}\uFE0F]?){0,7})$/v;

/** Joiners that spelling needs: between Arabic-script letters (Persian), and after a virama (Sinhala, Malayalam...). RFC 5892, appendix A.1 and A.2. */
const spellingJoiner =
  /(?<=[\p{scx=Arab}--\p{N}]\p{M}*)\u200C(?=[\p{scx=Arab}--\p{N}])|(?<=[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA])[\u200C\u200D]/gv;

/** No text that long can become a message; refused before anything looks at it twice. */
const maxRawUnits = 16_384;

/**
 * Cleans what a stranger typed: NFC, line breaks as LF, runs of spaces as one space, no blank edges and at most one blank line in a row.
 * Cleaning a clean text changes nothing.
 */
export function cleanMessageText(typed: string, limits: MessageTextLimits): MessageTextResult {
  if (typed.length > maxRawUnits) return { kind: 'refused', rule: 'too-long' };
  if (!typed.isWellFormed()) return { kind: 'refused', rule: 'malformed' };
  const normal = typed.replace(/\r\n|[\r\v\f\u2028\u2029]/g, '\n').normalize('NFC');
  const text = collapseSpaces(normal)
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (text === '') return { kind: 'refused', rule: 'empty' };
  if (hasForbidden(text)) return { kind: 'refused', rule: 'forbidden-character' };
  if (hasStackedMarks(text)) return { kind: 'refused', rule: 'stacked-marks' };
  if (text.split('\n').length > limits.maxLines) return { kind: 'refused', rule: 'too-many-lines' };
  if (Buffer.byteLength(text) > limits.maxBytes || countCharacters(text, limits.maxCharacters) > limits.maxCharacters) {
    return { kind: 'refused', rule: 'too-long' };
  }
  return { kind: 'clean', text };
}

function hasForbidden(text: string): boolean {
  const bare = text.replaceAll('\n', '').replace(spellingJoiner, '');
  if (!hasRefusedCodePoint(bare)) return false;
  for (const character of charactersOf(bare)) {
    if (hasRefusedCodePoint(character) && !emoji.test(character)) return true;
  }
  return false;
}
