/**
 * What a terminal would obey, or what would make a line look like another: control, format and direction characters, and line separators.
 * `JSON.stringify` writes only some of them as escapes.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as one line of JSON that can be shown on any terminal: what is not plain text is escaped, which changes nothing of the value. Ends with a line feed. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(unsafe, escaped)}\n`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  }).join('');
}
