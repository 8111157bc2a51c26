import { inflateSync } from 'node:zlib';
import decodeQR from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrPicture } from './qr-picture.ts';

/** What a camera reads of a PNG of two colours, four bits a pixel. */
function read(png: Buffer): string {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const at = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const pair = rows[y * (1 + width / 2) + 1 + Math.floor(x / 2)] ?? 0;
    if (((x % 2 === 0 ? pair >> 4 : pair) & 1) === 1) data.fill(0, pixel * 4, pixel * 4 + 3);
  }
  return decodeQR({ width, height, data });
}

it('is read by a phone as the address it was made of', () => {
  const address = `http://${'b'.repeat(56)}.onion/`;
  expect(read(qrPicture(address))).toBe(address);
});
