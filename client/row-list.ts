/** The rows of the log in the order of their ids, with the date between rows of different days. */
export class RowList {
  readonly #log: HTMLElement;
  readonly #rows = new Map<number, Element>();

  /** `log` may hold something above the rows, which stays. */
  constructor(log: HTMLElement) {
    this.#log = log;
  }

  /** Puts the rows of this markup in their places, over those with the same id. Returns the ids of the ones that were not there. */
  put(markup: DocumentFragment): number[] {
    const dated = [...markup.querySelectorAll('.row')].map((row) => ({ row, date: dateBefore(row) }));
    return dated.filter(({ row, date }) => this.#putOne(row, date)).map(({ row }) => idOf(row));
  }

  /** Takes rows away, and what other rows quote of them. */
  remove(ids: readonly number[]): void {
    for (const id of ids) {
      for (const quote of this.#log.querySelectorAll(`.q${id}`)) quote.remove();
      const row = this.#rows.get(id);
      if (row !== undefined) this.#removeOne(id, row);
    }
  }

  /** Keeps the newest rows only. */
  trim(maxRows: number): void {
    const excess = Math.max(0, this.#rows.size - maxRows);
    const oldest = [...this.#rows].toSorted(([a], [b]) => a - b).slice(0, excess);
    // What newer rows quote of them stays: they are gone from view, not from the talk.
    for (const [id, row] of oldest) this.#removeOne(id, row);
  }

  clear(): void {
    for (const [id, row] of this.#rows) this.#removeOne(id, row);
  }

  /** `given` is the date that the server has put before the row. Returns whether the row is new. */
  #putOne(row: Element, given: Element | undefined): boolean {
    const id = idOf(row);
    const before = this.#rows.get(id);
    this.#rows.set(id, row);
    if (before !== undefined) {
      before.replaceWith(row);
      return false;
    }
    const next = this.#nextOf(id);
    const date = next === undefined ? undefined : dateBefore(next);
    const isBehindDate = date !== undefined && dayOf(date) === dayOf(row);
    this.#log.insertBefore(row, (isBehindDate ? next : (date ?? next)) ?? null);
    this.#settleDate(row, given);
    if (next !== undefined) this.#settleDate(next);
    return true;
  }

  #removeOne(id: number, row: Element): void {
    const date = dateBefore(row);
    const next = rowFrom(row.nextElementSibling, 'nextElementSibling');
    this.#rows.delete(id);
    row.remove();
    if (next === undefined || dateBefore(next) !== date) date?.remove();
    if (next !== undefined) this.#settleDate(next);
  }

  /** The first row behind this id; rows come at the end nearly always, so it is looked for from there. */
  #nextOf(id: number): Element | undefined {
    let next: Element | undefined;
    let last = rowFrom(this.#log.lastElementChild, 'previousElementSibling');
    while (last !== undefined && idOf(last) > id) {
      next = last;
      last = rowFrom(last.previousElementSibling, 'previousElementSibling');
    }
    return next;
  }

  /** A date stands before a row exactly when the row above is of another day; the first row may have one. */
  #settleDate(row: Element, given?: Element): void {
    const date = dateBefore(row);
    const above = rowFrom(row.previousElementSibling, 'previousElementSibling');
    if (above === undefined) return;
    if (dayOf(above) === dayOf(row)) date?.remove();
    else if (date === undefined) row.before(given ?? makeDate(dayOf(row)));
  }
}

function idOf(row: Element): number {
  return Number(row.id.slice(1));
}

/** Of a row, or of a date. */
function dayOf(element: Element): string {
  return element.querySelector(':scope > time')?.getAttribute('datetime')?.slice(0, 10) ?? '';
}

function dateBefore(row: Element): Element | undefined {
  const before = row.previousElementSibling;
  return before?.classList.contains('day') === true ? before : undefined;
}

function rowFrom(start: Element | null, way: 'previousElementSibling' | 'nextElementSibling'): Element | undefined {
  let element = start;
  while (element !== null && !element.classList.contains('row')) element = element[way];
  return element ?? undefined;
}

/** As the server writes it (`chat-row.tsx`). */
function makeDate(day: string): Element {
  const date = document.createElement('div');
  const time = document.createElement('time');
  date.className = 'day';
  time.dateTime = day;
  time.textContent = day;
  date.append(time);
  return date;
}
