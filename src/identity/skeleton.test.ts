import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksAlike, skeleton, skeletons, withoutLeet } from './skeleton.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      ...'a I l 1 | m rn \u0410 \u0432 \u0437 \u0417 \u03A3 \u03C2 \u0301 \u200D 0 O 8 B . ß \u0130'.split(' '),
      ' ',
    ),
    maxLength: 12,
  }),
);

describe('skeleton', () => {
  it.each([
    ['case', 'Broadcaster', 'bROADCASTER'],
    ['full width', 'Broadcaster', '\uFF22\uFF52\uFF4F\uFF41\uFF44\uFF43\uFF41\uFF53\uFF54\uFF45\uFF52'],
    ['mathematical letters', 'Broadcaster', '𝓑𝓻𝓸𝓪𝓭𝓬𝓪𝓼𝓽𝓮𝓻'],
    ['circles', 'Broad', 'ⓑⓡⓞⓐⓓ'],
    ['black squares', 'Broad', '🅱🆁🅾🅰🅳'],
    ['Cyrillic alone', 'Broadcaster', '\u0412\u0433\u043E\u0430\u0501\u0441\u0430\u0455\u0442\u0435\u0433'],
    ['Cyrillic in small letters', 'Broadcaster', '\u0432\u0433\u043E\u0430\u0501\u0441\u0430\u0455\u0442\u0435\u0433'],
    ['Greek capitals', 'BONITA', '\u0392\u039F\u039D\u0399\u03A4\u0391'],
    ['small capitals', 'Broadcaster', 'ʙʀᴏᴀᴅᴄᴀsᴛᴇʀ'],
    ['accents', 'Broadcaster', 'Bröàdĉąștěř'],
    ['letters with a stroke', 'Broadcaster', 'Ƀɍøåđȼǻşŧęɼ'],
    ['a stroke laid over each', 'Broad', 'B\u0336r\u0336o\u0336a\u0336d\u0336'],
    ['invisibles', 'Broad', 'B\u200Br\u00ADo\u2060a\u200Dd'],
    ['spaces and dots', 'Broad', ' B.r-o_a d '],
    ['rn for m', 'Modem', 'Modern'],
    ['vv for w', 'Willow', 'VVillovv'],
    ['a capital i for an l', 'Lily', 'LiIy'],
    ['a one for an l', 'Lily', 'Li1y'],
    ['a bar for an l', 'Lily', 'Li|y'],
    ['a nought for an o', 'Mo', 'M0'],
    ['an eight for a b', 'Bob', '8o8'],
    ['case in Cyrillic', 'запрет', 'ЗАПРЕТ'],
    ['case in Greek, final sigma included', 'σοφος', 'ΣΟΦΟΣ'],
    ['case in German', 'Straße', 'STRASSE'],
    ['the dotted i of Turkish', 'istanbul', 'İstanbul'],
  ])('sees through %s', (_what, plain, disguise) => {
    expect(looksAlike(plain, disguise)).toBe(true);
    expect(looksAlike(disguise, plain)).toBe(true);
  });

  it.each([
    ['other words', 'Mallow', 'Marrow'],
    ['vowel signs of Hindi', 'राम', 'रम'],
    ['voiced kana', 'かき', 'がき'],
    ['other digits', 'cat 2', 'cat 3'],
    ['other symbols', '★★', '★'],
    ['nothing', '', ''],
    ['invisibles alone', '\u200B', '\u200B'],
  ])('keeps %s apart', (_what, one, other) => {
    expect(looksAlike(one, other)).toBe(false);
  });

  it('is one and the same when it is taken twice, for each character and any text', () => {
    for (let point = 0; point <= 0x2ffff; point += 1) {
      const once = skeleton(String.fromCodePoint(point));
      if (skeleton(once) !== once) expect.fail(`U+${point.toString(16)}: ${once} becomes ${skeleton(once)}`);
    }
    fc.assert(
      fc.property(anyText, (text) => {
        for (const form of skeletons(text)) expect(skeleton(form)).toBe(form);
      }),
    );
  });

  it('makes every text look like itself in other case', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(skeletons(text)[1] !== '');
        expect(looksAlike(text, text)).toBe(true);
        expect(skeletons(text)[1]).toBe(skeletons(text.normalize('NFD'))[1]);
      }),
    );
  });

  it('leaves the digits that stand for letters to those who ask', () => {
    expect(looksAlike('4dm1n', 'admin')).toBe(false);
    expect(looksAlike(withoutLeet('4dm1n'), 'admin')).toBe(true);
    expect(looksAlike(withoutLeet('$y5+3m'), 'system')).toBe(true);
  });

  it('takes no longer than in proportion to the length', () => {
    expect(skeleton('\u0412m\u0301'.repeat(4000))).toBe('brn'.repeat(4000));
  });
});
