/**
 * Style rules that change rows of a chat document which is open already. Ids are numbers, so that nothing in them can end the style element.
 * A later rule wins over an earlier one; rows are blocks.
 */

/** Marks the rows that name the reader, by the class that mentions of them bear (`mentionClass`); with script a class of the row says it. */
export function markRows(mark: string): string {
  return `<style>.row:has(.${mark}){background:var(--accent-wash);border-inline-start:3px solid var(--accent);padding-inline-start:11px}</style>`;
}

/** Takes rows out of sight, and the quotes of them in other rows. */
export function hideRows(ids: readonly number[]): string {
  return style(ids, (id) => `#m${id},.q${id}`, 'display:none');
}

/** Brings back what `hideRows` took. */
export function showRows(ids: readonly number[]): string {
  return style(ids, (id) => `#m${id},.q${id}`, 'display:block');
}

/** Marks rows as removed, for staff; `.row-removed` says the same of rows that come later. */
export function fadeRows(ids: readonly number[]): string {
  return style(ids, row, 'opacity:.5') + style(ids, text, 'text-decoration:line-through');
}

/** Takes the mark away again. */
export function unfadeRows(ids: readonly number[]): string {
  return style(ids, row, 'opacity:1') + style(ids, text, 'text-decoration:none') + style(ids, note, 'display:none');
}

const row = (id: number): string => `#m${id}`;
const text = (id: number): string => `#m${id} .text`;
const note = (id: number): string => `#m${id} .removal`;

function style(ids: readonly number[], selectorOf: (id: number) => string, declaration: string): string {
  return `<style>${ids.map((id) => selectorOf(Math.trunc(id))).join()}{${declaration}}</style>`;
}
