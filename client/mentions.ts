/** Marks the rows that name the reader. */
export class Mentions {
  #mark = '';

  /** The class that mentions of us bear; it changes with our name. */
  set(mark: string, log: ParentNode): void {
    if (mark === this.#mark) return;
    this.#mark = mark;
    for (const row of log.querySelectorAll('.row')) this.#markOne(row);
  }

  /** Marks new rows before they are shown. */
  markAll(rows: ParentNode): void {
    for (const row of rows.querySelectorAll('.row')) this.#markOne(row);
  }

  #markOne(row: Element): void {
    row.classList.toggle('names-me', this.#mark !== '' && row.getElementsByClassName(this.#mark).length > 0);
  }
}
