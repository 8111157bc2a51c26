import type { HeldMessage } from '../../chat/hold-queue.ts';
import type { Actor } from '../../chat/moderation/actor.ts';
import type { AuditEntry } from '../../chat/moderation/audit.ts';
import type { Change } from '../../chat/moderation/change.ts';
import type { Appeal, Sanction } from '../../chat/moderation/sanction.ts';
import type { Invitation, Moderator } from '../../chat/moderation/staff.ts';
import { type ChatModes, wordsOf } from '../../chat/modes.ts';
import type { PollStatus } from '../../chat/poll.ts';
import type { PostedMessage } from '../../chat/room.ts';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import type {
  EntryShape,
  HeldShape,
  InvitationShape,
  MessageShape,
  ModeratorShape,
  ModesShape,
  PollShape,
  SanctionShape,
  StreamShape,
  TorShape,
} from './shapes.ts';

/** A message with whoever wrote it; never the nonce of the form. */
export function describeMessage({ message, viewerId, isHidden }: PostedMessage): MessageShape {
  const { id, atMs, author, text, quote, mentions, isAnnouncement } = message;
  return {
    ...{ id, atMs },
    ...(viewerId === '' ? {} : { viewerId }),
    ...{ author, text },
    ...(quote === undefined ? {} : { quote }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(isAnnouncement === undefined ? {} : { isAnnouncement }),
    ...(isHidden === undefined ? {} : { isHidden }),
  };
}

/** An entry of the audit log without what only undoing needs. */
export function describeEntry({ id, atMs, by, act, target, viewerId, changes, undoes }: AuditEntry): EntryShape {
  return {
    ...{ id, atMs, by: describeActor(by), act, target },
    ...(viewerId === undefined || viewerId === '' ? {} : { viewerId }),
    messageIds: changes.flatMap(messagesOf),
    ...(undoes === undefined ? {} : { undoes }),
  };
}

export function describeSanction(sanction: Sanction, appeal: Appeal | undefined): SanctionShape {
  return { ...sanction, by: describeActor(sanction.by), ...(appeal === undefined ? {} : { appeal: appeal.text }) };
}

export function describeHeld({ holdId, atMs, viewerId, reason, draft }: HeldMessage): HeldShape {
  return { heldId: holdId, atMs, viewerId, reason, author: draft.author, text: draft.text };
}

export function describePoll({ poll, votes, total }: PollStatus): PollShape {
  const { id, question, options, openedAtMs, closesAtMs } = poll;
  return {
    ...{ id, question },
    options: options.map((text, index) => ({ text, votes: votes[index] ?? 0 })),
    ...{ total, openedAtMs },
    ...(closesAtMs === undefined ? {} : { closesAtMs }),
  };
}

/** The switches in the words in which they are turned. */
export function describeModes(modes: ChatModes): ModesShape {
  const off = 'off';
  const all = { slow: off, locked: off, members: off, hold_first: off, min_age: off, new_speakers: off, captcha: off };
  return { ...all, ...wordsOf(modes) };
}

export function describeStream({ state, title, uptimeSeconds }: StreamSnapshot): StreamShape {
  return { state, title, ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }) };
}

export function describeModerator({ id, label, by, atMs }: Moderator): ModeratorShape {
  return { id, label, ...(by.kind === 'viewer' ? { viewerId: by.viewerId } : { tripcode: by.code }), atMs };
}

/** An invitation without the hash of its secret. */
export function describeInvitation(invitation: Invitation, nowMs: number): InvitationShape {
  const { id, label, atMs, expiresAtMs, state } = invitation;
  return { id, label, atMs, expiresAtMs, state: state === 'open' && nowMs >= expiresAtMs ? 'expired' : state };
}

function describeActor(by: Actor): EntryShape['by'] {
  return by.kind === 'moderator' ? { kind: by.kind, label: by.label } : { kind: by.kind };
}

function messagesOf(change: Change): readonly number[] {
  if (change.kind === 'hidden' || change.kind === 'approved') return change.messageIds;
  return change.kind === 'announced' ? [change.messageId] : [];
}

export function describeTor({ state, progress, descriptorUploads }: TorShape): TorShape {
  return { state, progress, descriptorUploads };
}
