import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseColour, palette, parseColour } from './colour.ts';
import { contrast } from './contrast.fixture.ts';

describe('palette', () => {
  it('has a contrast of 4.5 or more on every background of both themes', () => {
    for (const { dark, light } of palette) {
      for (const ground of ['#18181b', '#1f1f23', '#26262c'])
        expect(contrast(dark, ground)).toBeGreaterThanOrEqual(4.5);
      for (const ground of ['#ffffff', '#f7f7f8', '#f2f2f5'])
        expect(contrast(light, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('repeats no colour', () => {
    expect(new Set(palette.flatMap(({ dark, light }) => [dark, light])).size).toBe(2 * palette.length);
  });
});

describe('parseColour', () => {
  it('takes the indexes of the palette', () => {
    expect(palette.map((_, index) => parseColour(String(index)))).toEqual(palette.map((_, index) => index));
  });

  it.each([
    'red',
    '#fff',
    '#ffffff\n',
    '#ffffff;}',
    'url(//evil)',
    '999',
    '16',
    '-1',
    '01',
    '1.0',
    '1e0',
    ' 1',
    '1\n',
    '',
    '٣',
  ])('refuses %j', (value) => {
    expect(parseColour(value)).toBeUndefined();
  });
});

describe('chooseColour', () => {
  it('gives the first sixteen speakers sixteen colours', () => {
    const recent: number[] = [];
    for (let speaker = 0; speaker < palette.length; speaker += 1) recent.push(chooseColour(recent, 0.5));
    expect(new Set(recent).size).toBe(palette.length);
  });

  it('begins on the other side of the colour circle', () => {
    expect(chooseColour([3], 0)).toBe(11);
  });

  it('is always an index of the palette, and never the last one again', () => {
    const index = fc.nat({ max: palette.length - 1 });
    fc.assert(
      fc.property(
        fc.array(index, { maxLength: 300 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (recent, random) => {
          const chosen = chooseColour(recent, random);
          expect(palette[chosen]).toBeDefined();
          if (new Set(recent).size < palette.length) expect(recent).not.toContain(chosen);
        },
      ),
    );
  });
});
