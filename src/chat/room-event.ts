import type { Message } from './message.ts';

/** What happens in the room, as every open page must learn of it. Plain data, in the order of happening. */
export type RoomEvent =
  | { readonly kind: 'message'; readonly message: Message }
  /** Rows that vanish for everybody but staff. */
  | { readonly kind: 'removed'; readonly ids: readonly number[] }
  /** Rows that are back, oldest first. */
  | { readonly kind: 'restored'; readonly messages: readonly Message[] }
  /** What stands above the talk (a pinned message, a poll) or the rules that hold (slow mode, read-only) have changed. */
  | { readonly kind: 'banner' }
  /** Something only staff see has changed: a held message, a ban, a note. */
  | { readonly kind: 'staff' };
