import { palette } from '../identity/colour.ts';

/** One class for each colour of names, for the dark and the light theme; the build puts it into the style sheet. */
export function renderPaletteCss(): string {
  return palette.map(({ dark, light }, index) => `.c${index}{--name:light-dark(${light},${dark})}`).join('\n');
}
