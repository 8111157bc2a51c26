import { type Actor, isOwner } from './actor.ts';
import type { Change } from './change.ts';
import type { ModerationRule } from './command.ts';
import type { ModerationFacts } from './facts.ts';
import { isCredentialOf, type Moderator } from './staff.ts';

/** What the policy looks at. */
export interface PolicyView {
  readonly moderators: readonly Moderator[];
  readonly facts: ModerationFacts;
}

/**
 * The rule that forbids an actor a change; undefined if it may be made. The one place that says what moderators may do: everything to viewers, nothing to
 * the broadcaster or each other, nothing that makes or unmakes moderators, and not what the broadcaster has decided against somebody.
 */
// Threat: T18
export function forbiddenBy(actor: Actor, change: Change, view: PolicyView): ModerationRule | undefined {
  if (
    change.kind === 'sanction' &&
    change.holds &&
    view.facts.person(change.sanction.viewerId).isBroadcaster === true
  ) {
    return 'protected';
  }
  if (isOwner(actor)) return undefined;
  switch (change.kind) {
    case 'hidden':
      return change.messageIds.some((id) => isProtectedMessage(actor, id, view)) ? 'protected' : undefined;
    case 'sanction':
      if (change.holds) return isStaff(change.sanction.viewerId, view) ? 'protected' : undefined;
      return isOwner(change.sanction.by) ? 'protected' : undefined;
    case 'filter':
    case 'moderator':
    case 'invitation':
      return 'not-allowed';
    case 'note':
    case 'pin':
    case 'announced':
    case 'poll-opened':
    case 'poll-closed':
    case 'mode':
    case 'approved':
    case 'declined':
      return undefined;
  }
}

/** Whether this viewer is the broadcaster or a moderator. */
export function isStaff(viewerId: string, { moderators, facts }: PolicyView): boolean {
  const person = facts.person(viewerId);
  const { tripcode } = person;
  const known = { viewerId, ...(tripcode === undefined ? {} : { tripcode }) };
  return person.isBroadcaster === true || moderators.some(({ by }) => isCredentialOf(by, known));
}

/** Staff's messages are theirs to hide, and the broadcaster's. */
function isProtectedMessage(actor: Actor, id: number, view: PolicyView): boolean {
  const message = view.facts.message(id);
  if (message === undefined) return false;
  if (actor.kind === 'moderator' && actor.viewerId === message.viewerId) return message.capcode === 'broadcaster';
  return message.capcode !== undefined || isStaff(message.viewerId, view);
}
