import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCharacters, hasRefusedCodePoint } from './clean-text.ts';
import { cleanName } from './name.ts';

const rules = { defaultName: 'Anonymous', broadcasterName: 'Lantern Street' };
const clean = (wish: string) => cleanName(wish, rules);

describe('cleanName', () => {
  it.each([
    ['an ordinary name', 'Mallow', 'Mallow'],
    ['inner spaces, as one', '  Big \u3000 Bird ', 'Big Bird'],
    ['compatibility letters, as plain ones', '\uFF2D\uFF41\uFF4C', 'Mal'],
    ['accents', 'Zoë', 'Zoë'],
    ['Cyrillic alone', 'Наташа', 'Наташа'],
    ['Greek alone', 'Ελένη', 'Ελένη'],
    ['Japanese in its three scripts', 'さくらサクラ桜', 'さくらサクラ桜'],
    ['Korean with Latin', '김 Kim', '김 Kim'],
    ['Hindi', 'राम', 'राम'],
    ['digits and signs', '42 <3', '42 <3'],
    ['an emoji', 'cat 🐈', 'cat 🐈'],
    ['markup', '<b>x</b>', '<b>x</b>'],
    ['words that only begin like reserved ones', 'Modest Administration', 'Modest Administration'],
    ['24 characters', 'x'.repeat(24), 'x'.repeat(24)],
  ])('takes %s', (_what, wish, name) => {
    expect(clean(wish)).toEqual({ kind: 'named', name });
  });

  it.each(['', '   ', '\u3000', 'Anonymous', ' anonymous ', 'ANONYMOUS.', 'Ａnonymous'])(
    'takes %j as having no name',
    (wish) => {
      expect(clean(wish)).toEqual({ kind: 'default' });
    },
  );

  it.each([
    ['the tag of somebody nameless', 'Anonymous #k3f', 'name-forbidden-character'],
    ['a full-width number sign', '\uFF03abc', 'name-forbidden-character'],
    ['a control', 'a\u0007b', 'name-forbidden-character'],
    ['a line feed', 'a\nb', 'name-forbidden-character'],
    ['a direction override', '\u202Eretsacdaorb', 'name-forbidden-character'],
    ['an invisible', 'a\u200Bb', 'name-forbidden-character'],
    ['a leading mark', '\u0301a', 'name-forbidden-character'],
    ['60 marks', `a${'\u0335'.repeat(60)}`, 'name-stacked-marks'],
    ['25 characters', 'x'.repeat(25), 'name-too-long'],
    ['few characters of many bytes', 'q\u0301\u0302\u0303'.repeat(24), 'name-too-long'],
    ['10 kB', 'x'.repeat(10_000), 'name-too-long'],
    ['a letter that grows under NFKC', '\uFDFA'.repeat(24), 'name-too-long'],
    ['Latin with Cyrillic', 'Br\u043Eadcaster', 'name-mixed-scripts'],
    ['Latin with Greek', 'Br\u03BFadcaster', 'name-mixed-scripts'],
    ['Latin with Cherokee', 'a\u13A0', 'name-mixed-scripts'],
    ['a lone surrogate', 'a\udc00', 'name-malformed'],
  ])('refuses %s', (_what, wish, rule) => {
    expect(clean(wish)).toEqual({ kind: 'refused', rule });
  });

  it.each([
    'Broadcaster',
    'BROADCASTER',
    'broad caster',
    'broad-caster',
    'Bröadcaster',
    'ｂｒｏａｄｃａｓｔｅｒ',
    '𝐁𝐫𝐨𝐚𝐝𝐜𝐚𝐬𝐭𝐞𝐫',
    'ⓑⓡⓞⓐⓓⓒⓐⓢⓣⓔⓡ',
    '[moderator]',
    'Mod',
    'A d m i n',
    'lantern street',
    'LanternStreet',
    '★ Lantern Street ★',
  ])('keeps %j for those who run the stream', (wish) => {
    expect(clean(wish)).toEqual({ kind: 'refused', rule: 'name-reserved' });
  });

  it('keeps the broadcaster\u2019s name even if it holds neither letter nor digit', () => {
    expect(cleanName('★★', { ...rules, broadcasterName: '★★' })).toEqual({ kind: 'refused', rule: 'name-reserved' });
    expect(cleanName('★', { ...rules, broadcasterName: '★★' })).toEqual({ kind: 'named', name: '★' });
  });

  it('keeps its promises for any wish, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 30 })),
        (wish) => {
          const result = clean(wish);
          if (result.kind !== 'named') return;
          expect(clean(result.name)).toEqual(result);
          expect(result.name).toBe(result.name.trim().normalize('NFKC'));
          expect(countCharacters(result.name, 30)).toBeLessThanOrEqual(24);
          expect(hasRefusedCodePoint(result.name)).toBe(false);
          expect(result.name).not.toMatch(/[#\n]|^$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
