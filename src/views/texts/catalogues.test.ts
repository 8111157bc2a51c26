import { describe, expect, it, test } from 'vitest';
import { configSchema } from '../../config/schema.ts';
import { errorCatalogue } from '../../errors.ts';
import { catalogues, offeredLanguages } from './catalogues.ts';
import { en } from './en.ts';
import { languages } from './languages.ts';
import { counted, filled } from './words.ts';

type Forms = Readonly<Record<string, string>>;

/** Every sentence of a catalogue by its path: in the forms of a plural, or in one form called `only`. */
function sentencesOf(value: unknown, path = ''): Map<string, Forms> {
  if (typeof value === 'string') return new Map([[path, { only: value }]]);
  const entries = Object.entries(Object(value));
  if (entries.some(([key]) => key === 'other')) {
    return new Map([[path, Object.fromEntries(entries.map(([key, form]) => [key, String(form)]))]]);
  }
  return new Map(entries.flatMap(([key, inner]) => [...sentencesOf(inner, `${path}.${key}`)]));
}

const placesIn = (sentence = ''): string[] => [...new Set(sentence.match(/\{\w+\}/g))].sort();
const english = sentencesOf(en);

/** Whether a form is for one number alone, which it then need not name. */
function isForOneNumber(category: string, language: string): boolean {
  const rules = new Intl.PluralRules(language);
  return (
    Array.from({ length: 201 }, (_, number) => rules.select(number)).filter((each) => each === category).length === 1
  );
}

describe.each([...catalogues])('the catalogue of %s', (code, texts) => {
  const own = sentencesOf(texts);

  it('has the keys of the English one, no more and no fewer', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has the same places for values in each sentence', () => {
    for (const [path, forms] of own) {
      const { only, other } = english.get(path) ?? {};
      const expected = placesIn(only ?? other);
      for (const [category, form] of Object.entries(forms)) {
        const isFree = isForOneNumber(category, code);
        const places = isFree ? [...new Set([...placesIn(form), '{n}'])].sort() : placesIn(form);
        expect([path, places]).toEqual([path, expected]);
      }
    }
  });

  it('leaves no sentence out', () => {
    const empty = [...own].filter(([, forms]) => Object.values(forms).some((form) => form.trim() === ''));
    expect(empty.map(([path]) => path)).toEqual(['.states.live.advice', '.client.states.live.advice']);
  });

  it('has each plural in the forms that the language has', () => {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories.toSorted();
    const plurals = [...own].filter(([, forms]) => 'other' in forms);
    expect(plurals.length).toBeGreaterThan(1);
    for (const [path, forms] of plurals) expect([path, Object.keys(forms).sort()]).toEqual([path, categories]);
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
