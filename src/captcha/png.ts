import { crc32, deflateSync } from 'node:zlib';

/** A colour of the palette: red, green, blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * An image of 16 colours as a PNG (W3C PNG, third edition) with the critical chunks and nothing else: no text, no time, no name of a program.
 * `pixels` are indexes into the palette, row by row; the width must be even. Throws a RangeError if they do not fit together.
 */
export function encodePng(width: number, pixels: Uint8Array, palette: readonly Rgb[]): Buffer {
  const height = pixels.length / width;
  if (palette.length > 16 || width % 2 !== 0 || !Number.isInteger(height)) throw new RangeError('not such an image');
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Four bits a pixel, indexed colour.
  header.set([4, 3], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(packed(width, pixels), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Rows of two pixels a byte, each behind the number of its filter: none. */
function packed(width: number, pixels: Uint8Array): Buffer {
  const rowBytes = 1 + width / 2;
  const rows = Buffer.alloc(rowBytes * (pixels.length / width));
  for (let at = 0; at < pixels.length; at += 2) {
    const row = Math.floor(at / width);
    rows[row * rowBytes + 1 + (at % width) / 2] = ((pixels[at] ?? 0) << 4) | (pixels[at + 1] ?? 0);
  }
  return rows;
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
