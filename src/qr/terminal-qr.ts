import type { QrCode } from './qr-code.ts';

/**
 * How a terminal shows a QR code. colour: black on white by colours of its own, right on every terminal that has some.
 * dark: for light text on a dark background. light: for dark text on a light one.
 */
export type QrScheme = 'colour' | 'dark' | 'light';

/** Of two modules, one above the other, by which of them are inked: none, the upper, the lower, both. */
const halves = [' ', '\u2580', '\u2584', '\u2588'] as const;

/** Lines of text, each two rows of modules high, so that what is drawn is square. */
export function terminalQr(code: QrCode, scheme: QrScheme): string[] {
  // A light glyph on a dark terminal is what paper is in print.
  const isInked = (isDark: boolean): boolean => isDark === (scheme !== 'dark');
  const lines: string[] = [];
  for (let top = 0; top < code.length; top += 2) {
    const width = code[top]?.length ?? 0;
    const glyphs = Array.from({ length: width }, (_, x) => {
      const [upper, lower] = [code[top]?.[x] ?? false, code[top + 1]?.[x] ?? false];
      return halves[(isInked(upper) ? 1 : 0) + (isInked(lower) ? 2 : 0)];
    });
    const line = glyphs.join('');
    lines.push(scheme === 'colour' ? `\u001b[38;5;16;48;5;231m${line}\u001b[0m` : line.trimEnd());
  }
  return lines;
}
