import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { HeldMessage } from '../chat/hold-queue.ts';
import type { MessageDraft } from '../chat/message.ts';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './database.ts';

const capcode = z.enum(['broadcaster', 'moderator']);
const author = z.object({
  name: z.string(),
  tag: z.exactOptional(z.string()),
  colour: z.int(),
  capcode: z.exactOptional(capcode),
  tripcode: z.exactOptional(z.object({ code: z.string(), isWeak: z.boolean() })),
});
const draft: z.ZodType<MessageDraft> = z.object({
  author,
  text: z.string(),
  quote: z.exactOptional(z.object({ messageId: z.int(), name: z.string(), text: z.string() })),
  mentions: z.exactOptional(z.array(z.string())),
});

/** The messages that wait for approval, on disk. What has been decided about is gone from it. */
export class HeldRepository {
  readonly #database: Database;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #expire: StatementSync;
  readonly #all: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT OR REPLACE INTO held_messages (id, at_ms, viewer, nonce, reason, draft) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM held_messages WHERE id = ?');
    this.#expire = database.prepare('DELETE FROM held_messages WHERE at_ms < ?');
    this.#all = database.prepare('SELECT * FROM held_messages ORDER BY id');
  }

  /** Keeps a message that waits; call it within `Database.commit`. */
  add(held: HeldMessage): void {
    const { holdId, atMs, viewerId, nonce, reason, draft: said } = held;
    this.#insert.run(holdId, atMs, viewerId, nonce, reason, JSON.stringify(said));
  }

  /** Forgets a message that waits no longer; call it within `Database.commit`. */
  remove(holdId: number): void {
    this.#delete.run(holdId);
  }

  /** Forgets what began to wait before that time (Unix milliseconds). */
  expireBefore(timeMs: number): void {
    this.#database.commit(() => {
      this.#expire.run(timeMs);
    });
  }

  /** Everything that waits, oldest first. */
  all(): HeldMessage[] {
    return this.#database.read(() => this.#all.all(), []).map(heldOf);
  }
}

function heldOf(row: Record<string, SQLOutputValue>): HeldMessage {
  return {
    holdId: integerColumn(row['id']),
    atMs: integerColumn(row['at_ms']),
    viewerId: textColumn(row['viewer']),
    nonce: textColumn(row['nonce']),
    reason: row['reason'] === 'first' ? 'first' : 'filter',
    draft: draft.parse(JSON.parse(textColumn(row['draft']))),
  };
}
