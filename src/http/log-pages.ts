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

/** The log page by page, from disk; what the disk has refused is added from memory. */
export class LogPages {
  readonly #options: LogPagesOptions;

  constructor(options: LogPagesOptions) {
    this.#options = options;
  }

  page({ beforeId, search, isStaff }: LogWish): LogPage {
    const words = searchWords(search);
    const before = beforeId === undefined ? {} : { beforeId };
    const query = { ...before, count: logPageSize + 1, words, withHidden: isStaff };
    const found = new Map<number, PostedMessage>();
    for (const posted of this.#options.stored.log(query)) found.set(posted.message.id, posted);
    for (const posted of this.#options.room.kept) {
      if (isMeant(posted, beforeId, words)) found.set(posted.message.id, posted);
    }
    const shown = [...found.values()].filter(({ isHidden }) => isStaff || isHidden !== true);
    const newest = shown.toSorted((one, other) => one.message.id - other.message.id).slice(-logPageSize);
    return {
      messages: newest.map(({ message }) => (isStaff ? message : this.#withoutHidden(message))),
      hasOlder: shown.length > logPageSize,
      removalOf: (id) =>
        isStaff && found.get(id)?.isHidden === true ? (this.#options.removalOf(id) ?? {}) : undefined,
    };
  }

  /** A quote must not keep what has been hidden. */
  #withoutHidden(message: Message): Message {
    const { quote } = message;
    const { room, stored } = this.#options;
    const quoted = quote && (room.find(quote.messageId) ?? stored.find(quote.messageId));
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
