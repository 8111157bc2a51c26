import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import type { Act } from './command.ts';

/** What somebody on the staff did, when, and to whom. */
export interface AuditEntry {
  /** Grows by one; never reused. What an act makes (a sanction, an appointment) bears the id of its entry. */
  readonly id: number;
  readonly atMs: number;
  readonly by: Actor;
  readonly act: Act;
  /** How the person or thing it was about appeared at that time; empty where it was about nobody. */
  readonly target: string;
  readonly viewerId?: string;
  readonly changes: readonly Change[];
  /** For `undo`: which entry was taken back. */
  readonly undoes?: number;
}
