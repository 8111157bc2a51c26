import { Canvas } from './canvas.ts';
import { alphabet, type Glyph, glyphOf, pointsAlong, type Point } from './glyphs.ts';
import { encodePng, type Rgb } from './png.ts';

/** A picture of characters, and which ones they are. */
export interface CaptchaPicture {
  /** In upper case. */
  readonly answer: string;
  readonly png: Buffer;
}

/** In [0, 1). */
export type Random = () => number;

/** Pixels of every picture. */
export const pictureSize = { width: 160, height: 56 } as const;
/** Characters in every picture. */
export const answerLength = 5;

/** A card of its own between the light and the dark theme, readable on both: contrast of ink and paper is above 9:1. */
const paper: Rgb = [206, 204, 218];
const ink: Rgb = [30, 27, 42];
const shades = 16;
const palette = Array.from({ length: shades }, (_, index) => mixed(index / (shades - 1)));

/** Draws a picture of random characters: bent, turned, touching each other, with lines of the same ink across. */
export function drawPicture(random: Random): CaptchaPicture {
  const answer = Array.from({ length: answerLength }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  const canvas = new Canvas(pictureSize.width, pictureSize.height);
  const warp = randomWarp(random);
  for (const { glyph, place } of setType(answer, random)) {
    const penWidth = within(random, 3, 3.8);
    for (const stroke of glyph.strokes) canvas.draw(pointsAlong(stroke).map(place).map(warp), penWidth);
  }
  for (const [points, penWidth] of noise(random)) canvas.draw(points, penWidth);
  return { answer, png: encodePng(pictureSize.width, canvas.shades(shades), palette) };
}

interface SetGlyph {
  readonly glyph: Glyph;
  /** From the box of the glyph to pixels. */
  place(point: Point): Point;
}

/** Sets the characters side by side, each of its own size, slant and turn, so close that they touch now and then, the whole in the middle. */
function setType(answer: string, random: Random): SetGlyph[] {
  const drafts = answer.split('').map((character) => ({
    glyph: glyphOf(character),
    height: within(random, 26, 31),
    turn: within(random, -0.2, 0.2),
    slant: within(random, -0.18, 0.18),
    rise: within(random, -4, 4),
    gap: within(random, 3, 7),
  }));
  const total = drafts.reduce((sum, { glyph, height, gap }) => sum + glyph.width * height + gap, 0);
  // Wide characters are set narrower, so that five of any kind fit.
  const narrow = Math.min(1, (pictureSize.width - 14) / total);
  let left = (pictureSize.width - total * narrow) / 2;
  return drafts.map(({ glyph, height, turn, slant, rise, gap }) => {
    const middleX = left + (glyph.width * height * narrow) / 2;
    const middleY = pictureSize.height / 2 + rise;
    left += (glyph.width * height + gap) * narrow;
    const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
    return {
      glyph,
      place: ([x, y]) => {
        const down = (y - 0.5) * height;
        const across = (x - glyph.width / 2) * height * narrow - down * slant;
        return [middleX + across * cosine - down * sine, middleY + across * sine + down * cosine];
      },
    };
  });
}

/** Bends the whole sheet in two slow waves. */
function randomWarp(random: Random): (point: Point) => Point {
  const wave = (height: number): ((at: number) => number) => {
    const length = within(random, 45, 80);
    const phase = within(random, 0, 2 * Math.PI);
    const depth = within(random, height / 2, height);
    return (at) => depth * Math.sin((at / length) * 2 * Math.PI + phase);
  };
  const [up, aside] = [wave(4), wave(2.4)];
  return ([x, y]) => [x + aside(y), y + up(x)];
}

/** Lines from edge to edge, thinner than the pen of the characters, and a few scratches. */
function* noise(random: Random): Generator<[points: Point[], penWidth: number]> {
  for (let count = 0; count < 3; count += 1) {
    const [from, to] = [within(random, 6, 50), within(random, 6, 50)];
    const depth = within(random, 3, 8);
    const length = within(random, 60, 120);
    const phase = within(random, 0, 2 * Math.PI);
    const points: Point[] = [];
    for (let x = -2; x <= pictureSize.width + 2; x += 4) {
      const straight = from + ((to - from) * x) / pictureSize.width;
      points.push([x, straight + depth * Math.sin((x / length) * 2 * Math.PI + phase)]);
    }
    yield [points, within(random, 1.1, 1.6)];
  }
  for (let count = 0; count < 14; count += 1) {
    const [x, y] = [within(random, 2, pictureSize.width - 2), within(random, 2, pictureSize.height - 2)];
    const [turn, length] = [within(random, 0, 2 * Math.PI), within(random, 0, 6)];
    yield [
      [
        [x, y],
        [x + length * Math.cos(turn), y + length * Math.sin(turn)],
      ],
      within(random, 1, 1.8),
    ];
  }
}

function within(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}

function mixed(part: number): Rgb {
  const at = (index: 0 | 1 | 2): number => Math.round(paper[index] + (ink[index] - paper[index]) * part);
  return [at(0), at(1), at(2)];
}
