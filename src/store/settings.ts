import type { StatementSync } from 'node:sqlite';
import { textColumn } from './columns.ts';
import type { Database } from './database.ts';

/** What the server remembers about itself. */
export type SettingKey = 'broadcaster-password-hash' | 'door' | 'door-password-hash' | 'starts';

/** Small facts by name. */
export class SettingRepository {
  readonly #database: Database;
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare('SELECT value FROM settings WHERE key = ?');
    this.#set = database.prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
  }

  get(key: SettingKey): string | undefined {
    const row = this.#database.read(() => this.#get.get(key), undefined);
    return row === undefined ? undefined : textColumn(row['value']);
  }

  /** False if the disk refused. */
  set(key: SettingKey, value: string): boolean {
    return this.#database.commit(() => {
      this.#set.run(key, value);
    });
  }
}
