import type { StatementSync } from 'node:sqlite';
import type { Poll, Vote } from '../chat/poll.ts';
import { integerColumn, textColumn, textsColumn } from './columns.ts';
import type { Database } from './database.ts';

/** A poll that was open when the server ended, with its votes. */
export interface OpenPoll {
  readonly poll: Poll;
  readonly votes: readonly Vote[];
}

/** The polls. Who voted for what is forgotten when a poll is closed. All changes belong within `Database.commit`. */
export class PollRepository {
  readonly #database: Database;
  readonly #insert: StatementSync;
  readonly #vote: StatementSync;
  readonly #close: StatementSync;
  readonly #forgetVotes: StatementSync;
  readonly #lastId: StatementSync;
  readonly #open: StatementSync;
  readonly #votes: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO polls (id, question, options, opened_at_ms, closes_at_ms, is_open) VALUES (?, ?, ?, ?, ?, 1)',
    );
    this.#vote = database.prepare(
      'INSERT INTO votes (poll, viewer, option) VALUES (?, ?, ?) ON CONFLICT (poll, viewer) DO UPDATE SET option = excluded.option',
    );
    this.#close = database.prepare('UPDATE polls SET is_open = 0 WHERE id = ?');
    this.#forgetVotes = database.prepare('DELETE FROM votes WHERE poll = ?');
    this.#lastId = database.prepare('SELECT max(id) AS id FROM polls');
    this.#open = database.prepare('SELECT * FROM polls WHERE is_open = 1 ORDER BY id DESC LIMIT 1');
    this.#votes = database.prepare('SELECT * FROM votes WHERE poll = ?');
  }

  add({ id, question, options, openedAtMs, closesAtMs }: Poll): void {
    this.#insert.run(id, question, JSON.stringify(options), openedAtMs, closesAtMs ?? null);
  }

  saveVote({ pollId, viewerId, option }: Vote): void {
    this.#vote.run(pollId, viewerId, option);
  }

  close(pollId: number): void {
    this.#close.run(pollId);
    this.#forgetVotes.run(pollId);
  }

  /** Id of the newest poll there ever was; 0 if there was none. */
  lastId(): number {
    const id = this.#database.read(() => this.#lastId.get()?.['id'], undefined);
    return typeof id === 'number' ? id : 0;
  }

  /** The poll that is open. */
  open(): OpenPoll | undefined {
    const row = this.#database.read(() => this.#open.get(), undefined);
    if (row === undefined) return undefined;
    const closesAtMs = row['closes_at_ms'];
    const poll: Poll = {
      id: integerColumn(row['id']),
      question: textColumn(row['question']),
      options: textsColumn(row['options']),
      openedAtMs: integerColumn(row['opened_at_ms']),
      ...(typeof closesAtMs === 'number' ? { closesAtMs } : {}),
    };
    const votes = this.#database.read(() => this.#votes.all(poll.id), []);
    return {
      poll,
      votes: votes.map((vote) => ({
        pollId: poll.id,
        viewerId: textColumn(vote['viewer']),
        option: integerColumn(vote['option']),
      })),
    };
  }
}
