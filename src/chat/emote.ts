/** A picture of the operator's that stands in texts as `:code:`. */
export interface Emote {
  readonly code: string;
  /** Name of the file below `emotes/`: code, content hash, ending. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The emotes of the moment, by code. */
export type Emotes = ReadonlyMap<string, Emote>;
