import { describe, expect, it } from 'vitest';
import { checkLadder, defaultLadder, fitLadder, knownRungs, renditionBitsPerSecond, rungOf } from './ladder.ts';

const rung = { name: '360p', height: 360, maxWidth: 640, bitsPerSecond: 300_000 };

describe('ladder', () => {
  it('is 360p and 240p by default', () => {
    expect(defaultLadder.map(({ name, bitsPerSecond }) => [name, bitsPerSecond])).toEqual([
      ['360p', 300_000],
      ['240p', 150_000],
    ]);
  });

  it('accepts all known rungs', () => {
    expect(() => checkLadder(knownRungs)).not.toThrow();
  });

  it('knows rungs by their height, and makes others wide', () => {
    expect(rungOf({ height: 480 })).toBe(knownRungs[2]);
    expect(rungOf({ height: 480, bitsPerSecond: 500_000 })).toEqual({ ...knownRungs[2], bitsPerSecond: 500_000 });
    const own = { name: '540p', height: 540, maxWidth: 960, bitsPerSecond: 900_000 };
    expect(rungOf({ height: 540, bitsPerSecond: 900_000 })).toEqual(own);
    expect(() => checkLadder([rungOf({ height: 2160 }), rungOf({ height: 96 })])).not.toThrow();
  });

  it.each([
    [[], 'A ladder has 1 to 8 renditions, not 0.'],
    [Array.from({ length: 9 }, (_, index) => ({ ...rung, name: `r${index}` })), 'not 9'],
    [[rung, rung], 'is there twice'],
    [[{ ...rung, name: 'audio' }], 'has the name of the sound'],
    [[{ ...rung, name: '../x' }], 'needs a name'],
    [[{ ...rung, height: 361 }], 'needs even sizes'],
    [[{ ...rung, maxWidth: 0 }], 'needs even sizes'],
    [[{ ...rung, height: 4322 }], 'needs even sizes'],
    [[{ ...rung, bitsPerSecond: 15_999 }], 'needs a rate'],
    [[{ ...rung, bitsPerSecond: 20_000_001 }], 'needs a rate'],
    [[{ ...rung, bitsPerSecond: Number.NaN }], 'needs a rate'],
  ])('refuses an unusable ladder %#', (ladder, message) => {
    expect(() => checkLadder(ladder)).toThrow(message);
  });

  it('counts sound and boxes in what a viewer needs', () => {
    expect(renditionBitsPerSecond(rung, 48_000)).toBe(366_000);
  });
});

describe('a ladder for a picture', () => {
  const fitted = (width: number, height: number) =>
    fitLadder(knownRungs, { width, height }).map(({ name, bitsPerSecond }) => `${name} ${bitsPerSecond / 1000}`);
  const all = ['720p 1200', '480p 600', '360p 300', '240p 150'];

  it('of 720 lines or more, or of unknown size, has all rungs, the largest first', () => {
    expect(fitted(1280, 720)).toEqual(all);
    expect(fitted(1920, 1088)).toEqual(all);
    expect(fitLadder(knownRungs, undefined).map(({ name }) => name)).toEqual(['720p', '480p', '360p', '240p']);
    expect(fitted(0, 0)).toEqual(all);
  });

  it('has none that is larger than the picture', () => {
    expect(fitted(640, 360)).toEqual(['360p 300', '240p 150']);
    expect(fitted(640, 368)).toEqual(['360p 300', '240p 150']);
    expect(fitted(426, 240)).toEqual(['240p 150']);
    expect(fitted(864, 480)).toEqual(['480p 600', '360p 300', '240p 150']);
  });

  it('keeps one more at the size of the picture if the rung below would lose much of it, for fewer bits', () => {
    expect(fitted(1024, 576)).toEqual(['720p 768', '480p 600', '360p 300', '240p 150']);
    expect(fitted(896, 504)).toEqual(['480p 600', '360p 300', '240p 150']);
    expect(fitted(608, 352)).toEqual(['360p 287', '240p 150']);
  });

  it('has one rung for a picture smaller than all, with no fewer bits than an encoder takes', () => {
    expect(fitted(320, 180)).toEqual(['240p 85']);
    expect(fitted(2, 2)).toEqual(['240p 16']);
  });

  it('fits upright and very wide pictures by the side that is full', () => {
    expect(fitted(720, 1280)).toEqual(all);
    expect(fitted(360, 640)).toEqual(['720p 948', '480p 600', '360p 300', '240p 150']);
    expect(fitted(1280, 300)).toEqual(all);
  });
});
