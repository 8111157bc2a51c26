import type { Guest } from '../../access/guests.ts';
import type { AccessInvitation } from '../../store/access-invitations.ts';
import { bind } from './bind.ts';
import type { ControlDeps } from './control-deps.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';
import type { GuestShape } from './shapes.ts';

/** How long a link can be used unless somebody says otherwise. */
export const usualLinkMs = 7 * 24 * 60 * 60 * 1000;

/** People who are invited by name, and the password that everybody else may know. */
export function guestOperations(
  deps: Pick<ControlDeps, 'guests' | 'doorPassword' | 'doorMode' | 'address' | 'now'>,
): readonly BoundOperation[] {
  const { guests, doorPassword, doorMode, address, now } = deps;
  return [
    bind(operations.guests, async () => ({
      isPrivate: guests.isPrivate,
      guests: (await guests.list()).map((guest) => describeGuest(guest, now())),
    })),
    bind(operations.inviteGuest, async ({ name, only, uses = 1, forMs = usualLinkMs }) => {
      const outcome = await guests.invite({ name, uses, forMs, ...(only !== undefined && { only }) });
      if (outcome.kind === 'refused') throw new ControlRefusal(outcome.rule);
      const { key, secret } = outcome;
      const host = address();
      return {
        name,
        ...(host !== undefined && { address: host }),
        ...(key !== undefined && { key }),
        ...(secret !== undefined && { path: `/invitation/${secret}` }),
      };
    }),
    bind(operations.revokeGuest, async ({ name }) => {
      const revoked = await guests.revoke(name);
      if (revoked === undefined) throw new ControlRefusal('unknown-guest');
      return revoked;
    }),
    bind(operations.setDoorPassword, async ({ password }) => {
      const mode = doorMode();
      if (password === undefined) return { password: (await doorPassword.renew()).password, mode };
      if ((await doorPassword.change(password)) === undefined) throw new ControlRefusal('password-bounds');
      return { mode };
    }),
  ];
}

function describeGuest({ name, hasKey, links }: Guest, nowMs: number): GuestShape {
  return { name, hasKey, links: links.map((link) => describeLink(link, nowMs)) };
}

function describeLink(link: AccessInvitation, nowMs: number): GuestShape['links'][number] {
  const { uses, maxUses, untilMs, isRevoked } = link;
  const left = uses >= maxUses ? 'used' : untilMs <= nowMs ? 'expired' : 'open';
  return { uses, maxUses, expiresAtMs: untilMs, state: isRevoked ? 'revoked' : left };
}
