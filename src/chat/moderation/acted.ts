import type { AuditEntry } from './audit.ts';
import type { ModerationRefusal } from './command.ts';
import type { Invitation } from './staff.ts';

/** An act that may be carried out: to be committed, then accepted. */
export interface Acted {
  readonly kind: 'acted';
  readonly entry: AuditEntry;
  /** What `invite` makes: kept beside the log, since it holds a hash. */
  readonly invitation?: Invitation;
}

export type ModerationDecision = Acted | ModerationRefusal;
