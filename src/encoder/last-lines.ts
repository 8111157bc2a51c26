const maxChars = 8192;

/** The end of a text of any length, in at most 8 KiB: what a program last said before it failed. */
export class LastLines {
  #text = '';

  push(bytes: Buffer): void {
    this.#text = (this.#text + bytes.subarray(-maxChars).toString('utf8')).slice(-maxChars);
  }

  /** The last lines that say something, newest last, as one printable line of at most `maxLength` characters. */
  summary(lineCount = 3, maxLength = 400): string {
    const lines = this.#text.split(/[\r\n]+/).map((line) => line.replace(/\p{Cc}/gu, ' ').trim());
    const spoken = lines.filter((line) => line !== '').slice(-lineCount);
    return spoken.join('; ').slice(-maxLength);
  }
}
