import { describe, expect, it } from 'vitest';
import { refusalNotice } from './refusal-text.ts';
import { en } from './texts/en.ts';

const limits = { maxCharacters: 512, maxLines: 8, maxNameCharacters: 24 };

describe('a refusal in words', () => {
  it('says which rule, and when to try again', () => {
    expect(refusalNotice({ kind: 'refused', rule: 'slow-down', waitMs: 12_000, text: 'hi' }, limits, en)).toEqual({
      rule: 'slow-down',
      sentence: 'You are writing fast. Try again in 12 s.',
      waitSeconds: 12,
    });
    expect(refusalNotice({ kind: 'refused', rule: 'same-text', waitMs: 1, text: '' }, limits, en).waitSeconds).toBe(1);
  });

  it('shows what was found, in one line and not at length', () => {
    const refusal = (found: string) =>
      ({ kind: 'refused', rule: 'filtered', found, isBanned: false, text: '' }) as const;
    expect(refusalNotice(refusal('bad\nword'), limits, en).sentence).toBe(
      'These words are not wanted here: \u201cbad word\u201d.',
    );
    expect(refusalNotice(refusal('$& {n}'), limits, en).sentence).toContain('\u201c$& {n}\u201d');
    expect(refusalNotice(refusal('x'.repeat(99)), limits, en).sentence).toContain(
      `\u201c${'x'.repeat(40)}\u2026\u201d`,
    );
  });

  it('says a long wait in the units that people count in', () => {
    const refusal = { kind: 'refused', rule: 'timed-out', waitMs: 5_400_000, text: '' } as const;
    expect(refusalNotice(refusal, limits, en).sentence).toBe('You are timed out. Try again in 2 h.');
  });

  it('leaves no blank of a sentence open', () => {
    const rules = ['too-long', 'too-many-lines', 'name-too-long', 'form-expired'] as const;
    const sentences = rules.map((rule) => refusalNotice({ kind: 'refused', rule, text: '' }, limits, en).sentence);
    expect(sentences[0]).toBe('A message may have 512 characters at most.');
    expect(sentences[1]).toBe('A message may have 8 lines at most.');
    expect(sentences[2]).toBe('A name may have 24 characters at most.');
    expect(
      Object.values(en.refusals)
        .join()
        .match(/\{[^nlcmwt]\}/u),
    ).toBeNull();
  });
});
