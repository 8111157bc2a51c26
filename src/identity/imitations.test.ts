import { describe, expect, it } from 'vitest';
import { cleanName } from './name.ts';
import { NamesInUse } from './names-in-use.ts';

/** Spellings of a broadcaster's name by people who want to be taken for them, and the rule that stops each. */
const imitations: readonly (readonly [string, string, string])[] = [
  ['as it is', 'Broadcaster', 'name-reserved'],
  ['small letters', 'broadcaster', 'name-reserved'],
  ['capitals', 'BROADCASTER', 'name-reserved'],
  ['mixed case', 'bRoAdCaStEr', 'name-reserved'],
  ['full width', '\uFF22\uFF52\uFF4F\uFF41\uFF44\uFF43\uFF41\uFF53\uFF54\uFF45\uFF52', 'name-reserved'],
  ['mathematical letters', '𝐁𝐫𝐨𝐚𝐝𝐜𝐚𝐬𝐭𝐞𝐫', 'name-reserved'],
  ['script letters', '𝓑𝓻𝓸𝓪𝓭𝓬𝓪𝓼𝓽𝓮𝓻', 'name-reserved'],
  ['circled letters', 'ⓑⓡⓞⓐⓓⓒⓐⓢⓣⓔⓡ', 'name-reserved'],
  ['black squares', '🅱🆁🅾🅰🅳🅲🅰🆂🆃🅴🆁', 'name-reserved'],
  ['superscript letters', 'ᴮʳᵒᵃᵈᶜᵃˢᵗᵉʳ', 'name-reserved'],
  ['small capitals', 'ʙʀᴏᴀᴅᴄᴀꜱᴛᴇʀ', 'name-reserved'],
  ['accents', 'Bröàdçåstér', 'name-reserved'],
  ['combining accents', 'Broadcas\u0301ter', 'name-reserved'],
  ['a stroke laid over each letter', 'Broadcaster'.replace(/./g, '$&\u0335'), 'name-reserved'],
  ['letters with a stroke', 'Ƀɍøȧđȼastɇɍ', 'name-reserved'],
  ['60 marks on one letter', `B${'\u0335'.repeat(60)}roadcaster`, 'name-stacked-marks'],
  ['letters spaced', 'B r o a d c a s t e r', 'name-reserved'],
  ['a no-break space at the end', 'Broadcaster\u00A0', 'name-reserved'],
  ['dots between', 'B.r.o.a.d.c.a.s.t.e.r', 'name-reserved'],
  ['a joiner inside', 'Broad\u200Dcaster', 'name-forbidden-character'],
  ['a zero-width space inside', 'Broad\u200Bcaster', 'name-forbidden-character'],
  ['a soft hyphen inside', 'Broad\u00ADcaster', 'name-forbidden-character'],
  ['a Hangul filler behind', 'Broadcaster\u3164', 'name-forbidden-character'],
  ['a variation selector inside', 'Broad\uFE0Fcaster', 'name-forbidden-character'],
  ['right to left override', '\u202Eretsacdaorb', 'name-forbidden-character'],
  ['a left-to-right mark', 'Broadcaster\u200E', 'name-forbidden-character'],
  ['an escape sequence', '\u001B[31mBroadcaster', 'name-forbidden-character'],
  ['one letter of Cyrillic', 'Br\u043Eadcaster', 'name-mixed-scripts'],
  ['several of Cyrillic', 'B\u0433\u043E\u0430dcaste\u0433', 'name-mixed-scripts'],
  ['one letter of Greek', 'Br\u03BFadcaster', 'name-mixed-scripts'],
  ['capitals of Greek', '\u0392R\u039FADCASTER', 'name-mixed-scripts'],
  ['nothing but Cyrillic', '\u0412\u0433\u043E\u0430\u0501\u0441\u0430\u0455\u0442\u0435\u0433', 'name-reserved'],
  ['an eight', '8roadcaster', 'name-reserved'],
  ['digits for letters', 'Br04dc4573r', 'name-reserved'],
  ['backwards', 'retsacdaorB', 'name-reserved'],
  ['upside down', 'ɹǝʇsɐɔpɐoɹq', 'name-reserved'],
  ['decorated', '★ Broadcaster ★', 'name-reserved'],
  ['with a word beside it', 'The real Broadcaster', 'name-reserved'],
  ['with a number behind', 'Broadcaster2', 'name-reserved'],
  ['run together', 'officialBroadcasterHere', 'name-reserved'],
  ['in another language', 'Yayıncı', 'name-reserved'],
  ['the mark in brackets', '[Broadcaster]', 'name-reserved'],
];

/** The same for a name of the broadcaster's own, which has an m and a w to take apart. */
const imitationsOfWillow: readonly (readonly [string, string])[] = [
  ['rn for m', 'Willow Sumrner'],
  ['vv for w', 'VVillovv Summer'],
  ['a capital i for each l', 'WiIIow Summer'],
  ['ones for each l', 'Wi11ow Summer'],
  ['bars for each l', 'Wi||ow Summer'],
  ['a nought', 'Will0w Summer'],
  ['no space', 'WillowSummer'],
  ['two dotless letters', 'W\u0131llow Summer'],
];

describe('T11 a name that imitates the broadcaster', () => {
  const rules = { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' };

  it.each(imitations)('is refused: %s', (_how, wish, rule) => {
    expect(cleanName(wish, rules)).toEqual({ kind: 'refused', rule });
  });

  it.each(imitationsOfWillow)('is refused where they have a name of their own: %s', (_how, wish) => {
    expect(cleanName(wish, { ...rules, broadcasterName: 'Willow Summer' })).toEqual({
      kind: 'refused',
      rule: 'name-reserved',
    });
  });

  it.each(imitationsOfWillow)('is refused where a viewer is called so: %s', (_how, wish) => {
    const names = new NamesInUse(1000);
    names.note({ viewerId: 'a', name: 'Willow Summer' }, 0);
    expect(cleanName(wish, rules, (name) => names.isTaken(name, { viewerId: 'b' }, 1))).toEqual({
      kind: 'refused',
      rule: 'name-taken',
    });
  });
});

describe('a title of staff', () => {
  const rules = { defaultName: 'Anonymous', broadcasterName: 'Lantern Street' };

  it.each([
    ...[
      'Moderator',
      'MODERATORIN',
      'Moderador',
      'Modératrice',
      'Модератор',
      'Адмін',
      'مدیر',
      'المشرف',
      '管理员',
      'Yönetici',
    ],
    ...[
      'Admin Bob',
      'AdminBob',
      'bob (admin)',
      'admin1',
      '4dm1n',
      'chat-moderator-3',
      'Streamer',
      'mod',
      'System',
      '系统',
    ],
  ])('is nobody\u2019s name: %j', (wish) => {
    expect(cleanName(wish, rules)).toEqual({ kind: 'refused', rule: 'name-reserved' });
  });

  it.each([
    ...['Modesty', 'Badminton', 'System of a Dawn', 'Serveria', 'Hostess', 'Modigliani', 'Ownerless cat', 'Adam'],
    ...['Мария', 'Адмирал', 'Omar', '主人公', 'Ada Min', 'Strom', 'Sam Stream'],
  ])('does not cost ordinary people theirs: %j', (wish) => {
    expect(cleanName(wish, rules)).toMatchObject({ kind: 'named' });
  });
});
