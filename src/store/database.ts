import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { migrate } from './migrations.ts';

/** Something the operator should know; the server goes on. */
export interface StoreWarning {
  readonly message: string;
  readonly todo?: string;
}

export interface DatabaseOptions {
  /** A file in an existing directory, or `:memory:` to keep nothing. */
  readonly path: string;
  readonly onWarning: (warning: StoreWarning) => void;
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const busy = new Set([5, 6]);
const damaged = new Set([11, 26]);
/** READONLY, IOERR, FULL, CANTOPEN, PROTOCOL, AUTH: the disk or its rights. */
const diskRefuses = new Set([8, 10, 13, 14, 15, 23]);

/** How long to wait for a predecessor that is just closing. */
const lockTimeoutMs = 2000;

/**
 * The one database. If the disk fails, it says so once and what was to be written is not; whoever writes keeps its own copy in memory.
 * The file is ours alone: readable by its owner only, and locked against a second server.
 */
export class Database {
  readonly #database: DatabaseSync;
  readonly #onWarning: (warning: StoreWarning) => void;
  #isFailing = false;
  #closed = false;

  private constructor(database: DatabaseSync, onWarning: (warning: StoreWarning) => void) {
    this.#database = database;
    this.#onWarning = onWarning;
  }

  /**
   * Opens or creates the database. A damaged file is set aside and a fresh one begun; where nothing can be written, memory takes its place;
   * both with a warning. Throws DATA_DIRECTORY if the file belongs to a newer version or to another server that is running.
   */
  static open({ path, onWarning }: DatabaseOptions): Database {
    try {
      return new Database(openChecked(path), onWarning);
    } catch (error) {
      const code = resultCodeOf(error);
      if (busy.has(code)) {
        throw new AppError(
          'DATA_DIRECTORY',
          `Onioncast is running with this data directory (${path} is locked). Stop it first, or choose another directory with --data.`,
          { cause: error },
        );
      }
      if (damaged.has(code)) return new Database(replaceDamaged(path, onWarning), onWarning);
      if (!diskRefuses.has(code) && !isFileError(error)) throw error;
      onWarning({
        message: `${path} cannot be written (${reasonOf(error)}): the chat is kept in memory only.`,
        todo: 'Check the rights and the free space of the data directory, then start again.',
      });
      return new Database(openChecked(':memory:'), onWarning);
    }
  }

  /** Prepares a statement; values are only ever bound. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** Runs the work in one transaction. False if the disk refused: then nothing of it is stored. */
  commit(work: () => void): boolean {
    const stored = this.#attempt(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      work();
      this.#database.exec('COMMIT');
      return true;
    }, false);
    if (stored && this.#isFailing) {
      this.#isFailing = false;
      this.#onWarning({ message: 'The database can be written again.' });
    }
    return stored;
  }

  /** Reads; gives `otherwise` if the disk refuses. */
  read<T>(work: () => T, otherwise: T): T {
    return this.#attempt(work, otherwise);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }

  #attempt<T>(work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      const code = resultCodeOf(error);
      if (!diskRefuses.has(code) && !damaged.has(code)) throw error;
      this.#warnOnce(error);
      return otherwise;
    }
  }

  #warnOnce(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#onWarning({
      message: `The database cannot be written (${reasonOf(error)}): the chat goes on in memory and will not survive a restart.`,
      todo: 'Check the free space of the data directory.',
    });
  }
}

function openChecked(path: string): DatabaseSync {
  if (path !== ':memory:') {
    // SQLite gives its side files the rights of the main one.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  }
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs });
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;',
    );
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const health = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (health !== 'ok') throw new DamagedFile(String(health));
    if (migrate(database) === 'newer') {
      throw new AppError(
        'DATA_DIRECTORY',
        `${path} was written by a newer version of Onioncast. Use that version, or another data directory.`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function replaceDamaged(path: string, onWarning: (warning: StoreWarning) => void): DatabaseSync {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number += 1;
  const aside = `${path}.damaged-${number}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  onWarning({
    message: `${path} is damaged. It was set aside as ${aside}; the chat begins anew.`,
    todo: 'Keep the copy if you want to rescue something from it, else delete it.',
  });
  return openChecked(path);
}

/** What SQLite's own check found, as an error of its kind. */
class DamagedFile extends Error {
  readonly errcode = 11;
}

function resultCodeOf(error: unknown): number {
  const isCoded = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
  return isCoded ? Number(error.errcode) & 0xff : 0;
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
