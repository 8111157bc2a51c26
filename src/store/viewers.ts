import type { StatementSync } from 'node:sqlite';
import type { ViewerIdentity } from '../identity/viewer.ts';
import { integerColumn, textColumn } from './columns.ts';
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
  readonly #forget: StatementSync;
  readonly #forgetSurplus: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#find = database.prepare('SELECT name, colour, is_colour_chosen FROM viewers WHERE id = ?');
    this.#save = database.prepare(
      `INSERT INTO viewers (id, name, colour, is_colour_chosen, seen_at_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, is_colour_chosen = excluded.is_colour_chosen,
         seen_at_ms = excluded.seen_at_ms`,
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
    };
  }

  /** Keeps an identity and that its owner was here; call it within `Database.commit`. */
  save(id: string, { name, colour, isColourChosen }: ViewerIdentity, nowMs: number): void {
    this.#save.run(id, name ?? null, colour, isColourChosen ? 1 : 0, nowMs - (nowMs % seenGrainMs));
  }

  /** Forgets all who were last here before that time (Unix milliseconds), and whoever is too many. */
  forgetBefore(timeMs: number, maxViewers = defaultMaxViewers): void {
    this.#database.commit(() => {
      this.#forget.run(timeMs - seenGrainMs);
      this.#forgetSurplus.run(maxViewers);
    });
  }
}
