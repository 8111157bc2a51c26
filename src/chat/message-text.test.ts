import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costMsOf } from '../../test/support/cpu-time.ts';
import { countCharacters, hasRefusedCodePoint } from '../identity/clean-text.ts';
import { cleanMessageText, messageTextLimits } from './message-text.ts';

const limits = messageTextLimits(512);
const clean = (typed: string) => cleanMessageText(typed, limits);

describe('cleanMessageText', () => {
  it.each([
    ['plain words', 'hello there', 'hello there'],
    ['markup, which is only text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['attribute breakers', '"><img src=x onerror=alert(1)>', '"><img src=x onerror=alert(1)>'],
    ['template braces', '{{7*7}} ${7*7} &#x3c;b>', '{{7*7}} ${7*7} &#x3c;b>'],
    ['decomposed letters, composed', 'e\u0301', '\u00e9'],
    ['runs of any space, as one', '  a \t\u3000\u00a0 b  ', 'a b'],
    ['the line breaks of all systems, as LF', 'a\r\nb\rc\u2028d\u2029e\vf\fg', 'a\nb\nc\nd\ne\nf\ng'],
    ['blank lines, as one at most', 'a\n \n\t\n\n b', 'a\n\nb'],
    [
      'a family emoji',
      '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}',
      '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}',
    ],
    ['a heart with its selector', '\u2764\uFE0F', '\u2764\uFE0F'],
    ['a burning heart typed without one', '\u2764\u200D\u{1F525}', '\u2764\u200D\u{1F525}'],
    ['a rainbow flag', '\u{1F3F3}\uFE0F\u200D\u{1F308}', '\u{1F3F3}\uFE0F\u200D\u{1F308}'],
    [
      'the flag of Scotland, made of tag characters',
      '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
      '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
    ],
    [
      'Persian with its non-joiner',
      '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645',
      '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645',
    ],
    ['Sinhala with its joiner', '\u0DC1\u0DCA\u200D\u0DBB\u0DD3', '\u0DC1\u0DCA\u200D\u0DBB\u0DD3'],
    ['512 letters', 'x'.repeat(512), 'x'.repeat(512)],
    ['512 Chinese characters', '\u4E2D'.repeat(512), '\u4E2D'.repeat(512)],
    ['20 lines', Array(20).fill('a').join('\n'), Array(20).fill('a').join('\n')],
    ['three marks on a letter', 'q\u0301\u0302\u0303', 'q\u0301\u0302\u0303'],
  ])('takes %s', (_what, typed, text) => {
    expect(clean(typed)).toEqual({ kind: 'clean', text });
  });

  it.each<readonly [string, string, string]>([
    ['NUL', 'a\0b', 'forbidden-character'],
    ['an escape sequence', '\u001b[31mred', 'forbidden-character'],
    ['BEL', 'a\u0007', 'forbidden-character'],
    ['DEL', 'a\u007fb', 'forbidden-character'],
    ['C1 controls', 'a\u0085b\u009b', 'forbidden-character'],
    ...[
      '\u202E',
      '\u202A',
      '\u202B',
      '\u202C',
      '\u202D',
      '\u2066',
      '\u2067',
      '\u2068',
      '\u2069',
      '\u200E',
      '\u200F',
      '\u061C',
    ].map(
      (mark) => [`direction mark U+${mark.codePointAt(0)?.toString(16)}`, `a${mark}b`, 'forbidden-character'] as const,
    ),
    ['a zero-width space', 'a\u200Bb', 'forbidden-character'],
    ['a joiner between Latin letters', 'a\u200Db', 'forbidden-character'],
    ['a non-joiner between Latin letters', 'a\u200Cb', 'forbidden-character'],
    ['a selector on a letter', 'a\uFE0F', 'forbidden-character'],
    ['a byte order mark', 'a\uFEFFb', 'forbidden-character'],
    ['a soft hyphen', 'a\u00ADb', 'forbidden-character'],
    ['Hangul filler', '\u3164', 'forbidden-character'],
    ['blank braille', '\u2800', 'forbidden-character'],
    ['a grapheme joiner', 'a\u034Fb', 'forbidden-character'],
    ['tag characters alone', 'a\u{E0061}', 'forbidden-character'],
    ['private use', '\uE000', 'forbidden-character'],
    ['unassigned', '\u{50000}', 'forbidden-character'],
    ['60 marks on a letter', `a${'\u0301'.repeat(60)}`, 'stacked-marks'],
    ['one character of 3000 code points', '\u{1F468}\u200D'.repeat(1500), 'forbidden-character'],
    ['an emoji chain of nine', Array(9).fill('\u{1F468}').join('\u200D'), 'forbidden-character'],
    ['a lone surrogate', 'a\ud800', 'malformed'],
    ['513 characters', 'x'.repeat(513), 'too-long'],
    ['512 emoji of four bytes', '\u{1F600}'.repeat(512), 'too-long'],
    ['a megabyte', 'x'.repeat(1 << 20), 'too-long'],
    ['21 lines', Array(21).fill('a').join('\n'), 'too-many-lines'],
    ['512 line feeds', '\n'.repeat(512), 'empty'],
    ['nothing', '', 'empty'],
    ['spaces', ' \t\u3000', 'empty'],
  ])('refuses %s', (_what, typed, rule) => {
    expect(clean(typed)).toEqual({ kind: 'refused', rule });
  });

  it('keeps its promises for any text, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), lively), (typed) => {
        const result = clean(typed);
        if (result.kind === 'refused') return;
        const { text } = result;
        expect(clean(text)).toEqual(result);
        expect(text).toBe(text.trim().normalize('NFC'));
        expect(countCharacters(text, 600)).toBeLessThanOrEqual(512);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limits.maxBytes);
        expect(text.split('\n').length).toBeLessThanOrEqual(20);
        expect(/[\p{Cs}\p{Co}\p{Cn}]|[^\P{Cc}\n]|\p{M}{4}|[\u202A-\u202E\u2066-\u2069]|\n{3}| {2}/u.test(text)).toBe(
          false,
        );
      }),
    );
  });

  it('takes no longer than a blink for the worst of 16 000 units', () => {
    const worst = ['\u200C\u0645', '\u0645\u0301\u200C', '\u094D\u200D', '\u{1F468}\u200D', ' \n', '\u3000', 'a\u0301'];
    for (const unit of worst) {
      const text = unit.repeat(Math.floor(16_000 / unit.length));
      expect(costMsOf(() => clean(text), 3)).toBeLessThan(1000);
    }
  });
});

/** Texts of the parts that the rules are about. */
const lively = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      'e\u0301',
      '\u0301',
      ' ',
      '\n',
      '\r\n',
      '\u3000',
      '\u200D',
      '\u200C',
      '\uFE0F',
      '\u{1F468}',
      '\u2764',
      '\u0645',
      '\u094D',
      '\u4E2D',
      '\u202E',
      '\u0344',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('hasRefusedCodePoint', () => {
  it('lets printable text of any language pass', () => {
    expect(['abc', 'Привет', '你好', 'שלום', 'مرحبا', 'नमस्ते', '😀', '«»—…'].some(hasRefusedCodePoint)).toBe(false);
  });
});
