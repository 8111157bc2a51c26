import type { Texts } from './texts/en.ts';
import { languages } from './texts/languages.ts';

/** A moment in UTC, to the minute, as every other time on the page. Among words from right to left it keeps its own order. */
export function momentText(atMs: number, texts: Pick<Texts, 'lang'>): string {
  const iso = new Date(atMs).toISOString();
  return inOwnOrder(`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`, texts);
}

/** Numbers and signs from left to right, in one piece among words of the other direction: no line breaks in it, which nobody could follow. */
export function inOwnOrder(text: string, { lang }: Pick<Texts, 'lang'>): string {
  if (languages[lang].dir !== 'rtl') return text;
  return `\u2066${text.replace(/ /gu, '\u00a0').replace(/-/gu, '\u2011')}\u2069`;
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** A time span in its largest unit, rounded up, with the international sign of the unit: `10 s`, `3 h`, `14 d`. */
export function spanText(ms: number, texts: Pick<Texts, 'lang'>): string {
  const { name, ms: unit } = units.find((one) => ms >= one.ms) ?? units[3];
  return inOwnOrder(`${Math.max(1, Math.ceil(ms / unit))} ${name}`, texts);
}

/** A number of whole seconds as clocks show it: `0:07`, `5:00`, `1:02:03`. */
export function clockText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}

/** A day in UTC. */
export function dayText(atMs: number, { lang }: Pick<Texts, 'lang'>): string {
  const day = new Date(atMs).toISOString().slice(0, 10);
  return languages[lang].dir === 'rtl' ? `\u2066${day}\u2069` : day;
}

/** A size in megabytes, as shops and browsers count them: `0.4 MB`, `35 MB`. */
export function sizeText(bytes: number, texts: Pick<Texts, 'lang'>): string {
  const megabytes = bytes / 1_000_000;
  return inOwnOrder(`${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`, texts);
}
