import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costMsOf } from '../../test/support/cpu-time.ts';
import { type MarkupToken, maxEmotes, maxMentions, mentionsIn, peopleByFold, tokenise } from './markup.ts';
import { mentionClass } from './mention-mark.ts';

const emotes = new Set(['wave', 'waves', 'aa', 'amp']);
const people = peopleByFold(['Hana', 'Ana Maria', 'Ana', 'Zoë', 'Anonymous#k3f', 'Mr. X']);
const names = { people, hasEmote: (code: string) => emotes.has(code) };

function kindsOf(text: string): string[] {
  return tokenise(text, names).map(({ kind, source }) => `${kind} ${source}`);
}

function count(tokens: readonly MarkupToken[], kind: MarkupToken['kind']): number {
  return tokens.filter((token) => token.kind === kind).length;
}

describe('markup', () => {
  it('finds line breaks, emotes, mentions and addresses, and leaves the rest as it is', () => {
    expect(kindsOf('hi @hana :wave:\nsee http://x.onion/a')).toEqual([
      'text hi ',
      'mention @hana',
      'text  ',
      'emote :wave:',
      'break \n',
      'text see ',
      'address http://x.onion/a',
    ]);
  });

  it('knows only the codes there are, and never finds one within another', () => {
    expect(kindsOf(':waves::wave: :nope: :wave')).toEqual(['emote :waves:', 'emote :wave:', 'text  :nope: :wave']);
    expect(kindsOf(':nope:wave:')).toEqual(['text :nope', 'emote :wave:']);
    expect(kindsOf('&amp; :aa:bb:')).toEqual(['text &amp; ', 'emote :aa:', 'text bb:']);
  });

  it('shows forty emotes of two hundred, and the rest as text', () => {
    const tokens = tokenise(':aa:'.repeat(200), names);
    expect(count(tokens, 'emote')).toBe(maxEmotes);
    expect(tokens.at(-1)).toEqual({ kind: 'text', source: ':aa:'.repeat(160) });
    expect(kindsOf(':a:'.repeat(200))).toEqual([`text ${':a:'.repeat(200)}`]);
  });

  it('finds the longest name, whatever its case, and only where a word ends', () => {
    expect(kindsOf('@ANA MARIA!')).toEqual(['mention @ANA MARIA', 'text !']);
    expect(kindsOf('@ana marian')).toEqual(['mention @ana', 'text  marian']);
    expect(kindsOf('@hanas me@hana @@hana')).toEqual(['text @hanas me@hana @', 'mention @hana']);
    expect(kindsOf('@anonymous#K3F, @mr. x')).toEqual(['mention @anonymous#K3F', 'text , ', 'mention @mr. x']);
    expect(kindsOf('@zoe\u0308')).toEqual(['mention @zoe\u0308']);
    expect(kindsOf('@zoe')).toEqual(['text @zoe']);
  });

  it('mentions nobody across lines or within an address', () => {
    expect(kindsOf('@ana\nmaria')).toEqual(['mention @ana', 'break \n', 'text maria']);
    expect(kindsOf('http://x/@hana:wave:')).toEqual(['address http://x/@hana:wave:']);
  });

  it('stops at ten mentions', () => {
    expect(count(tokenise('@hana '.repeat(40), names), 'mention')).toBe(maxMentions);
  });

  it('names each person once, as that person does', () => {
    expect(mentionsIn('@hana @HANA @ana maria', () => people)).toEqual(['Hana', 'Ana Maria']);
    expect(mentionsIn('nobody', () => people)).toEqual([]);
  });

  it('loses nothing and invents nothing, whatever the text', () => {
    const piece = fc.constantFrom(
      '@',
      'hana',
      'ana maria',
      ':',
      ':wave:',
      '\n',
      ' ',
      'http://',
      'x.onion',
      '<b>',
      '#k3f',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const tokens = tokenise(given, names);
        expect(tokens.map(({ source }) => source).join('')).toBe(given);
        expect(tokens.every(({ source }) => source !== '')).toBe(true);
        expect(tokens.some((token) => token.kind !== 'break' && /[\r\n]/.test(token.source))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, whatever it repeats', () => {
    for (const unit of [
      '@',
      ':',
      ':a',
      '@a ',
      'http://',
      ':aa',
      '@ana maria ana maria ',
      'a@',
      ':aaaaaaaaaaaaaaaaaaaaaaaaa',
    ]) {
      const short = stepsOf(unit.repeat(Math.ceil(20_000 / unit.length)));
      const long = stepsOf(unit.repeat(Math.ceil(160_000 / unit.length)));
      // Eight times the text; quadratic work would be 64 times as much. The floor takes out what a busy machine adds.
      expect(long).toBeLessThan(24 * Math.max(short, 4));
    }
  });
});

/** In milliseconds. */
function stepsOf(text: string): number {
  return costMsOf(() => tokenise(text, names), 5);
}

describe('the mark of a mention', () => {
  it('is the same however the name is typed, and another for another name', () => {
    expect(mentionClass('Hana')).toMatch(/^at-[0-9a-f]{6}$/);
    expect(mentionClass('HANA')).toBe(mentionClass('hana'));
    expect(mentionClass('ｈａｎａ')).toBe(mentionClass('hana'));
    expect(mentionClass('hano')).not.toBe(mentionClass('hana'));
  });
});
