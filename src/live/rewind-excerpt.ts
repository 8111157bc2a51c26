import { chunkPayload } from './chunked.ts';
import type { RewindWindow } from './rewind-window.ts';

/** A stretch of a rendition that plays by itself. */
export interface Excerpt {
  /** ftyp + moov. */
  readonly init: Buffer;
  /** Whole fragments; the first one is a starting point. */
  readonly fragments: readonly Buffer[];
}

/** The last so many seconds, from a starting point on, and of one init segment: shorter where less is there. Undefined where there is nothing. */
export function lastSeconds(window: RewindWindow, seconds: number): Excerpt | undefined {
  const { liveSeconds } = window;
  let number = liveSeconds === undefined ? undefined : window.startAt(liveSeconds - seconds);
  let head: Buffer | undefined;
  let fragments: Buffer[] = [];
  while (number !== undefined) {
    const piece = window.at(number);
    if (piece === undefined || piece === 'gone') break;
    if (piece.head !== head) {
      head = piece.head;
      fragments = [];
    }
    if (fragments.length > 0 || piece.keyframe) fragments.push(chunkPayload(piece.framed));
    number += 1;
  }
  return head === undefined || fragments.length === 0 ? undefined : { init: chunkPayload(head), fragments };
}
