import { changedModes, type ChatModes, parseModePatch } from '../modes.ts';
import { type Change, inverseOf } from './change.ts';
import type { ModerationRefusal, ModeWords } from './command.ts';
import type { Decided, Question } from './question.ts';
import { isInForce } from './sanction.ts';

/**
 * What taking an entry back would change: the inverse of each of its changes, the last first, as far as the world still is as the entry left it. An
 * undo is an act like any other and can be taken back itself.
 */
export function undoChanges(question: Question, entryId: number): Decided | ModerationRefusal {
  const entry = question.state.entry(entryId);
  if (entry === undefined) return { kind: 'refused', rule: 'unknown-entry' };
  const changes = entry.changes
    .toReversed()
    .map(inverseOf)
    .flatMap((inverse) => (inverse === undefined ? [] : stillPossible(inverse, question)));
  if (changes.length === 0) return { kind: 'refused', rule: 'nothing-to-undo' };
  const { target, viewerId } = entry;
  return { kind: 'decided', changes, target, undoes: entryId, ...(viewerId === undefined ? {} : { viewerId }) };
}

/** The part of a change that would change anything; what somebody else has changed since then is left alone. */
function stillPossible(change: Change, { state, facts, nowMs }: Question): Change[] {
  switch (change.kind) {
    case 'hidden': {
      const messageIds = change.messageIds.filter((id) => facts.message(id)?.isHidden === !change.isHidden);
      return messageIds.length === 0 ? [] : [{ ...change, messageIds }];
    }
    case 'sanction': {
      const { id } = change.sanction;
      const holds = state.sanctionsAt(nowMs).some((one) => one.id === id);
      return holds === change.holds || !isInForce(change.sanction, nowMs) ? [] : [change];
    }
    case 'note':
      return keep(change, (state.notes.get(change.viewerId) ?? '') === change.before);
    case 'pin':
      return keep(change, state.pinnedId === change.before);
    case 'mode':
      return keep(change, isInForceNow(change.before, facts.modes) && parseModePatch(change.after).kind === 'patch');
    case 'declined': {
      const from = change.isDeclined ? 'waiting' : 'declined';
      const heldIds = change.heldIds.filter((id) => facts.heldState(id) === from);
      return heldIds.length === 0 ? [] : [{ ...change, heldIds }];
    }
    case 'filter':
      return keep(change, facts.filters.some(({ id }) => id === change.filter.id) !== change.isAdded);
    case 'moderator':
      return keep(change, state.moderators.some(({ id }) => id === change.moderator.id) !== change.isAppointed);
    case 'invitation': {
      const invitation = state.invitations.find(({ id }) => id === change.invitationId);
      return keep(change, invitation !== undefined && invitation.state !== 'used' && invitation.state !== change.state);
    }
    case 'poll-closed':
      return keep(change, facts.polls?.openId === change.pollId);
    case 'announced':
    case 'poll-opened':
    case 'approved':
      // No change has these for its inverse.
      return [];
  }
}

function isInForceNow(words: ModeWords, modes: ChatModes): boolean {
  const parsed = parseModePatch(words);
  return parsed.kind === 'patch' && Object.keys(changedModes(modes, parsed.patch)).length === 0;
}

function keep(change: Change, isPossible: boolean): Change[] {
  return isPossible ? [change] : [];
}
