import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { Acted } from '../chat/moderation/acted.ts';
import type { Actor } from '../chat/moderation/actor.ts';
import type { AuditEntry } from '../chat/moderation/audit.ts';
import type { Change } from '../chat/moderation/change.ts';
import { type Act, acts, type ModeWords } from '../chat/moderation/command.ts';
import { type ModePatch, parseModePatch } from '../chat/modes.ts';
import { moderationLimits } from '../chat/moderation/limits.ts';
import type { ModerationRecord } from '../chat/moderation/moderation.ts';
import type { Appeal, Sanction } from '../chat/moderation/sanction.ts';
import type { Invitation, Moderator } from '../chat/moderation/staff.ts';
import { type FilterRule, filterActions, type LiveFilter } from '../chat/word-filter.ts';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './database.ts';

const action = z.enum(filterActions);
const filterRule: z.ZodType<FilterRule> = z.union([
  z.strictObject({ action, text: z.string(), wholeWords: z.boolean() }),
  z.strictObject({ action, pattern: z.string() }),
]);
const modeWords = z.record(z.string(), z.string());

type Row = Record<string, SQLOutputValue>;

/** Sanctions, notes, moderators, invitations, the pinned message and the audit log on disk. Circuits are never among them. */
export class ModerationRepository {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  /** Everything that is kept, as `Moderation` wants it. */
  load(): ModerationRecord {
    const { all, pinned } = this.#statements;
    const rows = (statement: StatementSync): Row[] => this.#database.read(() => statement.all(), []);
    const sanctions = rows(all.sanctions);
    const pinnedId = this.#database.read(() => pinned.get()?.['value'], undefined);
    return {
      sanctions: sanctions.map(sanctionOf),
      appeals: new Map(sanctions.flatMap(appealOf)),
      notes: new Map(rows(all.notes).map((row) => [textColumn(row['viewer']), textColumn(row['text'])])),
      moderators: rows(all.moderators).map(moderatorOf),
      invitations: rows(all.invitations).map(invitationOf),
      audit: rows(all.audit).map(entryOf),
      ...(typeof pinnedId === 'string' ? { pinnedId: Number(pinnedId) } : {}),
    };
  }

  /** The switches as staff left them; nothing of those they never touched. */
  loadModes(): ModePatch {
    const parsed = parseModePatch(this.#modes());
    return parsed.kind === 'patch' ? parsed.patch : {};
  }

  /** The word filters that staff have added, oldest first. */
  loadFilters(): LiveFilter[] {
    const rows = this.#database.read(() => this.#statements.all.filters.all(), []);
    return rows.map((row) => ({
      id: integerColumn(row['id']),
      rule: filterRule.parse(JSON.parse(textColumn(row['rule']))),
    }));
  }

  /** Keeps an act and what it changes; call it within `Database.commit`. */
  append({ entry, invitation }: Acted): void {
    const { insert, forget } = this.#statements;
    const { id, atMs, by, act, target, viewerId = null, changes, undoes = null } = entry;
    insert.entry.run(id, atMs, JSON.stringify(by), act, target, viewerId, JSON.stringify(changes), undoes);
    if (invitation !== undefined) this.#keepInvitation(invitation);
    for (const change of changes) this.#apply(change);
    forget.sanctions.run(atMs);
    forget.entries.run(id - moderationLimits.audit);
    forget.invitations.run(moderationLimits.invitations);
  }

  /** Keeps what a sanctioned person said; call it within `Database.commit`. */
  appendAppeal(sanctionId: number, { text, atMs }: Appeal): void {
    this.#statements.appeal.run(text, atMs, sanctionId);
  }

  #apply(change: Change): void {
    const { insert, remove, setInvitation, setPinned, setModes, unpin } = this.#statements;
    switch (change.kind) {
      case 'sanction':
        if (change.holds) this.#keepSanction(change.sanction);
        else remove.sanction.run(change.sanction.id);
        return;
      case 'note':
        if (change.after === '') remove.note.run(change.viewerId);
        else insert.note.run(change.viewerId, change.after);
        return;
      case 'pin':
        if (change.after === undefined) unpin.run();
        else setPinned.run(String(change.after));
        return;
      case 'moderator':
        if (change.isAppointed) this.#keepModerator(change.moderator);
        else remove.moderator.run(change.moderator.id);
        return;
      case 'invitation':
        setInvitation.run(change.state, change.invitationId);
        return;
      case 'mode':
        setModes.run(JSON.stringify({ ...this.#modes(), ...change.after }));
        return;
      case 'filter':
        if (change.isAdded) insert.filter.run(change.filter.id, JSON.stringify(change.filter.rule));
        else remove.filter.run(change.filter.id);
        return;
      case 'hidden':
      case 'announced':
      case 'poll-opened':
      case 'poll-closed':
      case 'approved':
      case 'declined':
        // Kept by those whose things they are.
        return;
    }
  }

  #modes(): ModeWords {
    const stored = this.#database.read(() => this.#statements.modes.get()?.['value'], undefined);
    return typeof stored === 'string' ? modeWords.parse(JSON.parse(stored)) : {};
  }

  #keepSanction(sanction: Sanction): void {
    const { id, kind, viewerId, tripcode = null, label, endsVideo, atMs, untilMs = null, by, reason = null } = sanction;
    this.#statements.insert.sanction.run(
      ...[id, kind, viewerId, tripcode, label, endsVideo ? 1 : 0, atMs, untilMs, JSON.stringify(by), reason],
    );
  }

  #keepModerator({ id, label, by, atMs }: Moderator): void {
    const [viewer, tripcode] = by.kind === 'viewer' ? [by.viewerId, null] : [null, by.code];
    this.#statements.insert.moderator.run(id, label, viewer, tripcode, atMs);
  }

  #keepInvitation({ id, label, secretHash, atMs, expiresAtMs, state }: Invitation): void {
    this.#statements.insert.invitation.run(id, label, secretHash, atMs, expiresAtMs, state);
  }
}

function prepare(database: Database) {
  const of = (sql: string): StatementSync => database.prepare(sql);
  return {
    all: {
      sanctions: of('SELECT * FROM sanctions ORDER BY id'),
      notes: of('SELECT * FROM notes ORDER BY rowid'),
      moderators: of('SELECT * FROM moderators ORDER BY id'),
      invitations: of('SELECT * FROM invitations ORDER BY id'),
      filters: of('SELECT * FROM word_filters ORDER BY id'),
      audit: of('SELECT * FROM audit ORDER BY id'),
    },
    insert: {
      sanction: of(
        'INSERT OR REPLACE INTO sanctions (id, kind, viewer, tripcode, label, ends_video, at_ms, until_ms, by_actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      note: of('INSERT OR REPLACE INTO notes (viewer, text) VALUES (?, ?)'),
      moderator: of('INSERT OR REPLACE INTO moderators (id, label, viewer, tripcode, at_ms) VALUES (?, ?, ?, ?, ?)'),
      invitation: of(
        'INSERT INTO invitations (id, label, secret_hash, at_ms, expires_at_ms, state) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      filter: of('INSERT OR REPLACE INTO word_filters (id, rule) VALUES (?, ?)'),
      entry: of(
        'INSERT INTO audit (id, at_ms, by_actor, act, target, viewer, changes, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
    },
    remove: {
      sanction: of('DELETE FROM sanctions WHERE id = ?'),
      note: of('DELETE FROM notes WHERE viewer = ?'),
      moderator: of('DELETE FROM moderators WHERE id = ?'),
      filter: of('DELETE FROM word_filters WHERE id = ?'),
    },
    forget: {
      sanctions: of('DELETE FROM sanctions WHERE until_ms IS NOT NULL AND until_ms <= ?'),
      entries: of('DELETE FROM audit WHERE id <= ?'),
      invitations: of(
        'DELETE FROM invitations WHERE id IN (SELECT id FROM invitations ORDER BY id DESC LIMIT -1 OFFSET ?)',
      ),
    },
    appeal: of('UPDATE sanctions SET appeal = ?, appeal_at_ms = ? WHERE id = ?'),
    setInvitation: of('UPDATE invitations SET state = ? WHERE id = ?'),
    pinned: of("SELECT value FROM settings WHERE key = 'pinned-message'"),
    setPinned: of(
      "INSERT INTO settings (key, value) VALUES ('pinned-message', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ),
    modes: of("SELECT value FROM settings WHERE key = 'chat-modes'"),
    setModes: of(
      "INSERT INTO settings (key, value) VALUES ('chat-modes', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ),
    unpin: of("DELETE FROM settings WHERE key = 'pinned-message'"),
  };
}

function sanctionOf(row: Row): Sanction {
  const { tripcode, until_ms: untilMs, reason } = row;
  return {
    id: integerColumn(row['id']),
    kind: oneOf(row['kind'], ['time-out', 'ban', 'kick'] as const),
    viewerId: textColumn(row['viewer']),
    ...(typeof tripcode === 'string' ? { tripcode } : {}),
    label: textColumn(row['label']),
    endsVideo: integerColumn(row['ends_video']) === 1,
    atMs: integerColumn(row['at_ms']),
    ...(typeof untilMs === 'number' ? { untilMs } : {}),
    by: actorOf(row),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function appealOf({ id, appeal, appeal_at_ms: atMs }: Row): [number, Appeal][] {
  return typeof appeal === 'string' ? [[integerColumn(id), { text: appeal, atMs: integerColumn(atMs) }]] : [];
}

function moderatorOf(row: Row): Moderator {
  const { viewer } = row;
  return {
    id: integerColumn(row['id']),
    label: textColumn(row['label']),
    by:
      typeof viewer === 'string'
        ? { kind: 'viewer', viewerId: viewer }
        : { kind: 'tripcode', code: textColumn(row['tripcode']) },
    atMs: integerColumn(row['at_ms']),
  };
}

function invitationOf(row: Row): Invitation {
  return {
    id: integerColumn(row['id']),
    label: textColumn(row['label']),
    secretHash: textColumn(row['secret_hash']),
    atMs: integerColumn(row['at_ms']),
    expiresAtMs: integerColumn(row['expires_at_ms']),
    state: oneOf(row['state'], ['open', 'used', 'revoked'] as const),
  };
}

function entryOf(row: Row): AuditEntry {
  const { viewer, undoes } = row;
  return {
    id: integerColumn(row['id']),
    atMs: integerColumn(row['at_ms']),
    by: actorOf(row),
    act: oneOf<Act>(row['act'], acts),
    target: textColumn(row['target']),
    ...(typeof viewer === 'string' ? { viewerId: viewer } : {}),
    // Written by `append` alone, into a file that is ours alone.
    changes: JSON.parse(textColumn(row['changes'])) as readonly Change[],
    ...(typeof undoes === 'number' ? { undoes } : {}),
  };
}

function actorOf(row: Row): Actor {
  return JSON.parse(textColumn(row['by_actor'])) as Actor;
}

function oneOf<Word extends string>(value: SQLOutputValue | undefined, words: readonly Word[]): Word {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new TypeError('expected another word in the database');
  return word;
}
