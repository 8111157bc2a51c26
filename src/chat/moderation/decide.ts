import { changedModes, describeModePatch, modesBefore, parseModePatch, wordsOf } from '../modes.ts';
import type { FilterRule } from '../word-filter.ts';
import type { Change } from './change.ts';
import {
  defaultKickMs,
  durationLimits,
  invitationLimits,
  maxIdsPerCommand,
  maxLabelCharacters,
  maxNoteCharacters,
  maxReasonCharacters,
  type ModerationCommand,
  type ModerationRefusal,
  type ModerationRule,
} from './command.ts';
import type { ModerationFacts } from './facts.ts';
import { moderationLimits } from './limits.ts';
import type { Decided, ModerationState, Question } from './question.ts';
import type { Sanction, SanctionKind } from './sanction.ts';
import { cleanStaffText } from './staff-text.ts';
import type { Invitation, Moderator } from './staff.ts';
import { undoChanges } from './undo.ts';

type Answer = Decided | ModerationRefusal;
type CommandOf<Kind extends ModerationCommand['kind']> = Extract<ModerationCommand, { readonly kind: Kind }>;

/** What a command would change, whoever gives it; whether they may is for the policy. */
export function decideChanges(question: Question): Answer {
  const answer = answerTo(question);
  return answer.kind === 'decided' ? unpinningHidden(answer, question.state.pinnedId) : answer;
}

/** A message that is hidden stands above the talk no longer. */
function unpinningHidden(decided: Decided, pinnedId: number | undefined): Decided {
  const hides = (change: Change): boolean =>
    pinnedId !== undefined && change.kind === 'hidden' && change.isHidden && change.messageIds.includes(pinnedId);
  if (pinnedId === undefined || !decided.changes.some(hides)) return decided;
  return { ...decided, changes: [...decided.changes, { kind: 'pin', before: pinnedId }] };
}

function answerTo(question: Question): Answer {
  const { command, facts, state } = question;
  switch (command.kind) {
    case 'hide':
    case 'unhide':
      return setHidden(command.messageIds, command.kind === 'hide', facts);
    case 'time-out':
    case 'ban':
    case 'kick':
      return sanction(question, command);
    case 'unban':
    case 'lift':
      return lift(question, command);
    case 'purge':
      return about(command.viewerId, facts, hideAllOf(command.viewerId, facts));
    case 'note':
      return note(question, command);
    case 'pin':
    case 'unpin':
      return pin(command, facts, state.pinnedId);
    case 'announce':
      return announce(command.text, facts);
    case 'open-poll':
      return openPoll(command, facts);
    case 'close-poll':
      return closePoll(facts);
    case 'mode':
      return mode(command, facts);
    case 'add-filter':
      return addFilter(question, command);
    case 'remove-filter':
      return removeFilter(command.filterId, facts);
    case 'approve':
    case 'decline':
      return judgeHeld(command, facts);
    case 'appoint':
      return appoint(question, command);
    case 'revoke':
      return revoke(command.moderatorId, state);
    case 'invite':
      return invite(question, command);
    case 'revoke-invitation':
      return revokeInvitation(command.invitationId, state);
    case 'undo':
      return undoChanges(question, command.entryId);
  }
}

function refused(rule: ModerationRule): ModerationRefusal {
  return { kind: 'refused', rule };
}

function about(viewerId: string, facts: ModerationFacts, changes: readonly Change[]): Answer {
  if (changes.length === 0) return refused('nothing-to-do');
  return { kind: 'decided', changes, viewerId, target: facts.person(viewerId).label };
}

function setHidden(ids: readonly number[], isHidden: boolean, facts: ModerationFacts): Answer {
  if (ids.length > maxIdsPerCommand) return refused('too-many');
  const messages = [...new Set(ids)].map((id) => ({ id, message: facts.message(id) }));
  const [first] = messages;
  if (first?.message === undefined || messages.some(({ message }) => message === undefined)) {
    return refused('unknown-message');
  }
  const messageIds = messages.filter(({ message }) => message?.isHidden !== isHidden).map(({ id }) => id);
  const changes: Change[] = messageIds.length === 0 ? [] : [{ kind: 'hidden', messageIds, isHidden }];
  return about(first.message.viewerId, facts, changes);
}

function hideAllOf(viewerId: string, facts: ModerationFacts): Change[] {
  const messageIds = facts.shownMessagesOf(viewerId);
  return messageIds.length === 0 ? [] : [{ kind: 'hidden', messageIds, isHidden: true }];
}

/** A new sanction takes the place of the person's earlier ones of its kind. */
function sanction(question: Question, command: CommandOf<'time-out' | 'ban' | 'kick'>): Answer {
  const { facts, state, nowMs, id, actor } = question;
  const { kind, viewerId } = command;
  const forMs = durationOf(command);
  if (forMs !== undefined && !isWithin(forMs, durationLimits)) return refused('duration');
  const reason = optionalText(command.reason, maxReasonCharacters);
  if (reason.kind === 'refused') return reason;
  const { label, tripcode } = facts.person(viewerId);
  const made: Sanction = {
    id,
    kind,
    viewerId,
    ...(tripcode === undefined ? {} : { tripcode: tripcode.code }),
    label,
    endsVideo: kind === 'kick' || (command.kind === 'ban' && command.endVideo === true),
    atMs: nowMs,
    ...(forMs === undefined ? {} : { untilMs: nowMs + forMs }),
    by: actor,
    ...(reason.text === '' ? {} : { reason: reason.text }),
  };
  const earlier = against(state, viewerId, nowMs, kind);
  const changes: Change[] = [
    ...earlier.map((one) => ({ kind: 'sanction', sanction: one, holds: false }) as const),
    { kind: 'sanction', sanction: made, holds: true },
  ];
  if (command.kind === 'ban' && command.hideAll === true) changes.push(...hideAllOf(viewerId, facts));
  return about(viewerId, facts, changes);
}

function durationOf(command: CommandOf<'time-out' | 'ban' | 'kick'>): number | undefined {
  if (command.kind === 'ban') return undefined;
  return command.kind === 'kick' ? (command.forMs ?? defaultKickMs) : command.forMs;
}

function against(state: ModerationState, viewerId: string, nowMs: number, kind?: SanctionKind): readonly Sanction[] {
  return state
    .sanctionsAt(nowMs)
    .filter((one) => one.viewerId === viewerId && (kind === undefined || one.kind === kind));
}

function lift({ state, facts, nowMs }: Question, command: CommandOf<'unban' | 'lift'>): Answer {
  const lifted =
    command.kind === 'unban'
      ? against(state, command.viewerId, nowMs)
      : state.sanctionsAt(nowMs).filter(({ id }) => id === command.sanctionId);
  const [first] = lifted;
  if (first === undefined) return refused(command.kind === 'unban' ? 'nothing-to-do' : 'unknown-sanction');
  const changes = lifted.map((one) => ({ kind: 'sanction', sanction: one, holds: false }) as const);
  const answer = about(first.viewerId, facts, changes);
  // Somebody who has been away for long may be known by the sanction alone.
  return answer.kind === 'decided' ? { ...answer, target: first.label } : answer;
}

function note({ state, facts }: Question, { viewerId, text }: CommandOf<'note'>): Answer {
  const cleaned = optionalText(text, maxNoteCharacters);
  if (cleaned.kind === 'refused') return cleaned;
  const before = state.notes.get(viewerId) ?? '';
  const after = cleaned.text;
  return about(viewerId, facts, before === after ? [] : [{ kind: 'note', viewerId, before, after }]);
}

function pin(command: CommandOf<'pin' | 'unpin'>, facts: ModerationFacts, pinnedId: number | undefined): Answer {
  const before = pinnedId === undefined ? {} : { before: pinnedId };
  if (command.kind === 'unpin') {
    return pinnedId === undefined
      ? refused('nothing-to-do')
      : { kind: 'decided', changes: [{ kind: 'pin', ...before }] };
  }
  const message = facts.message(command.messageId);
  if (message === undefined || message.isHidden) return refused('unknown-message');
  if (pinnedId === command.messageId) return refused('nothing-to-do');
  return about(message.viewerId, facts, [{ kind: 'pin', ...before, after: command.messageId }]);
}

function announce(typed: string, facts: ModerationFacts): Answer {
  const cleaned = facts.cleanAnnouncement(typed);
  if (cleaned.kind === 'refused') return refused(typed.trim() === '' ? 'text-empty' : 'text-forbidden');
  const { text } = cleaned;
  return { kind: 'decided', changes: [{ kind: 'announced', messageId: facts.nextMessageId, text }] };
}

function openPoll(wish: CommandOf<'open-poll'>, { polls }: ModerationFacts): Answer {
  const decision = polls?.decideOpen(wish);
  if (decision === undefined) return refused('not-allowed');
  if (decision.kind === 'refused') return decision;
  return { kind: 'decided', changes: [{ kind: 'poll-opened', poll: decision.poll }] };
}

/** Everybody learns how it ended. */
function closePoll({ polls, nextMessageId }: ModerationFacts): Answer {
  const result = polls?.result();
  if (polls?.openId === undefined || result === undefined) return refused('no-poll');
  const announced = { kind: 'announced', messageId: nextMessageId, ...result } as const;
  return { kind: 'decided', changes: [{ kind: 'poll-closed', pollId: polls.openId }, announced] };
}

function mode({ changes }: CommandOf<'mode'>, { modes }: ModerationFacts): Answer {
  const parsed = parseModePatch(changes);
  if (parsed.kind === 'refused') return refused('unknown-mode');
  const patch = changedModes(modes, parsed.patch);
  if (Object.keys(patch).length === 0) return refused('nothing-to-do');
  return {
    kind: 'decided',
    changes: [{ kind: 'mode', before: wordsOf(modesBefore(modes, patch)), after: wordsOf(patch) }],
    target: describeModePatch(patch),
  };
}

function addFilter({ facts, id }: Question, { rule }: CommandOf<'add-filter'>): Answer {
  if (facts.filters.length >= moderationLimits.filters) return refused('too-many');
  const written = JSON.stringify(rule);
  if (facts.filters.some((one) => JSON.stringify(one.rule) === written)) return refused('nothing-to-do');
  return {
    kind: 'decided',
    changes: [{ kind: 'filter', filter: { id, rule }, isAdded: true }],
    target: wordsOfFilter(rule),
  };
}

function removeFilter(filterId: number, { filters }: ModerationFacts): Answer {
  const filter = filters.find(({ id }) => id === filterId);
  if (filter === undefined) return refused('unknown-filter');
  return { kind: 'decided', changes: [{ kind: 'filter', filter, isAdded: false }], target: wordsOfFilter(filter.rule) };
}

function wordsOfFilter(rule: FilterRule): string {
  return `${rule.action}: ${'text' in rule ? rule.text : rule.pattern}`;
}

function judgeHeld({ kind, heldIds }: CommandOf<'approve' | 'decline'>, facts: ModerationFacts): Answer {
  if (heldIds.length > maxIdsPerCommand) return refused('too-many');
  if (heldIds.length === 0 || heldIds.some((id) => facts.heldState(id) !== 'waiting')) return refused('unknown-held');
  if (kind === 'decline') return { kind: 'decided', changes: [{ kind: 'declined', heldIds, isDeclined: true }] };
  const messageIds = heldIds.map((_, index) => facts.nextMessageId + index);
  return { kind: 'decided', changes: [{ kind: 'approved', heldIds, messageIds }] };
}

function appoint({ state, facts, nowMs, id }: Question, { by, label }: CommandOf<'appoint'>): Answer {
  const cleaned = cleanStaffText(label, maxLabelCharacters);
  if (cleaned.kind === 'refused') return cleaned;
  if (by.kind === 'tripcode' && by.code.trim() === '') return refused('text-empty');
  if (state.moderators.length >= moderationLimits.moderators) return refused('too-many');
  const isKnown = state.moderators.some((one) => sameCredential(one.by, by));
  if (isKnown) return refused('nothing-to-do');
  const moderator: Moderator = { id, label: cleaned.text, by, atMs: nowMs };
  const changes: Change[] = [{ kind: 'moderator', moderator, isAppointed: true }];
  if (by.kind === 'tripcode') return { kind: 'decided', changes, target: cleaned.text };
  // Whoever is to keep order must be free to speak.
  const lifted = against(state, by.viewerId, nowMs).map(
    (one) => ({ kind: 'sanction', sanction: one, holds: false }) as const,
  );
  return about(by.viewerId, facts, [...changes, ...lifted]);
}

function sameCredential(a: Moderator['by'], b: Moderator['by']): boolean {
  if (a.kind === 'viewer') return b.kind === 'viewer' && a.viewerId === b.viewerId;
  return b.kind === 'tripcode' && a.code === b.code;
}

function revoke(moderatorId: number, state: ModerationState): Answer {
  const moderator = state.moderators.find(({ id }) => id === moderatorId);
  if (moderator === undefined) return refused('unknown-moderator');
  return {
    kind: 'decided',
    changes: [{ kind: 'moderator', moderator, isAppointed: false }],
    target: moderator.label,
    ...(moderator.by.kind === 'viewer' ? { viewerId: moderator.by.viewerId } : {}),
  };
}

function invite({ state, nowMs, id }: Question, { label, secretHash, forMs }: CommandOf<'invite'>): Answer {
  const cleaned = cleanStaffText(label, maxLabelCharacters);
  if (cleaned.kind === 'refused') return cleaned;
  if (!isWithin(forMs, invitationLimits)) return refused('duration');
  const open = state.invitations.filter((one) => one.state === 'open' && nowMs < one.expiresAtMs);
  if (open.length >= moderationLimits.openInvitations) return refused('too-many');
  const expiresAtMs = nowMs + forMs;
  const invitation: Invitation = { id, label: cleaned.text, secretHash, atMs: nowMs, expiresAtMs, state: 'open' };
  const changes: Change[] = [{ kind: 'invitation', invitationId: id, state: 'open' }];
  return { kind: 'decided', changes, target: cleaned.text, invitation };
}

function revokeInvitation(invitationId: number, state: ModerationState): Answer {
  const invitation = state.invitations.find(({ id }) => id === invitationId);
  if (invitation?.state !== 'open') return refused('unknown-invitation');
  const changes: Change[] = [{ kind: 'invitation', invitationId, state: 'revoked' }];
  return { kind: 'decided', changes, target: invitation.label };
}

function optionalText(typed: string | undefined, maxCharacters: number) {
  if (typed === undefined || typed.trim() === '') return { kind: 'clean', text: '' } as const;
  return cleanStaffText(typed, maxCharacters);
}

function isWithin(ms: number, { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number }): boolean {
  return Number.isSafeInteger(ms) && ms >= minMs && ms <= maxMs;
}
