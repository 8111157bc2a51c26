import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import type { PollResult, TripcodeMark } from '../chat/message.ts';

const pollResult = z.strictObject({
  question: z.string(),
  options: z.array(z.string()),
  votes: z.array(z.int().nonnegative()),
});

/** Reads a column that holds text; throws if it does not, which only a foreign hand in the file can bring about. */
export function textColumn(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('expected text in the database');
  return value;
}

/** Reads a column that holds an integer; throws if it does not. */
export function integerColumn(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError('expected an integer in the database');
  return value;
}

/** Reads a column that holds a list of texts as JSON; throws if it does not. */
export function textsColumn(value: SQLOutputValue | undefined): readonly string[] {
  const list: unknown = JSON.parse(textColumn(value));
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new TypeError('expected a list of texts in the database');
}

/** Reads a column that holds how a poll ended as JSON; throws if it does not. */
export function pollResultColumn(value: SQLOutputValue | undefined): PollResult {
  return pollResult.parse(JSON.parse(textColumn(value)));
}

/** Reads the columns `tripcode` and `is_tripcode_weak`, to be spread into what has a tripcode or none. */
export function tripcodeColumns(row: Record<string, SQLOutputValue>): { tripcode?: TripcodeMark } {
  const code = row['tripcode'];
  return typeof code === 'string' ? { tripcode: { code, isWeak: row['is_tripcode_weak'] === 1 } } : {};
}
