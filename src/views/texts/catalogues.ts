import { ar } from './ar.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { es } from './es.ts';
import { fa } from './fa.ts';
import { fr } from './fr.ts';
import { type LanguageCode, languages } from './languages.ts';
import { pt } from './pt.ts';
import { ru } from './ru.ts';
import { tr } from './tr.ts';
import { uk } from './uk.ts';
import { zh } from './zh.ts';

/** All catalogues there are, in the order in which they are offered. Another language is another file and another line here. */
const all: readonly Texts[] = [en, de, es, pt, fr, ru, uk, fa, ar, zh, tr];

/** The words of each language that can be chosen. */
export type Catalogues = ReadonlyMap<LanguageCode, Texts>;

/** See `Catalogues`. */
export const catalogues: Catalogues = new Map(all.map((texts) => [texts.lang, texts]));

/** The words of a language; English if there is no catalogue of it. */
export function textsIn(language: string): Texts {
  return all.find(({ lang }) => lang === language) ?? en;
}

/** A language as somebody picks it from a list. */
export interface OfferedLanguage {
  readonly code: LanguageCode;
  /** What it calls itself. */
  readonly name: string;
}

/** The languages of these catalogues. */
export function offeredLanguages(from: Catalogues = catalogues): readonly OfferedLanguage[] {
  return [...from.keys()].map((code) => ({ code, name: languages[code].name }));
}
