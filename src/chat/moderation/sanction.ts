import type { TripcodeMark } from '../message.ts';
import type { Actor } from './actor.ts';

/** time-out: may not write for a while. ban: may not write until lifted. kick: may not be here for a while. */
export type SanctionKind = 'time-out' | 'ban' | 'kick';

/** What the sanctioned person says to the moderators about it, once. */
export interface Appeal {
  readonly text: string;
  readonly atMs: number;
}

/** What holds against a person. Circuits it holds against are kept apart, in memory only. */
export interface Sanction {
  /** Id of the audit entry that made it. */
  readonly id: number;
  readonly kind: SanctionKind;
  readonly viewerId: string;
  /** Holds against whoever bears this code too. */
  readonly tripcode?: string;
  /** How the person appeared at that time, for lists. */
  readonly label: string;
  /** Open responses end, and media, chat and pages are refused. */
  readonly endsVideo: boolean;
  readonly atMs: number;
  /** Unix milliseconds; absent: until lifted. */
  readonly untilMs?: number;
  readonly by: Actor;
  /** Shown to the person. */
  readonly reason?: string;
}

/** By what somebody is recognised. */
export interface Recognised {
  readonly viewerId: string;
  readonly circuitId?: number;
  readonly tripcode?: TripcodeMark;
}

export function isInForce({ untilMs }: Pick<Sanction, 'untilMs'>, nowMs: number): boolean {
  return untilMs === undefined || nowMs < untilMs;
}

/** The one that weighs most: what ends the picture before what does not, then what lasts longest. */
export function heaviest(sanctions: readonly Sanction[]): Sanction | undefined {
  return [...sanctions].sort(
    (a, b) => Number(b.endsVideo) - Number(a.endsVideo) || endOf(b) - endOf(a) || b.id - a.id,
  )[0];
}

function endOf({ untilMs = Number.MAX_SAFE_INTEGER }: Sanction): number {
  return untilMs;
}

/** What a sanction says to a person who wants to write, or to be here. */
export type SanctionRefusal =
  | { readonly kind: 'refused'; readonly rule: 'banned' }
  | { readonly kind: 'refused'; readonly rule: 'timed-out' | 'kicked'; readonly waitMs: number };

/** Puts a sanction as a rule and a wait. */
export function refusalBy({ kind, untilMs }: Sanction, nowMs: number): SanctionRefusal {
  if (kind === 'ban' || untilMs === undefined) return { kind: 'refused', rule: 'banned' };
  return { kind: 'refused', rule: kind === 'kick' ? 'kicked' : 'timed-out', waitMs: Math.max(1, untilMs - nowMs) };
}
