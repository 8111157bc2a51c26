import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costMsOf } from '../../test/support/cpu-time.ts';
import { charactersOf } from '../identity/clean-text.ts';
import { messageTextLimits } from './message-text.ts';
import { textSkeletonsOf } from './text-skeleton.ts';
import { type FilterAction, type FilterRule, maxJudgedUnits, WordFilter } from './word-filter.ts';

const words = (text: string, action: FilterAction = 'censor', wholeWords = true): FilterRule => ({
  action,
  text,
  wholeWords,
});
const pattern = (source: string, action: FilterAction = 'censor'): FilterRule => ({ action, pattern: source });
const judge = (text: string, ...rules: FilterRule[]) => new WordFilter(rules).judge(text);
const censored = (text: string, ...rules: FilterRule[]) => {
  const verdict = judge(text, ...rules);
  return verdict.kind === 'passed' ? verdict.text : `refused: ${verdict.found}`;
};

describe('a word filter', () => {
  it.each([
    ['bad', 'this is bad.', 'this is \u2588\u2588\u2588.'],
    [
      'bad',
      'BAD, B\u00e4d, \uff42\uff41\uff44, b\u0301ad',
      '\u2588\u2588\u2588, \u2588\u2588\u2588, \u2588\u2588\u2588, \u2588\u2588\u2588',
    ],
    ['b\u00c4D', 'bad', '\u2588\u2588\u2588'],
    ['bad', 'badly unbad bad_ bad7', 'badly unbad bad_ bad7'],
    ['bad word', 'a bad\nword', 'a \u2588\u2588\u2588\n\u2588\u2588\u2588\u2588'],
    ['fish', '\ufb01sh!', '\u2588\u2588\u2588!'],
    ['\u574f', '\u4f60\u574f\u4eba', '\u4f60\u2588\u4eba'],
    [
      '\u0e40\u0e25\u0e27',
      '\u0e04\u0e19\u0e40\u0e25\u0e27\u0e21\u0e32\u0e01',
      '\u0e04\u0e19\u2588\u2588\u2588\u0e21\u0e32\u0e01',
    ],
    ['\u{1F595}', 'a\u{1F595}b', 'a\u{1F595}b'],
    ['\u{1F595}', 'a \u{1F595}', 'a \u2588'],
    ['stra\u00dfe', 'STRASSE', '\u2588\u2588\u2588\u2588\u2588\u2588\u2588'],
  ])('for %j makes of %j: %j', (word, text, expected) => {
    expect(censored(text, words(word))).toBe(expected);
  });

  it.each([
    ['nazi', '\u039dazi'],
    ['nazi', 'N\u0410ZI'],
    ['scam', '\u0455c\u0430m'],
    ['scam', '\uff33\uff23\uff21\uff2d'],
    ['SCAM', 'sc\u0336a\u0336m'],
    ['corn', 'com'],
  ])('finds %j behind look-alikes: %j', (word, text) => {
    expect(judge(`so ${text}!`, words(word, 'block'))).toEqual({ kind: 'refused', found: text, isBanned: false });
  });

  it('finds parts of words only where that is asked for', () => {
    expect(censored('badly unbad', words('bad', 'censor', false))).toBe('\u2588\u2588\u2588ly un\u2588\u2588\u2588');
  });

  it('covers characters whole, one block for each, whatever they are made of', () => {
    expect(censored('x\u{1F468}\u200D\u{1F469}\u200D\u{1F467}y', pattern('\u{1F469}'))).toBe(
      'x\u2588y'.replace('\u2588', '\u{1F468}\u200D\u2588\u200D\u{1F467}'),
    );
    expect(censored('\uac01', words('\uac00', 'censor', false))).toBe('\uac01');
  });

  it('finds patterns in the text as it is, in any case', () => {
    expect(censored('Call 0170-1234 now', pattern('\\d{4}-\\d{4}'))).toBe(
      'Call \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588 now',
    );
    expect(censored('HTTP://x', pattern('https?://'))).toBe('\u2588\u2588\u2588\u2588\u2588\u2588\u2588x');
    expect(censored('abc', pattern('x*'))).toBe('abc');
  });

  it('lets the most severe rule decide, and says what was found as it was written', () => {
    const rules = [words('one'), words('two', 'hold'), words('three', 'block'), words('four', 'ban')];
    expect(judge('zero', ...rules)).toEqual({ kind: 'passed', text: 'zero', isHeld: false });
    expect(judge('one two', ...rules)).toEqual({ kind: 'passed', text: '\u2588\u2588\u2588 two', isHeld: true });
    expect(judge('one two Thr\u00e9e', ...rules)).toEqual({ kind: 'refused', found: 'Thr\u00e9e', isBanned: false });
    expect(judge('three four', ...rules)).toEqual({ kind: 'refused', found: 'four', isBanned: true });
  });

  it('leaves everything else as it was, whatever is found', () => {
    const text = fc.array(
      fc.constantFrom('bad', 'B\u00c4D', 'x', ' ', '\n', '\u{1F468}\u200D\u{1F469}', '\ufb01', '\u00e9', '\u4e2d', '.'),
      { maxLength: 40 },
    );
    const rules = fc.subarray([
      words('bad'),
      words('x', 'censor', false),
      words('fi', 'censor', false),
      pattern('[\u00e9.]+'),
      pattern('d b'),
    ]);
    fc.assert(
      fc.property(text, rules, (parts, chosen) => {
        const original = parts.join('').normalize('NFC');
        const result = censored(original, ...chosen);
        const before = [...charactersOf(original)];
        const after = [...charactersOf(result)];
        expect(after).toHaveLength(before.length);
        for (const [index, character] of after.entries()) expect([before[index], '\u2588']).toContain(character);
        if (chosen.length === 0) expect(result).toBe(original);
      }),
    );
  });

  // Threat: T29. Patterns are as large as the configuration takes them.
  const worst: readonly [string, FilterRule, string][] = [
    ['words that nearly fit everywhere', words('a'.repeat(199) + 'b', 'censor', false), 'a'],
    ['words that fit everywhere', words('aa', 'censor', false), 'a'],
    ['words that fit everywhere and are never whole', words('aa'), 'a'],
    ['characters that fold to many', words('x'), '\ufdfa'],
    ['a nested repetition', pattern('(a+)+$', 'block'), 'a'],
    ['two ways for everything', pattern('(a|aa)+$', 'block'), 'a'],
    ['anything twice', pattern('(.*)*=.*=', 'block'), 'ab '],
    ['repetitions that share', pattern('(x+x+)+y', 'block'), 'x'],
    ['words and spaces', pattern('(\\w+\\s?)*;', 'block'), 'a a'],
    ['counted repetitions', pattern('(.{0,20}x){2}y', 'block'), 'x'],
    ['counted letters', pattern('\\p{L}{1,48}\\d', 'block'), '\u00e9'],
  ];

  it.each(worst)('T29 judges the longest message that is said by default within 5 ms, with %s', (_what, rule, unit) => {
    const { maxBytes } = messageTextLimits(512);
    const text = unit.repeat(Math.floor(maxBytes / Buffer.byteLength(unit)));
    expect(costOf(rule, text)).toBeLessThan(5);
  });

  it.each(worst)('takes time in proportion to the text for %s', (_what, rule, unit) => {
    const timed = (length: number) => costOf(rule, `${unit.repeat(length / unit.length)}!`);
    timed(2048);
    // Eight times the text: a quadratic filter would take 64 times as long, an exponential one would never end.
    expect(timed(maxJudgedUnits - 8)).toBeLessThan(24 * Math.max(timed(2048), 1));
  });

  it('never looks at a text that is longer than any message', () => {
    const longest = messageTextLimits(4096).maxBytes;
    expect(maxJudgedUnits).toBeGreaterThanOrEqual(longest);
    expect(judge('b'.repeat(longest), words('a')).kind).toBe('passed');
    expect(() => judge('b'.repeat(maxJudgedUnits + 1), words('a'))).toThrow(RangeError);
  });
});

/** In milliseconds. */
function costOf(rule: FilterRule, text: string): number {
  const filter = new WordFilter([rule]);
  return costMsOf(() => filter.judge(text), 20);
}

describe('a skeleton', () => {
  it('knows for every unit which character of the original it comes from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.constantFrom(0, 1), (original, which) => {
        const { folded, starts, ends } = textSkeletonsOf(original)[which];
        expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
        for (const [index, start] of starts.entries()) {
          const character = original.slice(start, ends[index]);
          expect(textSkeletonsOf(character)[which].folded).toContain(folded[index]);
          expect(start).toBeGreaterThanOrEqual(starts[index - 1] ?? 0);
        }
      }),
    );
  });
});
