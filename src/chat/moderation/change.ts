import type { LiveFilter } from '../word-filter.ts';
import type { PollResult } from '../message.ts';
import type { Poll } from '../poll.ts';
import type { ModeWords } from './command.ts';
import type { Sanction } from './sanction.ts';
import type { Moderator } from './staff.ts';

/**
 * What an act really changes: the smallest steps, each with what was before, so that taking back is another change. Plain data: it is what the audit
 * log keeps. No secrets, no circuits.
 */
export type Change =
  | { readonly kind: 'hidden'; readonly messageIds: readonly number[]; readonly isHidden: boolean }
  | { readonly kind: 'sanction'; readonly sanction: Sanction; readonly holds: boolean }
  | { readonly kind: 'note'; readonly viewerId: string; readonly before: string; readonly after: string }
  | { readonly kind: 'pin'; readonly before?: number; readonly after?: number }
  | {
      readonly kind: 'announced';
      readonly messageId: number;
      readonly text: string;
      readonly pollResult?: PollResult;
    }
  | { readonly kind: 'poll-opened'; readonly poll: Poll }
  | { readonly kind: 'poll-closed'; readonly pollId: number }
  | { readonly kind: 'mode'; readonly before: ModeWords; readonly after: ModeWords }
  | { readonly kind: 'filter'; readonly filter: LiveFilter; readonly isAdded: boolean }
  /** Held messages, and the messages they became. */
  | { readonly kind: 'approved'; readonly heldIds: readonly number[]; readonly messageIds: readonly number[] }
  | { readonly kind: 'declined'; readonly heldIds: readonly number[]; readonly isDeclined: boolean }
  | { readonly kind: 'moderator'; readonly moderator: Moderator; readonly isAppointed: boolean }
  | { readonly kind: 'invitation'; readonly invitationId: number; readonly state: 'open' | 'used' | 'revoked' };

/** The change that takes one back; undefined for what stays done. */
export function inverseOf(change: Change): Change | undefined {
  switch (change.kind) {
    case 'hidden':
      return { ...change, isHidden: !change.isHidden };
    case 'sanction':
      return { ...change, holds: !change.holds };
    case 'note':
    case 'mode':
      return swapped(change);
    case 'pin':
      return {
        kind: 'pin',
        ...(change.after === undefined ? {} : { before: change.after }),
        ...(change.before === undefined ? {} : { after: change.before }),
      };
    case 'announced':
      return { kind: 'hidden', messageIds: [change.messageId], isHidden: true };
    case 'poll-opened':
      return { kind: 'poll-closed', pollId: change.poll.id };
    case 'poll-closed':
      return undefined;
    case 'approved':
      return { kind: 'hidden', messageIds: change.messageIds, isHidden: true };
    case 'declined':
      return { ...change, isDeclined: !change.isDeclined };
    case 'filter':
      return { ...change, isAdded: !change.isAdded };
    case 'moderator':
      return { ...change, isAppointed: !change.isAppointed };
    case 'invitation':
      // Used is used: a link works once.
      if (change.state === 'used') return undefined;
      return { ...change, state: change.state === 'open' ? 'revoked' : 'open' };
  }
}

function swapped(change: Extract<Change, { kind: 'note' | 'mode' }>): Change {
  return change.kind === 'note'
    ? { ...change, before: change.after, after: change.before }
    : { ...change, before: change.after, after: change.before };
}
