/** Joiners that scripts and emoji need; they move nothing. */
const joiners = /[\u200c\u200d]/u;

/**
 * What strangers wrote, fit for a terminal: nothing in it is obeyed, nothing turns the direction of what follows, nothing looks like a line of its own.
 * What cannot be shown is a replacement character; line breaks become a mark.
 */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\n\u2028\u2029]/gu, ' \u21b5 ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) =>
      joiners.test(character) ? character : '\ufffd',
    );
}
