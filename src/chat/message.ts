/** A staff mark; a structure of its own beside the name, which no name or text can imitate. */
export type Capcode = 'broadcaster' | 'moderator';

/** The shown part of a tripcode: proves that two messages come from whoever knows one password. */
export interface TripcodeMark {
  readonly code: string;
  /** The classic, 2ch-compatible kind, which can be guessed by brute force. */
  readonly isWeak: boolean;
}

/** Who speaks, as everybody sees it. */
export interface Author {
  readonly name: string;
  /** Set when the name is the default one: three letters or digits that tell nameless people apart. */
  readonly tag?: string;
  /** Index into the palette (`identity/colour.ts`); colours are never text from a user. */
  readonly colour: number;
  readonly capcode?: Capcode;
  readonly tripcode?: TripcodeMark;
}

/** What a reply answers: enough to be understood when the message itself is out of view. */
export interface Quote {
  readonly messageId: number;
  readonly name: string;
  /** Beginning of the message in one line; empty once the message has been removed. */
  readonly text: string;
  /** The message has been removed since: nothing of it may be shown. */
  readonly isRemoved?: true;
}

/** How a poll ended. What is said of it depends on who reads. */
export interface PollResult {
  readonly question: string;
  readonly options: readonly string[];
  /** Votes by option. */
  readonly votes: readonly number[];
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
  readonly quote?: Quote;
  /** People the text names, as they wrote their names at that time; absent if there are none. */
  readonly mentions?: readonly string[];
  /** Said by the house to everybody, set apart from the talk. */
  readonly isAnnouncement?: true;
  /** What is announced is how a poll ended: rows say it in the language of their readers, `text` in that of the house. */
  readonly pollResult?: PollResult;
}

/** What is said, before it has its place in the talk. */
export type MessageDraft = Omit<Message, 'id' | 'atMs'>;
