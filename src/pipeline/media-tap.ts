import type { Piece, RenditionInit } from '../mp4/piece.ts';

/** Who gets all that is broadcast, as it is sent; test cards are no broadcast. A `Recorder`. */
export interface MediaTap {
  /** A run declares this rendition; its first keyframe follows. */
  begin(rendition: string, init: RenditionInit): void;
  push(rendition: string, piece: Piece): void;
  /** The broadcast is over. */
  finish(): void;
}
