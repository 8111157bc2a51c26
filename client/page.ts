import type { PageSettings } from '../src/views/wire.ts';

/** The element with this id; the page always has it, so its absence is a defect. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page lacks #${id}`);
  return element;
}

/** What the server tells this page's script. */
export function readSettings(): PageSettings {
  return JSON.parse(byId('stage', HTMLElement).dataset.page ?? '') as PageSettings;
}

/** An address of ours with the viewer's token, where it is needed, and more. */
export function address(path: string, settings: PageSettings, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(settings.viewerQuery);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** Puts a number into a text of the catalogue. */
export function withNumber(text: string, number: number): string {
  return text.replace('{n}', String(number));
}

/** Shows the text, or hides the element if there is none. */
export function showText(element: HTMLElement, text: string | undefined): void {
  element.hidden = text === undefined;
  if (text !== undefined && element.textContent !== text) element.textContent = text;
}
