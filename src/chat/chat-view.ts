import type { Removal } from './readers.ts';
import type { Capcode, Message, Quote, TripcodeMark } from './message.ts';
import type { PublicModes } from './modes.ts';

/**
 * What the views of the chat are given. Everything here is clean data: texts are as the writer meant them and still have to be escaped,
 * addresses are complete and relative to the origin, unless the same bytes go to everybody.
 */

/** The limits a writer should see before they bite. Counted in grapheme clusters (what a person calls a character). */
export interface ChatLimits {
  readonly maxCharacters: number;
  readonly maxLines: number;
  readonly maxNameCharacters: number;
}

/**
 * Where a link stood that leads to a form or to tools: in a row of the open chat, in one of the finished log, on the page of staff. What it opens takes
 * the place of that, so that a form beside it keeps what was typed.
 */
export const rowOrigins = ['chat', 'log', 'staff'] as const;
export type RowOrigin = (typeof rowOrigins)[number];

/** Names of the form's fields; a post must hold exactly one of each it holds at all. */
export const chatFormFields = {
  /** The text; kept as typed whatever happens. */
  message: 'message',
  /** The wished name; empty means the default name. */
  name: 'name',
  /** An index into the palette in decimal, or `auto`. */
  colour: 'colour',
  /** A password to make a tripcode of; empty changes nothing. Never given back. */
  tripcode: 'tripcode',
  /** `remove` takes the tripcode away; `set` does so too if the password is empty. */
  tripcodeAction: 'tripcode-do',
  /** Proof that this server made the form for this viewer. */
  token: 'token',
  /** Makes a double click one message. */
  nonce: 'nonce',
  /** Id of the message that is answered; empty for none. */
  reply: 'reply',
  /** Where the row is that is answered (`RowOrigin`); absent for a form that stays where it is. */
  origin: 'from',
  /** Which captcha is answered. */
  captcha: 'captcha',
  /** What the picture shows, as typed. */
  captchaPicture: 'captcha-picture',
  /** The answer to the broadcaster's question, as typed. */
  captchaQuestion: 'captcha-question',
  /**
   * The button: `post` (the first one, so that Enter sends) or `settings` (saves name, colour and tripcode and keeps the text), or
   * one that changes the form and keeps everything else: `picture` (another captcha), `no-reply`, `emotes` (shows them), `emote:CODE`.
   */
  action: 'do',
} as const;

/** A tripcode as its owner's form shows it. */
export interface OwnTripcode extends TripcodeMark {
  /** Index into the palette. */
  readonly colour: number;
}

/** What must be answered before a message is taken. */
export interface CaptchaView {
  /** The picture; absent when only a question is asked. */
  readonly picture?: { readonly name: string; readonly href: string };
  readonly question?: string;
  /** What had been typed and may still be right. */
  readonly pictureAnswer: string;
  readonly questionAnswer: string;
}

/** Why the last attempt was refused, for the form to show beside the kept text. */
export interface ChatRefusalNotice {
  /** The rule's stable name, fit for a class name: `too-long`, `slow-down`, `name-reserved`... */
  readonly rule: string;
  /** The sentence to show, which already holds the wait. */
  readonly sentence: string;
  /** When trying again makes sense; absent if waiting does not help. */
  readonly waitSeconds?: number;
}

/** What holds for the writer's next message, told before it bites. */
export interface ChatFormModes {
  readonly rules: PublicModes;
  /** When the next message may come; absent if it may come now. */
  readonly waitSeconds?: number;
  /** How many of the writer's messages wait for approval. */
  readonly held: number;
}

/** `/chat/form`: one form that posts a message and holds the settings of name, colour and tripcode in a `<details>`. */
export interface ChatFormData {
  /** Where to post, with the reader's base. */
  readonly action: string;
  /** The plain log page, for text browsers and for those who scrolled up. */
  readonly logHref: string;
  /** Hidden field `token`. */
  readonly formToken: string;
  /** Hidden field `nonce`. */
  readonly nonce: string;
  /** What the writer had typed; empty on a fresh form. */
  readonly draft: string;
  /** The chosen (or, after a refusal, the wished) name; empty while the default one is used. */
  readonly name: string;
  /** What is shown for people without a name: a placeholder for the field. */
  readonly defaultName: string;
  /** Stands after the default name, without the `#`: `k3f`. */
  readonly tag: string;
  /** The chosen index; absent while the colour is chosen automatically (value `auto`). */
  readonly colour?: number;
  readonly tripcode?: OwnTripcode;
  /** True when it is to be removed as soon as the settings are saved. */
  readonly isRemovingTripcode?: boolean;
  /** Whether `#password` gives a classic tripcode here. */
  readonly allowsClassicTripcodes?: boolean;
  /** Choices are `auto` and 0 to `paletteSize - 1`; the values are CSS classes, never colours in markup. */
  readonly paletteSize: number;
  readonly limits: ChatLimits;
  /** Set for staff: the form says under which mark they write. */
  readonly capcode?: Capcode;
  /** Set for staff: where they moderate. */
  readonly staffHref?: string;
  /** What is being answered. */
  readonly reply?: Quote;
  /** Set for a form that has taken the place of the messages: which of them, and the way back. */
  readonly origin?: RowOrigin;
  readonly backHref?: string;
  /** True when there are emotes to choose from; `picksEmote`: now. */
  readonly hasEmotes?: boolean;
  readonly picksEmote?: boolean;
  /** The class that mentions of this viewer bear (`mentionClass`). */
  readonly mark?: string;
  readonly refusal?: ChatRefusalNotice;
  readonly modes: ChatFormModes;
  /** Set for somebody who is banned or timed out: where to say something about it. */
  readonly appealHref?: string;
  /** Present when one must be solved. */
  readonly captcha?: CaptchaView;
  /** True when the settings have just been saved. */
  readonly settingsSaved?: boolean;
  /** True when the settings should be unfolded: they were refused or have just been saved. */
  readonly settingsOpen?: boolean;
}

/** `/chat`, the endless frame: everything before the first row. The same bytes for everybody, so nothing personal is in it. */
export interface ChatDocumentData {
  /** Where a reader who scrolls up can read in peace; relative, since it must hold under every base. */
  readonly logHref: string;
}

/** `/chat/log`: the last rows as a finished page that any text browser can show. */
export interface ChatLogData {
  readonly title: string;
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Where to write. */
  readonly formHref: string;
  /** The newest page. */
  readonly refreshHref: string;
  /** The page before this one, if there is one. */
  readonly olderHref?: string;
  /** What was searched for; set for those who may search. */
  readonly search?: string;
  /** Why a row is hidden from everybody but the staff who read this. */
  removalOf?(messageId: number): Removal | undefined;
}
