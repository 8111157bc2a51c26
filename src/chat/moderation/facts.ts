import type { Capcode, PollResult, TripcodeMark } from '../message.ts';
import type { OpenDecision, PollWish } from '../poll.ts';
import type { LiveFilter } from '../word-filter.ts';
import type { ChatModes } from '../modes.ts';

/** What is known of a message that is still kept. */
export interface KnownMessage {
  readonly viewerId: string;
  readonly isHidden: boolean;
  /** The mark under which it was written. */
  readonly capcode?: Capcode;
}

/** How somebody appears. */
export interface KnownPerson {
  /** Name and tag as shown. */
  readonly label: string;
  readonly tripcode?: TripcodeMark;
  /** Has shown up logged in as the broadcaster. */
  readonly isBroadcaster?: true;
  /** Circuits the person was seen on. */
  readonly circuitIds: readonly number[];
}

/** What is known of polls. */
export interface PollFacts {
  /** Id of the open one. */
  readonly openId: number | undefined;
  /** What a poll would become. */
  decideOpen(wish: PollWish): OpenDecision;
  /** How the open one would end now, and that in the words of the house; undefined if none is open. */
  result(): { readonly text: string; readonly pollResult: PollResult } | undefined;
}

/** What deciding needs to know of the rest of the chat. Asking changes nothing. */
export interface ModerationFacts {
  message(id: number): KnownMessage | undefined;
  /** All kept messages of a person that are shown, oldest first. */
  shownMessagesOf(viewerId: string): readonly number[];
  person(viewerId: string): KnownPerson;
  /** The id that the next message will get. */
  readonly nextMessageId: number;
  /** Cleans what staff say to everybody, by the rules of messages. */
  cleanAnnouncement(text: string): { readonly kind: 'clean'; readonly text: string } | { readonly kind: 'refused' };
  /** Whether a held message waits, or has been declined and could wait again. */
  heldState(heldId: number): 'waiting' | 'declined' | undefined;
  /** Absent where there are no polls. */
  readonly polls?: PollFacts;
  /** The word filters that staff have added. */
  readonly filters: readonly LiveFilter[];
  /** The switches that hold now. */
  readonly modes: ChatModes;
}
