import type { SnapshotText } from './snapshot-text.ts';

/** Of the narrow page (390 px): what a line of the information is wide, letters of the title and of what stands beside it, and the light, the time and their gaps, all in px. */
const line = { width: 336, titleLetter: 9, smallLetter: 7.5, light: 30, uptime: 64 };
/** The style sheet cuts the title after so many lines of its own. */
const maxTitleLines = 2;

/** How many lines the information takes in the narrow page without script beyond the one that it always has, and whether something of the title is cut off there; estimates. */
export interface TitleRoom {
  readonly lines: number;
  readonly isCut: boolean;
}

/** The frame of the player cannot grow with what is in it: the page keeps room for a title that does not fit beside the state, and for a state in many words. */
export function titleRoom({
  title,
  sentence,
  viewers,
  uptimeSeconds,
}: Pick<SnapshotText, 'title' | 'sentence' | 'viewers' | 'uptimeSeconds'>): TitleRoom {
  const width = columns(title) * line.titleLetter;
  const beside =
    columns(`${sentence}${viewers}`) * line.smallLetter + line.light + (uptimeSeconds === undefined ? 0 : line.uptime);
  if (width + beside <= line.width) return { lines: 0, isCut: false };
  const needed = Math.ceil(width / line.width);
  return {
    lines: Math.min(maxTitleLines, needed) + (beside > line.width ? 1 : 0),
    isCut: needed > maxTitleLines,
  };
}

/** Letters of East Asia, and pictures, are as wide as two; Latin and Greek ones with marks, dashes and quotation marks are not. */
function columns(text: string): number {
  let sum = 0;
  for (const letter of text) sum += letter >= '\u1100' && !/[\u1e00-\u20cf]/u.test(letter) ? 2 : 1;
  return sum;
}
