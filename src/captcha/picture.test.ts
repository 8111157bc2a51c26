import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphabet, glyphOf } from './glyphs.ts';
import { answerLength, drawPicture, pictureSize } from './picture.ts';
import { encodePng } from './png.ts';

/** A random source that is the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function chunksOf(png: Buffer): string[] {
  const names: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) names.push(png.toString('latin1', at + 4, at + 8));
  return names;
}

/** Grey pixels, decoded by FFmpeg; throws if it finds anything wrong. */
function decode(png: Buffer): Buffer {
  return execFileSync(
    'ffmpeg',
    ['-v', 'error', '-err_detect', 'explode', '-f', 'png_pipe', '-i', '-', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
    { input: png },
  );
}

describe('a picture', () => {
  it('is a PNG of a few kilobytes with no chunk that could tell anything, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { answer, png } = drawPicture(seeded(seed));
        expect(chunksOf(png)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
        expect(png.length).toBeLessThan(4096);
        expect(answer.split('').every((character) => alphabet.includes(character))).toBe(true);
        expect(answer).toHaveLength(answerLength);
        expect(png.toString('latin1').toUpperCase()).not.toContain(answer);
      }),
      { numRuns: 60 },
    );
  });

  it('is decoded by another program to dark characters on a light card', () => {
    for (const seed of [1, 2, 3]) {
      const pixels = decode(drawPicture(seeded(seed)).png);
      expect(pixels).toHaveLength(pictureSize.width * pictureSize.height);
      const dark = pixels.filter((pixel) => pixel < 80).length / pixels.length;
      expect(dark).toBeGreaterThan(0.08);
      expect(dark).toBeLessThan(0.4);
    }
  });

  it('is the same for the same randomness and another one for other randomness', () => {
    expect(drawPicture(seeded(7))).toEqual(drawPicture(seeded(7)));
    expect(drawPicture(seeded(7)).png.equals(drawPicture(seeded(8)).png)).toBe(false);
  });

  it('leaves room between its characters and its edges, even for the widest ones', () => {
    const indexOfW = (alphabet.indexOf('W') + 0.5) / alphabet.length;
    let drawn = 0;
    const wide = drawPicture(() => {
      drawn += 1;
      return drawn <= answerLength ? indexOfW : 0.5;
    });
    expect(wide.answer).toBe('WWWWW');
    const pixels = decode(wide.png);
    const edge = [...pixels].filter((_pixel, at) => at % pictureSize.width < 2);
    expect(edge.filter((pixel) => pixel < 80).length).toBeLessThan(20);
  });
});

describe('the alphabet', () => {
  it('holds no two characters that are taken for one another, and a shape for each', () => {
    expect(alphabet).toMatch(/^[A-Z0-9]{15}$/);
    for (const group of ['O0QD', 'I1', '5S', '2Z', '8B3', 'CG', 'UV', 'EF', 'RP', 'A4', 'T7', 'MNW']) {
      expect(group.split('').filter((character) => alphabet.includes(character)).length).toBeLessThanOrEqual(
        group === 'MNW' ? 2 : 1,
      );
    }
    for (const character of alphabet) expect(glyphOf(character).strokes.length).toBeGreaterThan(0);
    expect(() => glyphOf('O')).toThrow(RangeError);
  });
});

describe('encodePng', () => {
  it('refuses what is no image of sixteen colours', () => {
    const black = Array.from({ length: 17 }, () => [0, 0, 0] as const);
    expect(() => encodePng(2, new Uint8Array(2), black)).toThrow(RangeError);
    expect(() => encodePng(3, new Uint8Array(6), black.slice(0, 2))).toThrow(RangeError);
    expect(() => encodePng(4, new Uint8Array(6), black.slice(0, 2))).toThrow(RangeError);
  });
});
