import { Option } from 'commander';
import type { QrScheme } from '../qr/terminal-qr.ts';

/** What `--qr` takes. */
export type QrWish = QrScheme | 'off';

/** How codes for a phone are drawn. */
export function qrOption(): Option {
  const how = ['colour', 'dark', 'light', 'off'];
  return new Option('--qr <how>', 'as QR codes: colour, dark or light as your terminal is, or off').choices(how);
}

/** How they are drawn if nothing was said: where it is not a person who reads, a picture is in the way. */
export function usualQr({ stdout, env }: Pick<NodeJS.Process, 'stdout' | 'env'>): QrWish {
  if (!stdout.isTTY) return 'off';
  return env['NO_COLOR'] ? 'dark' : 'colour';
}
