import { en, type Texts } from '../../src/views/texts/en.ts';

const arabic = Array.from('ابتثجحخدذرزسشصضطظعغفقكلمنهوي');

/** A catalogue in no language, written from right to left: every sentence of the English one in Arabic letters, as long and with the same places. */
export function pseudoArabic(): Texts {
  return { ...(turned(en) as Texts), lang: 'ar' };
}

function turned(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\w+\}|[A-Za-z]/g, (part) => (part.length > 1 ? part : letterFor(part)));
  }
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(Object.entries(Object(value)).map(([key, inner]) => [key, turned(inner)]));
}

function letterFor(letter: string): string {
  return arabic[letter.toLowerCase().charCodeAt(0) % arabic.length] ?? letter;
}
