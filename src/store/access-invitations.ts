import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './database.ts';

/** An invitation as it is kept: of its secret, only a hash. */
export interface AccessInvitation {
  readonly id: number;
  /** For whom it was meant. */
  readonly label: string;
  readonly uses: number;
  readonly maxUses: number;
  /** Unix milliseconds. */
  readonly untilMs: number;
  readonly isRevoked: boolean;
}

/** Invitations past the door. Whoever came by one is out when it is revoked, so that none is deleted while somebody may be in by it. */
export class AccessInvitationRepository {
  readonly #database: Database;
  readonly #insert: StatementSync;
  readonly #use: StatementSync;
  readonly #revoke: StatementSync;
  readonly #find: StatementSync;
  readonly #all: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO access_invitations (secret_hash, label, uses, max_uses, until_ms, is_revoked) VALUES (?, ?, 0, ?, ?, 0)`,
    );
    this.#use = database.prepare(
      `UPDATE access_invitations SET uses = uses + 1
       WHERE secret_hash = ? AND uses < max_uses AND until_ms > ? AND is_revoked = 0 RETURNING id`,
    );
    this.#revoke = database.prepare('UPDATE access_invitations SET is_revoked = ? WHERE id = ?');
    this.#find = database.prepare('SELECT * FROM access_invitations WHERE id = ?');
    this.#all = database.prepare('SELECT * FROM access_invitations ORDER BY id DESC LIMIT ?');
    this.#prune = database.prepare('DELETE FROM access_invitations WHERE uses = 0 AND until_ms < ?');
  }

  /** False if the disk refused. Forgets those that ran out unused. */
  add(
    secretHash: string,
    { label, maxUses, untilMs }: Pick<AccessInvitation, 'label' | 'maxUses' | 'untilMs'>,
    nowMs: number,
  ): boolean {
    return this.#database.commit(() => {
      this.#prune.run(nowMs);
      this.#insert.run(secretHash, label, maxUses, untilMs);
    });
  }

  /** Uses it up by one. Its id; undefined if it is not there, used up, too old or revoked. */
  use(secretHash: string, nowMs: number): number | undefined {
    let id: number | undefined;
    const isKept = this.#database.commit(() => {
      const row = this.#use.get(secretHash, nowMs);
      id = row === undefined ? undefined : integerColumn(row['id']);
    });
    return isKept ? id : undefined;
  }

  setRevoked(id: number, isRevoked: boolean): boolean {
    return this.#database.commit(() => {
      this.#revoke.run(isRevoked ? 1 : 0, id);
    });
  }

  find(id: number): AccessInvitation | undefined {
    const row = this.#database.read(() => this.#find.get(id), undefined);
    return row === undefined ? undefined : invitationOf(row);
  }

  /** The newest first. */
  newest(count: number): AccessInvitation[] {
    return this.#database.read(() => this.#all.all(count), []).map(invitationOf);
  }
}

function invitationOf(row: Record<string, SQLOutputValue>): AccessInvitation {
  return {
    id: integerColumn(row['id']),
    label: textColumn(row['label']),
    uses: integerColumn(row['uses']),
    maxUses: integerColumn(row['max_uses']),
    untilMs: integerColumn(row['until_ms']),
    isRevoked: integerColumn(row['is_revoked']) === 1,
  };
}
