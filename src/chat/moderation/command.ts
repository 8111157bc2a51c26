import type { FilterRule } from '../word-filter.ts';
import type { PollRule, PollWish } from '../poll.ts';

/** Switches of the chat as people write them, by name: `{ slow: '12s' }` (`parseModePatch`). */
export type ModeWords = Readonly<Record<string, string>>;

/** Who a moderator is known by: one viewer's session, or whoever can make a tripcode (never a weak one, which can be guessed). */
export type Credential =
  | { readonly kind: 'viewer'; readonly viewerId: string }
  | { readonly kind: 'tripcode'; readonly code: string };

/** Everything staff do, whichever way it comes: page, control socket, filters. */
export type ModerationCommand =
  | { readonly kind: 'hide' | 'unhide'; readonly messageIds: readonly number[] }
  /** May not write for so long; `durationLimits` hold. */
  | { readonly kind: 'time-out'; readonly viewerId: string; readonly forMs: number; readonly reason?: string }
  /** May not write until it is lifted. */
  | {
      readonly kind: 'ban';
      readonly viewerId: string;
      readonly reason?: string;
      readonly hideAll?: boolean;
      readonly endVideo?: boolean;
    }
  /** Sees and hears nothing for so long: all their open responses end. */
  | { readonly kind: 'kick'; readonly viewerId: string; readonly forMs?: number; readonly reason?: string }
  /** Lifts all that holds against a person. */
  | { readonly kind: 'unban'; readonly viewerId: string }
  | { readonly kind: 'lift'; readonly sanctionId: number }
  /** Hides all that a person has written. */
  | { readonly kind: 'purge'; readonly viewerId: string }
  /** What staff should know about a person; empty removes it. */
  | { readonly kind: 'note'; readonly viewerId: string; readonly text: string }
  | { readonly kind: 'pin'; readonly messageId: number }
  | { readonly kind: 'unpin' }
  | { readonly kind: 'announce'; readonly text: string }
  | ({ readonly kind: 'open-poll' } & PollWish)
  | { readonly kind: 'close-poll' }
  | { readonly kind: 'mode'; readonly changes: ModeWords }
  /** Word filters; the rule has been checked. */
  | { readonly kind: 'add-filter'; readonly rule: FilterRule }
  | { readonly kind: 'remove-filter'; readonly filterId: number }
  /** What becomes of messages that wait for approval. */
  | { readonly kind: 'approve' | 'decline'; readonly heldIds: readonly number[] }
  | { readonly kind: 'appoint'; readonly by: Credential; readonly label: string }
  | { readonly kind: 'revoke'; readonly moderatorId: number }
  /** `secretHash` stands for a secret that only the link holds (`hashInvitation`). */
  | { readonly kind: 'invite'; readonly label: string; readonly secretHash: string; readonly forMs: number }
  | { readonly kind: 'revoke-invitation'; readonly invitationId: number }
  /** Takes back what an entry of the audit log says was done. */
  | { readonly kind: 'undo'; readonly entryId: number };

/** What an act is called in the audit log. */
export type Act = ModerationCommand['kind'] | 'redeem';

export const acts: readonly Act[] = [
  'hide',
  'unhide',
  'time-out',
  'ban',
  'kick',
  'unban',
  'lift',
  'purge',
  'note',
  'pin',
  'unpin',
  'announce',
  'open-poll',
  'close-poll',
  'mode',
  'add-filter',
  'remove-filter',
  'approve',
  'decline',
  'appoint',
  'revoke',
  'invite',
  'revoke-invitation',
  'undo',
  'redeem',
];

/** Time-outs, kicks: 10 seconds to two weeks. */
export const durationLimits = { minMs: 10_000, maxMs: 14 * 24 * 60 * 60 * 1000 } as const;
/** How long somebody who was kicked out stays out if nothing else was said. */
export const defaultKickMs = 10 * 60 * 1000;
/** An invitation that nobody used: one hour to a week. */
export const invitationLimits = { minMs: 60 * 60 * 1000, maxMs: 7 * 24 * 60 * 60 * 1000 } as const;

/** Bounds in grapheme clusters. */
export const maxReasonCharacters = 200;
export const maxNoteCharacters = 500;
export const maxLabelCharacters = 40;
export const maxAppealCharacters = 300;
/** Messages that one command may name. */
export const maxIdsPerCommand = 500;

/** Why a command was not carried out. */
export type ModerationRule =
  | PollRule
  /** The actor may not do this at all. */
  | 'not-allowed'
  /** It would be against the broadcaster or another moderator. */
  | 'protected'
  | 'unknown-message'
  | 'unknown-sanction'
  | 'unknown-moderator'
  | 'unknown-invitation'
  | 'unknown-entry'
  | 'unknown-held'
  | 'unknown-mode'
  | 'unknown-filter'
  /** All of it is so already. */
  | 'nothing-to-do'
  /** It cannot be taken back (any more). */
  | 'nothing-to-undo'
  | 'duration'
  | 'text-empty'
  | 'text-too-long'
  | 'text-forbidden'
  | 'too-many';

export interface ModerationRefusal {
  readonly kind: 'refused';
  readonly rule: ModerationRule;
}
