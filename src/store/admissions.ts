import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { Admission } from '../admission/admission.ts';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './database.ts';

/** As with names: enough to forget in time, too coarse to follow anybody. */
const grainMs = 60 * 60 * 1000;
const maxAdmissions = 20_000;

const passesSchema = z.object({
  captcha: z.literal(true).exactOptional(),
  question: z.literal(true).exactOptional(),
  password: z.string().exactOptional(),
  tripcode: z.string().exactOptional(),
  invitation: z.int().exactOptional(),
});

/** Who has been let in, and who has solved a captcha. Nobody else is in it. */
export class AdmissionRepository {
  readonly #database: Database;
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #remove: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetSurplus: StatementSync;
  readonly #count: StatementSync;
  readonly #newest: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#find = database.prepare('SELECT passes, verified_at_ms, is_suspect FROM admissions WHERE viewer = ?');
    this.#save = database.prepare(
      `INSERT INTO admissions (viewer, passes, verified_at_ms, is_suspect, changed_at_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (viewer) DO UPDATE SET passes = excluded.passes, verified_at_ms = excluded.verified_at_ms,
         is_suspect = excluded.is_suspect, changed_at_ms = excluded.changed_at_ms`,
    );
    this.#remove = database.prepare('DELETE FROM admissions WHERE viewer = ?');
    this.#forget = database.prepare('DELETE FROM admissions WHERE changed_at_ms < ?');
    this.#forgetSurplus = database.prepare(
      'DELETE FROM admissions WHERE viewer IN (SELECT viewer FROM admissions ORDER BY changed_at_ms DESC LIMIT -1 OFFSET ?)',
    );
    this.#newest = database.prepare('SELECT * FROM admissions ORDER BY changed_at_ms DESC LIMIT ?');
    this.#count = database.prepare('SELECT count(*) AS count FROM admissions');
  }

  /** How many are kept. */
  get size(): number {
    return integerColumn(this.#database.read(() => this.#count.get(), undefined)?.['count'] ?? 0);
  }

  find(viewerId: string): Admission | undefined {
    const row = this.#database.read(() => this.#find.get(viewerId), undefined);
    return row === undefined ? undefined : admissionOf(row);
  }

  /** Those who were let in by something, the last change first; when is kept to the hour. */
  newest(count: number): (Admission & { readonly viewerId: string; readonly changedAtMs: number })[] {
    const rows = this.#database.read(() => this.#newest.all(count), []);
    return rows.map((row) => ({
      ...admissionOf(row),
      viewerId: textColumn(row['viewer']),
      changedAtMs: integerColumn(row['changed_at_ms']),
    }));
  }

  /** False if the disk refused. */
  save(viewerId: string, { passes, verifiedAtMs, isSuspect }: Admission, nowMs: number): boolean {
    const changedAtMs = nowMs - (nowMs % grainMs);
    return this.#database.commit(() => {
      this.#save.run(viewerId, JSON.stringify(passes), verifiedAtMs ?? null, isSuspect ? 1 : 0, changedAtMs);
    });
  }

  remove(viewerId: string): boolean {
    return this.#database.commit(() => {
      this.#remove.run(viewerId);
    });
  }

  /** Forgets all whose last change was before that time (Unix milliseconds), and whoever is too many. */
  forgetBefore(timeMs: number, max = maxAdmissions): void {
    this.#database.commit(() => {
      this.#forget.run(timeMs - grainMs);
      this.#forgetSurplus.run(max);
    });
  }
}

function admissionOf(row: Record<string, SQLOutputValue>): Admission {
  const { verified_at_ms: verifiedAtMs } = row;
  return {
    passes: passesSchema.parse(JSON.parse(textColumn(row['passes']))),
    ...(typeof verifiedAtMs === 'number' ? { verifiedAtMs } : {}),
    isSuspect: integerColumn(row['is_suspect']) === 1,
  };
}
