import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { type QrCode, qrCode } from './qr-code.ts';
import { terminalQr } from './terminal-qr.ts';

const text = `http://${'a'.repeat(55)}d.onion/`;
const scale = 4;

/** What a camera reads of a picture of the code. */
function read(code: QrCode): string {
  const size = code.length * scale;
  const data = new Uint8Array(size * size * 4);
  for (let at = 0; at < size * size; at += 1) {
    const isDark = code[Math.floor(at / size / scale)]?.[Math.floor((at % size) / scale)];
    data.fill(isDark ? 0 : 255, at * 4, at * 4 + 3);
    data[at * 4 + 3] = 255;
  }
  return decodeQR({ width: size, height: size, data });
}

/** The modules that a terminal shows as dark. */
function seen(lines: readonly string[], isDark: (glyphIsInked: boolean) => boolean, width: number): boolean[][] {
  return lines.flatMap((line) => {
    const glyphs = line
      .padEnd(width)
      .split('')
      .map((glyph) => ' \u2580\u2584\u2588'.indexOf(glyph));
    return [1, 2].map((half) => glyphs.map((glyph) => isDark((glyph & half) !== 0)));
  });
}

describe('a QR code', () => {
  it('is read by another program as the address it was made of', () => {
    expect(read(qrCode(text))).toBe(text);
  });

  it('has light around it, four modules wide', () => {
    const code = qrCode(text);
    const edge = code.flatMap((row, y) => row.filter((_, x) => Math.min(x, y, row.length - 1 - x) < 4));
    expect(edge.some(Boolean)).toBe(false);
  });

  it('takes 1,000 bytes and no more', () => {
    expect(read(qrCode('x'.repeat(1000)))).toHaveLength(1000);
    expect(() => qrCode('x'.repeat(1001))).toThrow(RangeError);
  });

  it.each([
    ['light', (isInked: boolean) => isInked],
    ['dark', (isInked: boolean) => !isInked],
  ] as const)('reads the same from a terminal that is %s', (scheme, isDark) => {
    const code = qrCode(text);
    const shown = seen(terminalQr(code, scheme), isDark, code.length);
    expect(read(shown.slice(0, code.length))).toBe(text);
  });

  it('is black on white by its own colours wherever there are some, and ends them with each line', () => {
    const code = qrCode(text);
    const lines = terminalQr(code, 'colour');
    expect(lines.every((line) => line.startsWith('\u001b[38;5;16;48;5;231m') && line.endsWith('\u001b[0m'))).toBe(true);
    const bare = lines.map((line) => line.slice('\u001b[38;5;16;48;5;231m'.length, -'\u001b[0m'.length));
    expect(read(seen(bare, (isInked) => isInked, code.length).slice(0, code.length))).toBe(text);
  });
});
