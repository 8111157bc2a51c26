import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Author, Capcode, Quote } from '../chat/message.ts';
import type { PostedMessage } from '../chat/room.ts';
import { foldForSearch, maxSearchWords } from '../chat/search.ts';
import { integerColumn, pollResultColumn, textColumn, textsColumn, tripcodeColumns } from './columns.ts';
import type { Database } from './database.ts';

/** Which messages of the log. */
export interface LogQuery {
  /** Only older ones than this. */
  readonly beforeId?: number;
  readonly count: number;
  /** Only those in whose name and text all of these words are (`searchWords`). */
  readonly words?: readonly string[];
  readonly withHidden: boolean;
}

/** The last messages of the room on disk, no more than the operator wants kept: what is not there cannot leak. */
export class MessageRepository {
  readonly #database: Database;
  readonly #keep: number;
  readonly #insert: StatementSync;
  readonly #prune: StatementSync;
  readonly #newest: StatementSync;
  readonly #log: StatementSync;
  readonly #find: StatementSync;
  readonly #shownOf: StatementSync;
  readonly #newestOf: StatementSync;
  readonly #setHidden: StatementSync;

  /** `keep`: how many of the newest stay. */
  constructor(database: Database, keep: number) {
    this.#database = database;
    this.#keep = keep;
    this.#insert = database.prepare(
      `INSERT INTO messages (id, at_ms, viewer, nonce, name, tag, colour, capcode, tripcode, is_tripcode_weak, text,
         quote_id, quote_name, quote_text, mentions, is_announcement, poll_result, folded)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#prune = database.prepare('DELETE FROM messages WHERE id <= ?');
    this.#newest = database.prepare('SELECT * FROM messages ORDER BY id DESC LIMIT ?');
    // No patterns: nothing in a search has a meaning of its own.
    const holds = Array.from({ length: maxSearchWords }, () => 'AND instr(folded, ?) > 0').join(' ');
    this.#log = database.prepare(
      `SELECT * FROM messages WHERE id < ? AND hidden <= ? ${holds} ORDER BY id DESC LIMIT ?`,
    );
    this.#find = database.prepare('SELECT * FROM messages WHERE id = ?');
    this.#shownOf = database.prepare('SELECT id FROM messages WHERE viewer = ? AND hidden = 0 ORDER BY id');
    this.#newestOf = database.prepare('SELECT * FROM messages WHERE viewer = ? ORDER BY id DESC LIMIT ?');
    this.#setHidden = database.prepare('UPDATE messages SET hidden = ? WHERE id = ?');
  }

  /** Adds a message; call it within `Database.commit`. */
  append({ message, viewerId, nonce }: PostedMessage): void {
    const { id, atMs, author, text, quote, mentions, pollResult } = message;
    const { name, tag = null, colour, capcode = null, tripcode } = author;
    const quoted = [quote?.messageId ?? null, quote?.name ?? null, quote?.text ?? null];
    const mark = [tripcode?.code ?? null, tripcode?.isWeak === true ? 1 : 0] as const;
    const marks = [jsonOf(mentions), message.isAnnouncement === true ? 1 : 0, jsonOf(pollResult)];
    const folded = foldForSearch(`${name}\n${text}`);
    this.#insert.run(id, atMs, viewerId, nonce, name, tag, colour, capcode, ...mark, text, ...quoted, ...marks, folded);
    this.#prune.run(id - this.#keep);
  }

  /** The newest messages, hidden ones too, oldest first. */
  newest(count = this.#keep): PostedMessage[] {
    const rows = this.#database.read(() => this.#newest.all(count), []);
    return rows.map(postedOf).reverse();
  }

  /** The newest messages that the query asks for, oldest first. */
  log({ beforeId = Number.MAX_SAFE_INTEGER, count, words = [], withHidden }: LogQuery): PostedMessage[] {
    const padded = Array.from({ length: maxSearchWords }, (_, index) => words[index] ?? '');
    const rows = this.#database.read(() => this.#log.all(beforeId, withHidden ? 1 : 0, ...padded, count), []);
    return rows.map(postedOf).reverse();
  }

  /** A message that is still kept, hidden or not. */
  find(id: number): PostedMessage | undefined {
    const row = this.#database.read(() => this.#find.get(id), undefined);
    return row === undefined ? undefined : postedOf(row);
  }

  /** Ids of all kept messages of a viewer that are shown, ascending. */
  shownOf(viewerId: string): number[] {
    return this.#database.read(() => this.#shownOf.all(viewerId), []).map((row) => integerColumn(row['id']));
  }

  /** The newest messages of a viewer, hidden ones too, oldest first. */
  newestOf(viewerId: string, count: number): PostedMessage[] {
    return this.#database
      .read(() => this.#newestOf.all(viewerId, count), [])
      .map(postedOf)
      .reverse();
  }

  /** Hides messages or shows them again; call it within `Database.commit`. */
  setHidden(ids: readonly number[], isHidden: boolean): void {
    for (const id of ids) this.#setHidden.run(isHidden ? 1 : 0, id);
  }
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function postedOf(row: Record<string, SQLOutputValue>): PostedMessage {
  return {
    message: {
      id: integerColumn(row['id']),
      atMs: integerColumn(row['at_ms']),
      author: authorOf(row),
      text: textColumn(row['text']),
      ...quoteOf(row),
      ...(typeof row['mentions'] === 'string' ? { mentions: textsColumn(row['mentions']) } : {}),
      ...(row['is_announcement'] === 1 ? { isAnnouncement: true } : {}),
      ...(typeof row['poll_result'] === 'string' ? { pollResult: pollResultColumn(row['poll_result']) } : {}),
    },
    viewerId: textColumn(row['viewer']),
    nonce: textColumn(row['nonce']),
    ...(row['hidden'] === 1 ? { isHidden: true } : {}),
  };
}

function quoteOf(row: Record<string, SQLOutputValue>): { readonly quote?: Quote } {
  if (row['quote_id'] === null) return {};
  const messageId = integerColumn(row['quote_id']);
  return { quote: { messageId, name: textColumn(row['quote_name']), text: textColumn(row['quote_text']) } };
}

function authorOf(row: Record<string, SQLOutputValue>): Author {
  const { tag, capcode } = row;
  return {
    name: textColumn(row['name']),
    ...(typeof tag === 'string' ? { tag } : {}),
    colour: integerColumn(row['colour']),
    ...(isCapcode(capcode) ? { capcode } : {}),
    ...tripcodeColumns(row),
  };
}

function isCapcode(value: SQLOutputValue | undefined): value is Capcode {
  return value === 'broadcaster' || value === 'moderator';
}
