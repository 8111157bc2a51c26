/** A staff mark; a structure of its own beside the name, which no name or text can imitate. */
export type Capcode = 'broadcaster' | 'moderator';

/** Who speaks, as everybody sees it. */
export interface Author {
  readonly name: string;
  /** Set when the name is the default one: three letters or digits that tell nameless people apart. */
  readonly tag?: string;
  /** Index into the palette (`identity/colour.ts`); colours are never text from a user. */
  readonly colour: number;
  readonly capcode?: Capcode;
}

/** One message of the room, as stored and shown. */
export interface Message {
  /** Grows by one per message; never reused. */
  readonly id: number;
  /** Unix milliseconds; shown to the minute, in UTC. */
  readonly atMs: number;
  readonly author: Author;
  /** Clean text (see `message-text.ts`): NFC, LF between lines. */
  readonly text: string;
}
