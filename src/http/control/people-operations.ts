import { shownName } from '../../chat/markup.ts';
import type { ListedPerson } from '../../chat/people-list.ts';
import type { ModerationCommand } from '../../chat/moderation/command.ts';
import { bind } from './bind.ts';
import { act, type ControlDeps, doneEntry, viewerOf, type Whom } from './control-deps.ts';
import type { BoundOperation } from './control-server.ts';
import { describeEntry, describeInvitation, describeModerator, describeSanction } from './described.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';
import type { PersonShape } from './shapes.ts';

const auditLimits = { usual: 50, most: 500 } as const;
const usualInvitationMs = 24 * 60 * 60 * 1000;

/** People, what is done to them, and who may do it. */
export function peopleOperations(deps: ControlDeps): readonly BoundOperation[] {
  const { record } = deps.moderation;
  const to = (whom: Whom) => ({ viewerId: viewerOf(deps, whom) });
  const actOn = (kind: 'unban' | 'purge') => (whom: Whom) => act(deps, { kind, ...to(whom) });
  return [
    bind(operations.people, () => peopleOf(deps)),
    bind(operations.timeOut, ({ viewerId, messageId, ...wish }) =>
      act(deps, { kind: 'time-out', ...to(whomOf(viewerId, messageId)), ...wish }),
    ),
    bind(operations.ban, ({ viewerId, messageId, ...wish }) =>
      act(deps, { kind: 'ban', ...to(whomOf(viewerId, messageId)), ...wish }),
    ),
    bind(operations.kick, ({ viewerId, messageId, ...wish }) =>
      act(deps, { kind: 'kick', ...to(whomOf(viewerId, messageId)), ...wish }),
    ),
    bind(operations.unban, actOn('unban')),
    bind(operations.purge, actOn('purge')),
    bind(operations.lift, ({ sanctionId }) => act(deps, { kind: 'lift', sanctionId })),
    bind(operations.note, ({ viewerId, messageId, text }) =>
      act(deps, { kind: 'note', ...to(whomOf(viewerId, messageId)), text }),
    ),
    bind(operations.sanctions, () => ({
      sanctions: record.sanctionsAt(deps.now()).map((one) => describeSanction(one, record.appealOf(one.id))),
    })),
    bind(operations.moderators, () => ({ moderators: record.moderators.map(describeModerator) })),
    bind(operations.appoint, ({ label, tripcode, viewerId, messageId }) =>
      act(deps, { kind: 'appoint', label, by: credentialOf(deps, tripcode, whomOf(viewerId, messageId)) }),
    ),
    bind(operations.revoke, ({ moderatorId }) => act(deps, { kind: 'revoke', moderatorId })),
    bind(operations.invitations, () => ({
      invitations: record.invitations.map((one) => describeInvitation(one, deps.now())),
    })),
    bind(operations.invite, ({ label, forMs = usualInvitationMs }) => {
      const outcome = deps.moderation.invite({ kind: 'operator' }, label, forMs);
      return { entry: doneEntry(outcome), path: `/moderate/${outcome.secret ?? ''}` };
    }),
    bind(operations.revokeInvitation, ({ invitationId }) => act(deps, { kind: 'revoke-invitation', invitationId })),
    bind(operations.audit, ({ before = Number.MAX_SAFE_INTEGER, count = auditLimits.usual }) => {
      const found = record.audit.filter(({ id }) => id < before);
      const entries = found.slice(-Math.max(1, Math.min(count, auditLimits.most)));
      return { entries: entries.map(describeEntry), hasOlder: entries.length < found.length };
    }),
    bind(operations.undo, ({ entryId }) => act(deps, { kind: 'undo', entryId })),
  ];
}

function whomOf(viewerId: string | undefined, messageId: number | undefined): Whom {
  return { ...(viewerId === undefined ? {} : { viewerId }), ...(messageId === undefined ? {} : { messageId }) };
}

function credentialOf(
  deps: ControlDeps,
  tripcode: string | undefined,
  whom: Whom,
): Extract<ModerationCommand, { kind: 'appoint' }>['by'] {
  if (tripcode === undefined) return { kind: 'viewer', viewerId: viewerOf(deps, whom) };
  if (whom.viewerId === undefined && whom.messageId === undefined) return { kind: 'tripcode', code: tripcode };
  throw new ControlRefusal('bad-request', 'Appoint a person or a tripcode, one of the two.');
}

/** Who is here, with what is known of each. */
function peopleOf(deps: ControlDeps) {
  const { broadcaster, moderators, watching, notWatching, total, viewers } = deps.people();
  const groups = [
    ['broadcaster', broadcaster],
    ['moderator', moderators],
    ['watching', watching],
    ['not-watching', notWatching],
  ] as const;
  const people = groups.flatMap(([group, { people: found }]) => found.map((one) => describePerson(deps, one, group)));
  return { total, watching: viewers, people };
}

function describePerson(
  { moderation: { record }, now }: ControlDeps,
  { viewerId, viewerIds, face }: ListedPerson,
  group: PersonShape['group'],
): PersonShape {
  const { name, tag, tripcode } = face;
  const known = { viewerId, ...(tripcode === undefined ? {} : { tripcode }) };
  const sanction = record.standingOf(known, now());
  const note = record.notes.get(viewerId);
  return {
    viewerId,
    otherIds: viewerIds.filter((id) => id !== viewerId),
    name: shownName(name, tag),
    group,
    ...(tripcode === undefined ? {} : { tripcode: tripcode.code }),
    ...(sanction === undefined ? {} : { sanction: sanction.kind }),
    ...(note === undefined ? {} : { note }),
  };
}
