import type { Recognised } from './sanction.ts';
import type { Credential } from './command.ts';

/** Somebody appointed to moderate. */
export interface Moderator {
  /** Id of the audit entry that appointed them. */
  readonly id: number;
  readonly label: string;
  readonly by: Credential;
  readonly atMs: number;
}

/** A link that makes whoever opens it first a moderator. Its secret is known to nobody here. */
export interface Invitation {
  /** Id of the audit entry that made it. */
  readonly id: number;
  readonly label: string;
  readonly secretHash: string;
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly state: 'open' | 'used' | 'revoked';
}

/** Whether an appointment is this person's. A weak tripcode proves nothing. */
export function isCredentialOf(by: Credential, { viewerId, tripcode }: Omit<Recognised, 'circuitId'>): boolean {
  if (by.kind === 'viewer') return by.viewerId === viewerId;
  return tripcode !== undefined && !tripcode.isWeak && tripcode.code === by.code;
}
