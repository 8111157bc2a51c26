import type { Point } from './glyphs.ts';

/** A sheet of paper on which a round pen draws in one colour. Each pixel knows how much of it is ink, 0 to 1. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #ink: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#ink = new Float32Array(width * height);
  }

  /** Draws through the points with a pen of this width, both in pixels. What lies outside is cut off. */
  draw(points: readonly Point[], penWidth: number): void {
    for (let index = 0; index + 1 < points.length; index += 1) {
      const [from, to] = [points[index], points[index + 1]];
      if (from !== undefined && to !== undefined) this.#segment(from, to, penWidth / 2);
    }
  }

  /** The paper in so many shades, row by row: 0 is paper, `shades - 1` is ink. */
  shades(shades: number): Uint8Array {
    return Uint8Array.from(this.#ink, (ink) => Math.round(ink * (shades - 1)));
  }

  #segment(from: Point, to: Point, radius: number): void {
    const reach = radius + 1;
    const left = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach));
    const right = Math.min(this.width - 1, Math.ceil(Math.max(from[0], to[0]) + reach));
    const top = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
    for (let y = top; y <= bottom; y += 1) {
      for (let x = left; x <= right; x += 1) {
        // The edge is as soft as one pixel is wide.
        const ink = Math.min(1, radius + 0.5 - distance([x + 0.5, y + 0.5], from, to));
        const at = y * this.width + x;
        if (ink > (this.#ink[at] ?? 0)) this.#ink[at] = ink;
      }
    }
  }
}

/** From a point to the nearest one of a segment. */
function distance([x, y]: Point, [fromX, fromY]: Point, [toX, toY]: Point): number {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / length));
  return Math.hypot(x - fromX - part * dx, y - fromY - part * dy);
}
