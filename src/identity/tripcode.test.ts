import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { palette } from './colour.ts';
import {
  classicTripcode,
  maxTripcodePasswordBytes,
  secureTripcode,
  tripcodeColour,
  tripcodeProblem,
} from './tripcode.ts';

const secret = Buffer.alloc(32, 7);
const codeOf = async (password: string): Promise<string> => (await secureTripcode(password, secret)).code;

describe('secureTripcode', () => {
  /** People are known by these. If this test fails, the change is wrong, never the expectation. */
  it.each([
    ['correct horse', 't0jtvwg6f7'],
    ['tea', 'nbvsb890z5'],
    ['caf\u00e9', '7tb3cdzys4'],
    ['cafe\u0301', '7tb3cdzys4'],
    ['🧅🧅', '0d845573a8'],
    ['x'.repeat(1024), 'fpj8ag9a2q'],
  ])('is what it has always been for %j', async (password, code) => {
    expect(await secureTripcode(password, secret)).toEqual({ code, isWeak: false });
  });

  it('is another one with another secret, and with another letter', async () => {
    expect((await secureTripcode('tea', Buffer.alloc(32, 8))).code).not.toBe('nbvsb890z5');
    expect(await codeOf('Tea')).not.toBe('nbvsb890z5');
  });

  it('is the same for the same password, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 20 }), async (password) => {
        const code = await codeOf(password);
        expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{10}$/);
        expect(await codeOf(password.normalize('NFD'))).toBe(code);
      }),
      { numRuns: 4 },
    );
  });
});

describe('classicTripcode', () => {
  it.each([
    ['tea', 'WokonZwxw2'],
    ['test', '.CzKQna1OU'],
    ['istrip', '/WG5qp963c'],
    ['a', 'ZnBI2EKkq.'],
    ['<b>"', '8G2vVVVIHU'],
    ['~!@#', 'yue6TPswbk'],
    ['日本', 'qESf.2kPeU'],
    ['ﾃｽﾄ', 'kDK4STUJ8A'],
    ['★', 'rcTx115mSE'],
    ['あいうえおか', 'AU/OjWxByc'],
    ['é', 'FgjhJKoYRU'],
    ['🧅', 'QNkaXPsDC.'],
  ])('gives %j the code it has elsewhere', (password, code) => {
    expect(classicTripcode(password)).toEqual({ code, isWeak: true });
  });
});

describe('tripcodeProblem', () => {
  it.each(['', 'tea', '🧅', ' spaces ', 'x'.repeat(maxTripcodePasswordBytes), '🧅'.repeat(256)])(
    'takes %j',
    (password) => {
      expect(tripcodeProblem(password)).toBeUndefined();
    },
  );

  it.each([
    ['a\u0000b', 'tripcode-malformed'],
    ['a\nb', 'tripcode-malformed'],
    ['\ud800', 'tripcode-malformed'],
    ['x'.repeat(maxTripcodePasswordBytes + 1), 'tripcode-too-long'],
    [`${'🧅'.repeat(256)}x`, 'tripcode-too-long'],
    ['x'.repeat(1_000_000), 'tripcode-too-long'],
  ])('refuses %j', (password, rule) => {
    expect(tripcodeProblem(password)).toBe(rule);
  });
});

describe('tripcodeColour', () => {
  it('stays in the palette and uses all of it', () => {
    const seen = new Set(Array.from({ length: 500 }, (_, n) => tripcodeColour(`code${n}`)));
    expect([...seen].sort((a, b) => a - b)).toEqual(palette.map((_, index) => index));
    // Pinned, since people are recognised by it too.
    expect(['nbvsb890z5', 'WokonZwxw2'].map(tripcodeColour)).toEqual([11, 7]);
  });
});
