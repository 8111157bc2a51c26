import { shownName } from '../chat/markup.ts';
import type { Author } from '../chat/message.ts';
import { catalogues } from './texts/catalogues.ts';
import { en, type Texts } from './texts/en.ts';

/** What people without a name are called in the languages of the interface. The first is what is kept; readers see their own. */
export const namesOfNobody: readonly string[] = [
  ...new Set([...catalogues.values()].map(({ anonymous }) => anonymous)),
];

/** How somebody signs, for readers of one language: only people without a name have a tag. */
export function nameIn({ anonymous }: Pick<Texts, 'anonymous'>, { name, tag }: Pick<Author, 'name' | 'tag'>): string {
  return tag === undefined ? name : anonymous;
}

/** A name in one piece with its tag, as it was kept: `Anonymous#k3f` in a quote, `Anonymous #k3f` in the log of acts. No chosen name holds the sign. */
export function labelIn({ anonymous }: Pick<Texts, 'anonymous'>, label: string): string {
  const isNameless = label.startsWith(`${en.anonymous}#`) || label.startsWith(`${en.anonymous} #`);
  return isNameless ? `${anonymous}${label.slice(en.anonymous.length)}` : label;
}

/** The same of an author. */
export function shownNameIn(texts: Pick<Texts, 'anonymous'>, author: Pick<Author, 'name' | 'tag'>): string {
  return shownName(nameIn(texts, author), author.tag);
}
