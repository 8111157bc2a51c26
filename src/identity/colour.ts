/** One colour of names on a dark and on a light page. */
export interface PaletteColour {
  readonly dark: string;
  readonly light: string;
}

/**
 * The colours of names, in the order of the colour circle. Viewers choose an index, never a value, so no text of theirs reaches a style sheet.
 * Each has a contrast of at least 4.5 (WCAG 2.2, 1.4.3) on the backgrounds of both themes, from #18181b to #26262c and from #ffffff to #f2f2f5.
 */
export const palette: readonly PaletteColour[] = [
  { dark: '#fd7277', light: '#c11435' },
  { dark: '#ffad8d', light: '#863001' },
  { dark: '#e78c08', light: '#965802' },
  { dark: '#e8bf57', light: '#644c00' },
  { dark: '#abac07', light: '#6d6e04' },
  { dark: '#a4d67c', light: '#345d01' },
  { dark: '#22c373', light: '#027e47' },
  { dark: '#4ddfc3', light: '#045d4f' },
  { dark: '#04bbc3', light: '#02787d' },
  { dark: '#53d6ff', light: '#05596f' },
  { dark: '#3cacff', light: '#036eae' },
  { dark: '#abc3fe', light: '#223cbb' },
  { dark: '#a491ff', light: '#6d48d1' },
  { dark: '#e0acff', light: '#74149b' },
  { dark: '#e377ce', light: '#a82795' },
  { dark: '#fea6c4', light: '#920250' },
];

/** How many of the last speakers the automatic choice keeps apart from. */
const neighbours = 4;

/** The index a form's value stands for; undefined if it stands for none. */
export function parseColour(value: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]?)$/.test(value)) return undefined;
  const index = Number(value);
  return index < palette.length ? index : undefined;
}

/**
 * Chooses a colour for somebody new: one that is rare among the recent ones and, of these, far on the colour circle from the last few.
 * `recent` are indexes, the newest last; `random` is in [0, 1).
 */
export function chooseColour(recent: readonly number[], random: number): number {
  const uses = palette.map((_, index) => recent.filter((used) => used === index).length);
  const fewest = Math.min(...uses);
  const last = recent.slice(-neighbours);
  const ranked = palette
    .map((_, index) => ({ index, gap: Math.min(palette.length, ...last.map((used) => distance(index, used))) }))
    .filter(({ index }) => uses[index] === fewest);
  const widest = Math.max(...ranked.map(({ gap }) => gap));
  const best = ranked.filter(({ gap }) => gap === widest);
  return best[Math.min(best.length - 1, Math.floor(random * best.length))]?.index ?? 0;
}

function distance(a: number, b: number): number {
  const apart = Math.abs(a - b);
  return Math.min(apart, palette.length - apart);
}
