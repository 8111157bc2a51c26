import { encodePng } from '../captcha/png.ts';
import { qrCode } from '../qr/qr-code.ts';

/** How many pixels a module is wide. */
const scale = 4;

/** A QR code as a PNG, black on white: Tor Browser shows that at every level of security, which it does not do with SVG. */
export function qrPicture(text: string): Buffer {
  const code = qrCode(text);
  const rows = code.flatMap((row) => {
    const line = row.flatMap((isDark) => Array.from({ length: scale }, () => (isDark ? 1 : 0)));
    return Array.from({ length: scale }, () => line).flat();
  });
  const paper = [
    [255, 255, 255],
    [0, 0, 0],
  ] as const;
  return encodePng(code.length * scale, Uint8Array.from(rows), paper);
}
