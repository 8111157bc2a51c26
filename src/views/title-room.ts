import type { SnapshotText } from './snapshot-text.ts';

/** Of the narrow page (390 px): what a line of the information is wide, and letters of the title and of what stands beside it, all in px. */
const line = { width: 336, titleLetter: 9, smallLetter: 7.5, between: 56 };
/** The style sheet cuts the title after so many lines of its own. */
const maxTitleLines = 2;

/** How many lines of its own a title takes in the narrow page without script, and whether something of it is cut off there; estimates. */
export interface TitleRoom {
  readonly lines: number;
  readonly isCut: boolean;
}

/** The frame of the player cannot grow with what is in it: the page keeps room for the title. `lines` is 0 where it shares one with the state. */
export function titleRoom({
  title,
  sentence,
  viewers,
}: Pick<SnapshotText, 'title' | 'sentence' | 'viewers'>): TitleRoom {
  const width = columns(title) * line.titleLetter;
  const beside = columns(`${sentence}${viewers}0:00:00`) * line.smallLetter + line.between;
  const needed = Math.ceil(width / line.width);
  return {
    lines: width + beside <= line.width ? 0 : Math.min(maxTitleLines, needed),
    isCut: needed > maxTitleLines,
  };
}

/** Letters of East Asia are as wide as two. */
function columns(text: string): number {
  let sum = 0;
  for (const letter of text) sum += letter >= '\u1100' ? 2 : 1;
  return sum;
}
