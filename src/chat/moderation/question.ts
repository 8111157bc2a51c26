import type { Actor } from './actor.ts';
import type { AuditEntry } from './audit.ts';
import type { Change } from './change.ts';
import type { ModerationCommand } from './command.ts';
import type { ModerationFacts } from './facts.ts';
import type { Sanction } from './sanction.ts';
import type { Invitation, Moderator } from './staff.ts';

/** What is decided upon, of the state. */
export interface ModerationState {
  readonly moderators: readonly Moderator[];
  readonly invitations: readonly Invitation[];
  readonly notes: ReadonlyMap<string, string>;
  readonly pinnedId: number | undefined;
  sanctionsAt(nowMs: number): readonly Sanction[];
  entry(id: number): AuditEntry | undefined;
}

/** Everything a decision depends on. */
export interface Question {
  readonly state: ModerationState;
  readonly actor: Actor;
  readonly command: ModerationCommand;
  readonly facts: ModerationFacts;
  readonly nowMs: number;
  /** Of the entry this would become. */
  readonly id: number;
}

/** What would change, and about whom it is. */
export interface Decided {
  readonly kind: 'decided';
  readonly changes: readonly Change[];
  readonly target?: string;
  readonly viewerId?: string;
  readonly undoes?: number;
  readonly invitation?: Invitation;
}
