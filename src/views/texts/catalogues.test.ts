import { describe, expect, it, test } from 'vitest';
import { configSchema } from '../../config/schema.ts';
import { errorCatalogue } from '../../errors.ts';
import { catalogues, offeredLanguages } from './catalogues.ts';
import { en } from './en.ts';
import { languages } from './languages.ts';
import { counted, filled } from './words.ts';

/** Every sentence of a catalogue by its path; the forms of a plural are one value. */
function sentencesOf(value: unknown, path = ''): Map<string, string[]> {
  if (typeof value === 'string') return new Map([[path, [value]]]);
  const entries = Object.entries(Object(value));
  if (entries.some(([key]) => key === 'other')) return new Map([[path, entries.map(([, form]) => String(form))]]);
  return new Map(entries.flatMap(([key, inner]) => [...sentencesOf(inner, `${path}.${key}`)]));
}

/** The forms that the plurals of a catalogue have, by path. */
function pluralsOf(value: unknown, path = ''): Map<string, string[]> {
  const entries = Object.entries(Object(value)).filter(() => typeof value === 'object');
  if (entries.some(([key]) => key === 'other')) return new Map([[path, entries.map(([key]) => key)]]);
  return new Map(entries.flatMap(([key, inner]) => [...pluralsOf(inner, `${path}.${key}`)]));
}

const placesIn = (sentence: string): string[] => [...new Set(sentence.match(/\{\w+\}/g))].sort();
const english = sentencesOf(en);

describe.each([...catalogues])('the catalogue of %s', (code, texts) => {
  const own = sentencesOf(texts);

  it('has the keys of the English one, no more and no fewer', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has the same places for values in each sentence', () => {
    for (const [path, forms] of own) {
      const expected = placesIn(english.get(path)?.[0] ?? '');
      for (const form of forms) expect([path, placesIn(form)]).toEqual([path, expected]);
    }
  });

  it('leaves no sentence out', () => {
    const empty = [...own].filter(([, forms]) => forms.some((form) => form.trim() === '')).map(([path]) => path);
    expect(empty).toEqual(['.states.live.advice', '.client.states.live.advice']);
  });

  it('has each plural in the forms that the language has', () => {
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories.toSorted();
    const plurals = pluralsOf(texts);
    expect(plurals.size).toBeGreaterThan(1);
    for (const [path, own] of plurals) expect([path, own.toSorted()]).toEqual([path, forms]);
  });
});

test('a language is chosen by what it calls itself', () => {
  expect(offeredLanguages()[0]).toEqual({ code: 'en', name: 'English' });
});

test('every language can be the one of the site, and nothing else', () => {
  const settingSchema = configSchema.shape.site.shape.language;
  expect(() => settingSchema.parse('xx')).toThrow(/Invalid/);
  for (const language of Object.keys(languages)) {
    expect(settingSchema.parse(language)).toBe(language);
  }
});

test('English says of an error what the catalogue of errors says', () => {
  const sentences = Object.entries(errorCatalogue).map(([code, { text }]) => [code, text]);
  expect(sentences).toEqual(expect.arrayContaining(Object.entries(en.errors)));
});

describe('a sentence with values', () => {
  it('takes each value in its places, once, and leaves what is unknown', () => {
    expect(filled('{a} of {b}, {a}; {c}', { a: '{b}', b: 2 })).toBe('{b} of 2, {b}; {c}');
  });

  it('takes the form of the number, and falls back where a form is missing', () => {
    const forms = { one: '{n} зритель', few: '{n} зрителя', many: '{n} зрителей', other: '{n} зрителя' };
    expect([1, 2, 5, 21, 0].map((n) => counted(forms, n, 'ru'))).toEqual([
      '1 зритель',
      '2 зрителя',
      '5 зрителей',
      '21 зритель',
      '0 зрителей',
    ]);
    expect(counted({ other: '{n} x' }, 1, 'en')).toBe('1 x');
  });
});
