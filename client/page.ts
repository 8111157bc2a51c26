import type { Plural } from '../src/views/texts/words.ts';
import type { PageSettings } from '../src/views/wire.ts';

/** The element with this id; the page always has it, so its absence is a defect. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page lacks #${id}`);
  return element;
}

/** What the server tells this page's script. */
export function readSettings(): PageSettings {
  return JSON.parse(byId('page', HTMLElement).textContent) as PageSettings;
}

/** An address of ours, with a query. */
export function address(path: string, settings: PageSettings, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(more);
  return settings.base + (query.size === 0 ? path : `${path}?${query.toString()}`);
}

/** Puts a number into a text of the catalogue. */
export function withNumber(text: string, number: number): string {
  return text.replace('{n}', String(number));
}

/** The form of a sentence for this number, in the language of the page. */
export function withCount(plural: Plural, count: number): string {
  const { lang } = document.documentElement;
  return withNumber(plural[new Intl.PluralRules(lang).select(count)] ?? plural.other, count);
}

/** Shows the text, or hides the element if there is none. */
export function showText(element: HTMLElement, text: string | undefined): void {
  element.hidden = text === undefined;
  if (text !== undefined && element.textContent !== text) element.textContent = text;
}
