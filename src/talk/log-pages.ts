import type { Message } from '../chat/message.ts';
import type { Removal } from '../chat/readers.ts';
import type { PostedMessage, Room } from '../chat/room.ts';
import { foldForSearch, searchWords } from '../chat/search.ts';

/** What somebody wants to see of the log. */
export interface LogWish {
  /** Only older messages than this one. */
  readonly beforeId?: number;
  /** Words to look for, as typed; empty for everything. */
  readonly search: string;
  /** Staff see what is hidden, marked. */
  readonly isStaff: boolean;
}

export interface LogPage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  /** Why a message of the page is hidden; for staff alone. */
  removalOf(messageId: number): Removal | undefined;
}

/** The part of the disk's log that a page needs; see `MessageRepository.log`. */
interface StoredLog {
  log(query: {
    readonly beforeId?: number;
    readonly count: number;
    readonly words: readonly string[];
    readonly withHidden: boolean;
  }): readonly PostedMessage[];
  find(id: number): PostedMessage | undefined;
}

export interface LogPagesOptions {
  readonly room: Pick<Room, 'kept' | 'find'>;
  readonly stored: StoredLog;
  removalOf(messageId: number): Removal | undefined;
}

/** Messages on one page. */
export const logPageSize = 100;

/** What a program wants to see of the log, and how much. */
export interface PostedWish extends Pick<LogWish, 'beforeId' | 'search'> {
  readonly count: number;
  readonly withHidden: boolean;
}

/** The log page by page, from disk; what the disk has refused is added from memory. */
export class LogPages {
  readonly #options: LogPagesOptions;

  constructor(options: LogPagesOptions) {
    this.#options = options;
  }

  page({ isStaff, ...wish }: LogWish): LogPage {
    const { posted, hasOlder } = this.posted({ ...wish, count: logPageSize, withHidden: isStaff });
    const hidden = new Set(posted.filter(({ isHidden }) => isHidden === true).map(({ message }) => message.id));
    return {
      messages: posted.map(({ message }) => (isStaff ? message : this.#withoutHidden(message))),
      hasOlder,
      removalOf: (id) => (isStaff && hidden.has(id) ? (this.#options.removalOf(id) ?? {}) : undefined),
    };
  }

  /** A message that is kept, hidden or not. */
  find(id: number): PostedMessage | undefined {
    const { room, stored } = this.#options;
    return room.find(id) ?? stored.find(id);
  }

  /** The newest messages that are wished for, oldest first, with all that only the server knows of them. */
  posted({ beforeId, search, count, withHidden }: PostedWish): {
    readonly posted: readonly PostedMessage[];
    readonly hasOlder: boolean;
  } {
    const words = searchWords(search);
    const before = beforeId === undefined ? {} : { beforeId };
    const query = { ...before, count: count + 1, words, withHidden };
    const found = new Map<number, PostedMessage>();
    for (const posted of this.#options.stored.log(query)) found.set(posted.message.id, posted);
    for (const posted of this.#options.room.kept) {
      if (isMeant(posted, beforeId, words)) found.set(posted.message.id, posted);
    }
    const shown = [...found.values()].filter(({ isHidden }) => withHidden || isHidden !== true);
    const newest = shown.toSorted((one, other) => one.message.id - other.message.id).slice(-count);
    return { posted: newest, hasOlder: shown.length > count };
  }

  /** A quote must not keep what has been hidden. */
  #withoutHidden(message: Message): Message {
    const { quote } = message;
    const quoted = quote && this.find(quote.messageId);
    if (quote === undefined || quoted?.isHidden !== true) return message;
    return { ...message, quote: { ...quote, text: '', isRemoved: true } };
  }
}

function isMeant({ message }: PostedMessage, beforeId: number | undefined, words: readonly string[]): boolean {
  if (beforeId !== undefined && message.id >= beforeId) return false;
  if (words.length === 0) return true;
  const folded = foldForSearch(`${message.author.name}\n${message.text}`);
  return words.every((word) => folded.includes(word));
}
