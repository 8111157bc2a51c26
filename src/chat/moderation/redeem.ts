import type { Acted } from './acted.ts';
import type { Invitation, Moderator } from './staff.ts';

/** Somebody confirms an invitation. */
export interface Redemption {
  /** Hash of the secret in the address. */
  readonly secretHash: string;
  readonly viewerId: string;
}

export type RedeemDecision =
  | Acted
  /** Never made, used, revoked or too old: nobody learns which. */
  | { readonly kind: 'refused'; readonly rule: 'invitation-void' | 'moderator-already' };

/** What is looked at. */
export interface RedeemState {
  readonly invitations: readonly Invitation[];
  moderatorFor(person: { readonly viewerId: string }): Moderator | undefined;
}

/** Makes the first one who confirms a moderator; the invitation is used from then on. */
// Threat: T18
export function decideRedeem(
  state: RedeemState,
  { secretHash, viewerId }: Redemption,
  { id, nowMs }: { readonly id: number; readonly nowMs: number },
): RedeemDecision {
  const invitation = state.invitations.find((one) => one.secretHash === secretHash);
  if (invitation === undefined || invitation.state !== 'open' || nowMs >= invitation.expiresAtMs) {
    return { kind: 'refused', rule: 'invitation-void' };
  }
  if (state.moderatorFor({ viewerId }) !== undefined) return { kind: 'refused', rule: 'moderator-already' };
  const { label } = invitation;
  const moderator: Moderator = { id, label, by: { kind: 'viewer', viewerId }, atMs: nowMs };
  return {
    kind: 'acted',
    entry: {
      id,
      atMs: nowMs,
      by: { kind: 'moderator', moderatorId: id, label, viewerId },
      act: 'redeem',
      target: label,
      viewerId,
      changes: [
        { kind: 'moderator', moderator, isAppointed: true },
        { kind: 'invitation', invitationId: invitation.id, state: 'used' },
      ],
    },
  };
}
