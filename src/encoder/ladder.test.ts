import { describe, expect, it } from 'vitest';
import { checkLadder, defaultLadder, knownRungs, renditionBitsPerSecond, rungsNamed } from './ladder.ts';

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

  it('keeps the order of names', () => {
    expect(rungsNamed(['240p', '720p']).map((found) => found.height)).toEqual([240, 720]);
  });

  it('names the known rungs when asked for another', () => {
    expect(() => rungsNamed(['1080p'])).toThrow('There is no rendition "1080p". Known ones: 240p, 360p, 480p, 720p.');
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
