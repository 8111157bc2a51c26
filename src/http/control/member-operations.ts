import type { AccessInvitation } from '../../store/access-invitations.ts';
import { bind } from './bind.ts';
import type { ControlDeps } from './control-deps.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';
import type { MemberInvitationShape } from './shapes.ts';

const usualMs = 7 * 24 * 60 * 60 * 1000;

/** Links that let people in past the door. */
export function memberOperations({ invitations, now }: ControlDeps): readonly BoundOperation[] {
  const list = (): MemberInvitationShape[] => invitations.list().map((one) => described(one, now()));
  const known = (wanted: number): MemberInvitationShape => {
    const found = list().find(({ id }) => id === wanted);
    if (found === undefined) throw new ControlRefusal('unknown-invitation');
    return found;
  };
  return [
    bind(operations.memberInvitations, () => ({ invitations: list() })),
    bind(operations.inviteMember, ({ label, uses = 1, forMs = usualMs }) => {
      const secret = invitations.create({ label: label.replace(/\p{Cc}/gu, ' ').trim(), maxUses: uses, forMs });
      const [invitation] = list();
      if (secret === undefined || invitation === undefined) throw new ControlRefusal('invitation-bounds');
      return { invitation, path: `/invitation/${secret}` };
    }),
    bind(operations.revokeMemberInvitation, ({ invitationId }) => {
      invitations.revoke(known(invitationId).id);
      return { invitation: known(invitationId) };
    }),
    bind(operations.restoreMemberInvitation, ({ invitationId }) => {
      invitations.restore(known(invitationId).id);
      return { invitation: known(invitationId) };
    }),
  ];
}

function described(one: AccessInvitation, nowMs: number): MemberInvitationShape {
  const { id, label, uses, maxUses, untilMs, isRevoked } = one;
  const left = uses >= maxUses ? 'used' : untilMs <= nowMs ? 'expired' : 'open';
  return { id, label, uses, maxUses, expiresAtMs: untilMs, state: isRevoked ? 'revoked' : left };
}
