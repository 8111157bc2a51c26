import type { DatabaseSync } from 'node:sqlite';

/**
 * The schema, step by step. To change it, add a step at the end; a released step is never edited, since databases out there have run it.
 * `PRAGMA user_version` counts the steps a database has behind it.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE messages (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     viewer TEXT NOT NULL,
     nonce TEXT NOT NULL,
     name TEXT NOT NULL,
     tag TEXT,
     colour INTEGER NOT NULL,
     capcode TEXT,
     text TEXT NOT NULL
   ) STRICT;
   CREATE TABLE viewers (
     id TEXT PRIMARY KEY,
     name TEXT,
     colour INTEGER NOT NULL,
     is_colour_chosen INTEGER NOT NULL,
     seen_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX viewers_by_seen ON viewers (seen_at_ms);
   CREATE TABLE settings (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE messages ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX messages_by_viewer ON messages (viewer);
   CREATE TABLE sanctions (
     id INTEGER PRIMARY KEY,
     kind TEXT NOT NULL,
     viewer TEXT NOT NULL,
     tripcode TEXT,
     label TEXT NOT NULL,
     ends_video INTEGER NOT NULL,
     at_ms INTEGER NOT NULL,
     until_ms INTEGER,
     by_actor TEXT NOT NULL,
     reason TEXT,
     appeal TEXT,
     appeal_at_ms INTEGER
   ) STRICT;
   CREATE TABLE notes (
     viewer TEXT PRIMARY KEY,
     text TEXT NOT NULL
   ) STRICT;
   CREATE TABLE moderators (
     id INTEGER PRIMARY KEY,
     label TEXT NOT NULL,
     viewer TEXT,
     tripcode TEXT,
     at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE invitations (
     id INTEGER PRIMARY KEY,
     label TEXT NOT NULL,
     secret_hash TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     expires_at_ms INTEGER NOT NULL,
     state TEXT NOT NULL
   ) STRICT;
   CREATE TABLE audit (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     by_actor TEXT NOT NULL,
     act TEXT NOT NULL,
     target TEXT NOT NULL,
     viewer TEXT,
     changes TEXT NOT NULL,
     undoes INTEGER
   ) STRICT;`,
  `ALTER TABLE messages ADD COLUMN quote_id INTEGER;
   ALTER TABLE messages ADD COLUMN quote_name TEXT;
   ALTER TABLE messages ADD COLUMN quote_text TEXT;
   ALTER TABLE messages ADD COLUMN mentions TEXT;
   ALTER TABLE messages ADD COLUMN is_announcement INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE messages ADD COLUMN folded TEXT NOT NULL DEFAULT '';
   CREATE TABLE polls (
     id INTEGER PRIMARY KEY,
     question TEXT NOT NULL,
     options TEXT NOT NULL,
     opened_at_ms INTEGER NOT NULL,
     closes_at_ms INTEGER,
     is_open INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE votes (
     poll INTEGER NOT NULL,
     viewer TEXT NOT NULL,
     option INTEGER NOT NULL,
     PRIMARY KEY (poll, viewer)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE admissions (
     viewer TEXT PRIMARY KEY,
     passes TEXT NOT NULL,
     verified_at_ms INTEGER,
     is_suspect INTEGER NOT NULL,
     changed_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX admissions_by_change ON admissions (changed_at_ms);
   CREATE TABLE access_invitations (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     secret_hash TEXT NOT NULL UNIQUE,
     label TEXT NOT NULL,
     uses INTEGER NOT NULL,
     max_uses INTEGER NOT NULL,
     until_ms INTEGER NOT NULL,
     is_revoked INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE held_messages (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     viewer TEXT NOT NULL,
     nonce TEXT NOT NULL,
     reason TEXT NOT NULL,
     draft TEXT NOT NULL
   ) STRICT;`,
  `ALTER TABLE viewers ADD COLUMN tripcode TEXT;
   ALTER TABLE viewers ADD COLUMN is_tripcode_weak INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE messages ADD COLUMN tripcode TEXT;
   ALTER TABLE messages ADD COLUMN is_tripcode_weak INTEGER NOT NULL DEFAULT 0;`,
  `CREATE TABLE word_filters (
     id INTEGER PRIMARY KEY,
     rule TEXT NOT NULL
   ) STRICT;`,
  'ALTER TABLE messages ADD COLUMN poll_result TEXT;',
];

/** Brings a database up to date, all steps or none. Returns `newer` and touches nothing if it knows more steps than this program. */
export function migrate(database: DatabaseSync, steps: readonly string[] = migrations): 'current' | 'newer' {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > steps.length) return 'newer';
  if (version === steps.length) return 'current';
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(version)) database.exec(step);
    // A pragma takes no parameters; the value is a number of our own.
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  return 'current';
}
