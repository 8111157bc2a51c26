import type { LanguageCode } from './languages.ts';

/** A sentence that holds a number, once for each form that the language has (CLDR plural rules); `{n}` stands for the number. */
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** Puts values into the places of a sentence: `{n}` becomes the value of `n`. */
export function filled(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The form of the sentence for this number, with the number in it. */
export function counted(plural: Plural, count: number, language: LanguageCode): string {
  return filled(plural[new Intl.PluralRules(language).select(count)] ?? plural.other, { n: count });
}
