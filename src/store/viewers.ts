import type { StatementSync } from 'node:sqlite';
import type { NameHolder } from '../identity/names-in-use.ts';
import type { ViewerIdentity } from '../identity/viewer.ts';
import { integerColumn, textColumn, tripcodeColumns } from './columns.ts';
import type { Database } from './database.ts';

/** When somebody was last here is kept to the hour: enough to forget them in time, too coarse to follow them. */
const seenGrainMs = 60 * 60 * 1000;

/** More identities than this are not kept, whatever the time: the ones unseen for longest go first. */
const defaultMaxViewers = 20_000;

/** How viewers who have spoken appear, for as long as the operator wants it remembered. */
export class ViewerRepository {
  readonly #database: Database;
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #named: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetSurplus: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#find = database.prepare(
      'SELECT name, colour, is_colour_chosen, tripcode, is_tripcode_weak FROM viewers WHERE id = ?',
    );
    this.#save = database.prepare(
      `INSERT INTO viewers (id, name, colour, is_colour_chosen, tripcode, is_tripcode_weak, seen_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, is_colour_chosen = excluded.is_colour_chosen,
         tripcode = excluded.tripcode, is_tripcode_weak = excluded.is_tripcode_weak, seen_at_ms = excluded.seen_at_ms`,
    );
    this.#named = database.prepare(
      `SELECT id, name, tripcode, is_tripcode_weak, seen_at_ms FROM viewers WHERE name IS NOT NULL AND seen_at_ms >= ?
       ORDER BY seen_at_ms`,
    );
    this.#forget = database.prepare('DELETE FROM viewers WHERE seen_at_ms < ?');
    this.#forgetSurplus = database.prepare(
      'DELETE FROM viewers WHERE id IN (SELECT id FROM viewers ORDER BY seen_at_ms DESC LIMIT -1 OFFSET ?)',
    );
  }

  find(id: string): ViewerIdentity | undefined {
    const row = this.#database.read(() => this.#find.get(id), undefined);
    if (row === undefined) return undefined;
    return {
      ...(row['name'] === null ? {} : { name: textColumn(row['name']) }),
      colour: integerColumn(row['colour']),
      isColourChosen: integerColumn(row['is_colour_chosen']) === 1,
      ...tripcodeColumns(row),
    };
  }

  /** Who has a name and was here since that time (Unix milliseconds, to the hour), the one unseen for longest first. */
  namesSince(timeMs: number): (NameHolder & { readonly seenAtMs: number })[] {
    const rows = this.#database.read(() => this.#named.all(timeMs - seenGrainMs), []);
    return rows.map((row) => ({
      viewerId: textColumn(row['id']),
      name: textColumn(row['name']),
      ...tripcodeColumns(row),
      seenAtMs: integerColumn(row['seen_at_ms']),
    }));
  }

  /** Keeps an identity and that its owner was here; call it within `Database.commit`. */
  save(id: string, { name, colour, isColourChosen, tripcode }: ViewerIdentity, nowMs: number): void {
    const seenAtMs = nowMs - (nowMs % seenGrainMs);
    const mark = [tripcode?.code ?? null, tripcode?.isWeak === true ? 1 : 0] as const;
    this.#save.run(id, name ?? null, colour, isColourChosen ? 1 : 0, ...mark, seenAtMs);
  }

  /** Forgets all who were last here before that time (Unix milliseconds), and whoever is too many. */
  forgetBefore(timeMs: number, maxViewers = defaultMaxViewers): void {
    this.#database.commit(() => {
      this.#forget.run(timeMs - seenGrainMs);
      this.#forgetSurplus.run(maxViewers);
    });
  }
}
