/** A point in the box of a glyph: x from 0 (left) to about 1, y from 0 (top) to 1 (baseline). */
export type Point = readonly [x: number, y: number];

/** One movement of the pen: straight from point to point, or bent through all of them. */
export interface Stroke {
  readonly isCurve: boolean;
  readonly points: readonly Point[];
}

/** A letter or digit as pen strokes. */
export interface Glyph {
  /** In parts of the height. */
  readonly width: number;
  readonly strokes: readonly Stroke[];
}

const line = (...points: readonly Point[]): Stroke => ({ isCurve: false, points });
const curve = (...points: readonly Point[]): Stroke => ({ isCurve: true, points });

/**
 * Letters and digits that nobody takes for one another, however bent they are: no O, Q, D and 0, no I and 1, no S and 5, no B and 8, no G beside C, no V
 * beside U, no N beside M and W, no Z beside 2, and no F, P, 4 and 7, of which a line across makes E, R, A and T.
 */
const glyphs: Readonly<Record<string, Glyph>> = {
  A: { width: 0.78, strokes: [line([0, 1], [0.39, 0], [0.78, 1]), line([0.14, 0.66], [0.64, 0.66])] },
  C: {
    width: 0.74,
    strokes: [curve([0.74, 0.2], [0.45, 0], [0.1, 0.2], [0, 0.5], [0.1, 0.8], [0.45, 1], [0.74, 0.8])],
  },
  E: { width: 0.6, strokes: [line([0.6, 0], [0, 0], [0, 1], [0.6, 1]), line([0, 0.48], [0.5, 0.48])] },
  H: { width: 0.7, strokes: [line([0, 0], [0, 1]), line([0.7, 0], [0.7, 1]), line([0, 0.5], [0.7, 0.5])] },
  K: { width: 0.68, strokes: [line([0, 0], [0, 1]), line([0.66, 0], [0, 0.56]), line([0.22, 0.4], [0.68, 1])] },
  L: { width: 0.56, strokes: [line([0, 0], [0, 1], [0.56, 1])] },
  M: { width: 0.88, strokes: [line([0, 1], [0.06, 0], [0.44, 0.68], [0.82, 0], [0.88, 1])] },
  R: {
    width: 0.66,
    strokes: [
      line([0, 1], [0, 0]),
      curve([0, 0], [0.4, 0.01], [0.62, 0.14], [0.62, 0.36], [0.4, 0.51], [0, 0.52]),
      line([0.3, 0.52], [0.66, 1]),
    ],
  },
  T: { width: 0.72, strokes: [line([0, 0], [0.72, 0]), line([0.36, 0], [0.36, 1])] },
  U: { width: 0.7, strokes: [curve([0, 0], [0, 0.4], [0.04, 0.8], [0.35, 1], [0.66, 0.8], [0.7, 0.4], [0.7, 0])] },
  W: { width: 1, strokes: [line([0, 0], [0.26, 1], [0.5, 0.3], [0.74, 1], [1, 0])] },
  X: { width: 0.72, strokes: [line([0, 0], [0.72, 1]), line([0.72, 0], [0, 1])] },
  Y: { width: 0.74, strokes: [line([0, 0], [0.37, 0.5], [0.74, 0]), line([0.37, 0.5], [0.37, 1])] },
  '2': { width: 0.6, strokes: [curve([0, 0.2], [0.3, 0], [0.58, 0.18], [0.5, 0.5], [0, 1]), line([0, 1], [0.62, 1])] },
  '3': {
    width: 0.6,
    strokes: [
      curve([0, 0.12], [0.3, 0], [0.56, 0.14], [0.5, 0.38], [0.2, 0.47]),
      curve([0.2, 0.47], [0.54, 0.54], [0.6, 0.82], [0.32, 1], [0, 0.88]),
    ],
  },
};

/** Every character a picture may show. */
export const alphabet: string = Object.keys(glyphs).sort().join('');

/** The shape of a character of the alphabet; throws a RangeError for any other. */
export function glyphOf(character: string): Glyph {
  const glyph = glyphs[character];
  if (glyph === undefined) throw new RangeError('not a character of the alphabet');
  return glyph;
}

/** The points of a stroke, so close together that what is bent afterwards is bent evenly. */
export function pointsAlong({ isCurve, points }: Stroke): Point[] {
  const along: Point[] = [];
  for (let index = 0; index + 1 < points.length; index += 1) {
    const [from, to] = [pointAt(points, index), pointAt(points, index + 1)];
    const [before, after] = [pointAt(points, index - 1), pointAt(points, index + 2)];
    for (let step = 0; step < steps; step += 1) {
      along.push(isCurve ? bent(before, from, to, after, step / steps) : between(from, to, step / steps));
    }
  }
  along.push(pointAt(points, points.length - 1));
  return along;
}

const steps = 8;

/** The ends stand for what is beyond them. */
function pointAt(points: readonly Point[], index: number): Point {
  return points[Math.max(0, Math.min(points.length - 1, index))] ?? [0, 0];
}

function between(from: Point, to: Point, part: number): Point {
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

/** A Catmull-Rom spline, from the second point to the third. */
function bent(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const axis = (i: 0 | 1): number =>
    0.5 *
    (2 * b[i] +
      (c[i] - a[i]) * t +
      (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t ** 2 +
      (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t ** 3);
  return [axis(0), axis(1)];
}
