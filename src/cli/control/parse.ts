import { InvalidArgumentError } from 'commander';
import type { FilterAction } from '../../chat/word-filter.ts';
import { parseDuration } from '../../config/duration.ts';

/** What is typed on the command line, read. Each throws commander's error, which says what was expected. */

/** `12` or `#12`. */
export function number(typed: string): number {
  const digits = /^#?(\d{1,15})$/u.exec(typed)?.[1];
  if (digits === undefined) throw new InvalidArgumentError('It must be a number.');
  return Number(digits);
}

/** Several of them. */
export function numbers(typed: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), number(typed)];
}

/** Who is meant: the number of a message for whoever wrote it, else a viewer id. */
export function person(typed: string): { readonly viewerId: string } | { readonly messageId: number } {
  if (/^#?\d{1,15}$/u.test(typed)) return { messageId: number(typed) };
  if (/^[\w-]{1,64}$/u.test(typed)) return { viewerId: typed };
  throw new InvalidArgumentError('It must be the number of a message, for whoever wrote it, or a viewer id.');
}

/** `30s`, `10m`, `2h`, and days: `7d`. Milliseconds. */
export function duration(typed: string): number {
  const days = /^(\d{1,3})d$/u.exec(typed)?.[1];
  if (days !== undefined) return Number(days) * 24 * 60 * 60 * 1000;
  try {
    return parseDuration(typed);
  } catch {
    throw new InvalidArgumentError('It must be a time such as 30s, 10m, 2h or 7d.');
  }
}

/** Not taken from the chat: help would have to wait for its code. */
const filterActions: readonly FilterAction[] = ['censor', 'hold', 'block', 'ban'];

/** What a word filter does. */
export function filterAction(typed: string): FilterAction {
  const action = filterActions.find((one) => one === typed);
  if (action === undefined) throw new InvalidArgumentError(`It must be one of ${filterActions.join(', ')}.`);
  return action;
}
