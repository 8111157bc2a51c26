import { RE2JS } from 're2js';
import { countCharacters } from '../identity/clean-text.ts';
import { type TextSkeleton, type TextSkeletons, textSkeletonsOf } from './text-skeleton.ts';

/** What is done about a text, from mild to severe. */
export const filterActions = ['censor', 'hold', 'block', 'ban'] as const;

/** `censor` shows a black bar, `hold` asks staff first, `block` refuses, `ban` refuses and bans whoever wrote it. */
export type FilterAction = (typeof filterActions)[number];

/** Words that are not wanted, as the operator writes them. */
export type FilterRule =
  /** Words, found behind case, accents and look-alike letters; whole ones only unless said otherwise. */
  | { readonly action: FilterAction; readonly text: string; readonly wholeWords: boolean }
  /** A pattern in the syntax of RE2 (github.com/google/re2/wiki/Syntax), found in the text as it is, in any case. */
  | { readonly action: FilterAction; readonly pattern: string };

/** A rule that staff have added while live; the others are the configuration's. */
export interface LiveFilter {
  /** Id of the audit entry that added it. */
  readonly id: number;
  readonly rule: FilterRule;
}

export type FilterVerdict =
  /** `text` has bars where something was censored. */
  | { readonly kind: 'passed'; readonly text: string; readonly isHeld: boolean }
  /** `found` is what may not be said, as it was written. */
  | { readonly kind: 'refused'; readonly found: string; readonly isBanned: boolean };

/** From index to index in UTF-16 units. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Filter {
  readonly action: FilterAction;
  /** No span is empty. */
  readonly find: (text: TextSkeletons) => Iterable<Span>;
}

const bar = '\u2588';

/** No rule of messages lets a longer text through, in UTF-16 units: the largest `chat.max_length` is 4096 characters of 3.9 bytes. */
export const maxJudgedUnits = 16_384;

/**
 * The operator's word filters. Finding takes time in proportion to the length of a text, whatever is in it, and no text is longer than `maxJudgedUnits`.
 */
// Threat: T29
export class WordFilter {
  readonly #filters: readonly Filter[];

  /** Rules have been checked by whoever read them: throws RE2's exception for a pattern that is none. */
  constructor(rules: readonly FilterRule[]) {
    this.#filters = rules.map((rule) => ({ action: rule.action, find: finderOf(rule) }));
  }

  /** Judges a clean text: the most severe rule that finds something decides. Throws RangeError for one that no message can hold. */
  judge(text: string): FilterVerdict {
    if (this.#filters.length === 0) return { kind: 'passed', text, isHeld: false };
    if (text.length > maxJudgedUnits) throw new RangeError('a text that is longer than any message');
    const skeletons = textSkeletonsOf(text);
    for (const action of ['ban', 'block'] as const) {
      const found = this.#firstOf(action, skeletons);
      if (found === undefined) continue;
      return { kind: 'refused', found: text.slice(found.start, found.end), isBanned: action === 'ban' };
    }
    const isHeld = this.#firstOf('hold', skeletons) !== undefined;
    return { kind: 'passed', text: this.#censor(skeletons), isHeld };
  }

  #firstOf(action: FilterAction, skeletons: TextSkeletons): Span | undefined {
    for (const filter of this.#filters) {
      if (filter.action !== action) continue;
      for (const span of filter.find(skeletons)) return span;
    }
    return undefined;
  }

  #censor(skeletons: TextSkeletons): string {
    const { original } = skeletons[0];
    const spans = this.#filters
      .filter(({ action }) => action === 'censor')
      .flatMap(({ find }) => [...find(skeletons)])
      .toSorted((a, b) => a.start - b.start);
    let text = '';
    let done = 0;
    for (const { start, end } of joinedSpans(spans)) {
      text += original.slice(done, start) + barOver(original.slice(start, end));
      done = end;
    }
    return text + original.slice(done);
  }
}

/** Spans that touch or overlap as one; `spans` ascend. */
function joinedSpans(spans: readonly Span[]): Span[] {
  const joint: { start: number; end: number }[] = [];
  for (const { start, end } of spans) {
    const last = joint.at(-1);
    if (last === undefined || start > last.end) joint.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return joint;
}

/** A bar as long as what it covers; line breaks stay, so that no row grows. */
function barOver(text: string): string {
  return text
    .split('\n')
    .map((line) => bar.repeat(countCharacters(line, line.length)))
    .join('\n');
}

function finderOf(rule: FilterRule): Filter['find'] {
  return 'pattern' in rule ? patternFinder(rule.pattern) : wordsFinder(rule.text, rule.wholeWords);
}

function patternFinder(source: string): Filter['find'] {
  const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  return function* find([{ original }]) {
    const matcher = pattern.matcher(original);
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) yield { start: matcher.start(), end: matcher.end() };
    }
  };
}

function wordsFinder(words: string, wholeWords: boolean): Filter['find'] {
  const [written, small] = textSkeletonsOf(words.normalize('NFC').trim());
  return function* find([textWritten, textSmall]) {
    yield* occurrences(written.folded, textWritten, wholeWords);
    if (textSmall.folded !== textWritten.folded || small.folded !== written.folded)
      yield* occurrences(small.folded, textSmall, wholeWords);
  };
}

function* occurrences(wanted: string, skeleton: TextSkeleton, wholeWords: boolean): Generator<Span> {
  let from = wanted === '' ? -1 : skeleton.folded.indexOf(wanted);
  while (from >= 0) {
    const span = spanOf(skeleton, from, from + wanted.length);
    const isMeant = span !== undefined && (!wholeWords || isWhole(skeleton.original, span));
    if (isMeant) yield span;
    from = skeleton.folded.indexOf(wanted, from + (isMeant ? wanted.length : 1));
  }
}

/** Where a match is in the original; undefined where it begins or ends within a character, which then is another one. */
function spanOf({ starts, ends }: TextSkeleton, from: number, to: number): Span | undefined {
  const start = starts[from];
  const end = ends[to - 1];
  if (start === undefined || end === undefined || starts[from - 1] === start || ends[to] === end) return undefined;
  return { start, end };
}

/**
 * A part of a word: letters, marks and digits of scripts that put spaces between words. In the others every place is an edge, or no word would
 * ever be found.
 */
const joined = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]`;
const joinedBefore = new RegExp(`${joined}$`, 'v');
const joinedAfter = new RegExp(`^${joined}`, 'v');

/** Longest code point in UTF-16 units. */
const codePointUnits = 2;

function isWhole(text: string, { start, end }: Span): boolean {
  const before = text.slice(Math.max(0, start - codePointUnits), start);
  return !joinedBefore.test(before) && !joinedAfter.test(text.slice(end, end + codePointUnits));
}
