/** Which message the next one answers: shown above the text, sent with it, and given up by a button. */
export class Answering {
  readonly #line: HTMLElement;
  readonly #quote: HTMLElement;
  readonly #field: HTMLInputElement;

  constructor(line: HTMLElement, quote: HTMLElement, field: HTMLInputElement) {
    this.#line = line;
    this.#quote = quote;
    this.#field = field;
  }

  /** Answers the message of this row. */
  begin(row: Element): void {
    const name = ['.name', '.tag'].map((part) => row.querySelector(part)?.textContent ?? '').join('');
    const speaker = name === '' ? (row.querySelector('.badge')?.textContent ?? '') : name;
    this.show(row.id.slice(1), `${speaker}: ${row.querySelector('.text')?.textContent ?? ''}`);
  }

  /** `id` as the field sends it; empty for none. */
  show(id: string, quote: string): void {
    this.#field.value = id;
    this.#quote.textContent = quote;
    this.#line.hidden = id === '';
  }
}
