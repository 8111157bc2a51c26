/** Letters, digits and the space stand for themselves in a CSS string; everything else is written as an escape. */
const plain = /^[\p{L}\p{N} ]$/u;

/**
 * A CSS string literal, quotes included, that shows exactly `text` and can end neither the string, the rule nor the style element
 * (CSS Syntax 4.3.7: a backslash, up to six hexadecimal digits, one space that belongs to the escape).
 */
// Threat: T10
export function cssString(text: string): string {
  let out = '"';
  for (const character of text.toWellFormed()) {
    if (plain.test(character)) out += character;
    else out += `\\${(character === '\0' ? 0xfffd : (character.codePointAt(0) ?? 0xfffd)).toString(16)} `;
  }
  return `${out}"`;
}
