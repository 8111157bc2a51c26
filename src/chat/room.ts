import { type AppearanceRule, type AppearanceWish, changeAppearance, type ViewerIdentity } from '../identity/viewer.ts';
import type { NameRules } from '../identity/name.ts';
import { type FloodPolicy, type RateLimit, remember, waitMs } from './flood.ts';
import type { Author, Message } from './message.ts';
import { cleanMessageText, type MessageTextLimits } from './message-text.ts';
import type { Refusal } from './refusal.ts';
import { isExempt, type Requester } from './requester.ts';

/** A message with what only the server knows about it. */
export interface PostedMessage {
  readonly message: Message;
  readonly viewerId: string;
  /** The form's nonce: the same one of the same viewer posts once. */
  readonly nonce: string;
  /** Staff have hidden it: nobody but them sees it. */
  readonly isHidden?: true;
}

export interface PostCommand {
  readonly requester: Requester;
  readonly author: Author;
  /** As typed. */
  readonly text: string;
  readonly nonce: string;
}

export interface AppearanceCommand {
  readonly viewerId: string;
  readonly identity: ViewerIdentity;
  readonly wish: AppearanceWish;
}

/** The two clocks: wall time is shown, monotonic time decides, so that a jump of the clock neither blocks nor frees anybody. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export type PostDecision =
  | { readonly kind: 'posted'; readonly posted: PostedMessage }
  /** This form has posted already (a double click, a repeated request): nothing more to do. */
  | { readonly kind: 'already-posted' }
  | Refusal;

export type AppearanceDecision =
  | { readonly kind: 'changed'; readonly identity: ViewerIdentity }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rule: AppearanceRule }
  | { readonly kind: 'refused'; readonly rule: 'appearance-too-often'; readonly waitMs: number };

export interface RoomRules {
  /** Messages kept in memory for those who come in. */
  readonly history: number;
  readonly text: MessageTextLimits;
  readonly flood: FloodPolicy;
  readonly names: NameRules;
}

interface Speaker {
  readonly posts: readonly number[];
  readonly changes: readonly number[];
  readonly lastText: string;
}

const silent: Speaker = { posts: [], changes: [], lastText: '' };

/** Bounds of what is remembered about writers; the oldest go first. */
const maxSpeakers = 4096;
const maxNonces = 4096;

/**
 * The chat room: what was said last, and the rules for saying more. Deciding changes nothing; what was decided takes effect with `accept...`,
 * after it has been committed.
 */
export class Room {
  readonly #rules: RoomRules;
  /** Hidden ones too, oldest first. */
  #kept: readonly PostedMessage[] = [];
  #messages: readonly Message[] = [];
  #lastId = 0;
  readonly #nonces = new Set<string>();
  /** In the order of their last act, so that the first one is the one to forget. */
  readonly #speakers = new Map<string, Speaker>();
  #posts: readonly number[] = [];

  /** `past` are the newest messages of before, oldest first; ids go on from the last one. */
  constructor(rules: RoomRules, past: readonly PostedMessage[] = []) {
    this.#rules = rules;
    for (const posted of past) this.#keep(posted);
  }

  /** The last messages that are shown, oldest first. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The last messages with those that staff have hidden, oldest first. */
  get kept(): readonly PostedMessage[] {
    return this.#kept;
  }

  get lastId(): number {
    return this.#lastId;
  }

  get rules(): RoomRules {
    return this.#rules;
  }

  /** Decides whether a message is taken, and what it becomes. */
  decidePost(command: PostCommand, now: Moment): PostDecision {
    if (this.#nonces.has(nonceKey(command.requester.viewerId, command.nonce))) return { kind: 'already-posted' };
    const cleaned = cleanMessageText(command.text, this.#rules.text);
    if (cleaned.kind === 'refused') return { ...cleaned, text: command.text };
    const pace = this.#paceOf(command, cleaned.text, now.monotonicMs);
    if (pace !== undefined) return { kind: 'refused', ...pace, text: command.text };
    const message: Message = { id: this.#lastId + 1, atMs: now.wallMs, author: command.author, text: cleaned.text };
    return { kind: 'posted', posted: { message, viewerId: command.requester.viewerId, nonce: command.nonce } };
  }

  /** Takes a decided message in. Messages must be accepted in the order in which they were decided. */
  acceptPost(posted: PostedMessage, now: Moment): void {
    const { flood } = this.#rules;
    const speaker = this.#speakers.get(posted.viewerId) ?? silent;
    this.#keep(posted);
    this.#posts = remember(this.#posts, flood.room, now.monotonicMs);
    this.#remember(posted.viewerId, {
      ...speaker,
      posts: remember(speaker.posts, flood.viewer, now.monotonicMs),
      lastText: posted.message.text,
    });
  }

  /** Hides messages from everybody but staff, or shows them again. Gives those that were in memory and have changed, oldest first. */
  setHidden(ids: readonly number[], isHidden: boolean): readonly Message[] {
    const wanted = new Set(ids);
    const changing = (posted: PostedMessage): boolean =>
      wanted.has(posted.message.id) && (posted.isHidden === true) !== isHidden;
    const changed = this.#kept.filter(changing).map(({ message }) => message);
    this.#setKept(
      this.#kept.map((posted) => {
        if (!changing(posted)) return posted;
        const { isHidden: _before, ...shown } = posted;
        return isHidden ? { ...shown, isHidden: true } : shown;
      }),
    );
    return changed;
  }

  /** Decides whether a viewer may change name or colour, and into what. */
  decideAppearance({ viewerId, identity, wish }: AppearanceCommand, now: Moment): AppearanceDecision {
    const result = changeAppearance(identity, wish, this.#rules.names);
    if (result.kind !== 'changed') return result;
    const wait = waitMs(this.#changesOf(viewerId), this.#rules.flood.appearance, now.monotonicMs);
    return wait > 0 ? { kind: 'refused', rule: 'appearance-too-often', waitMs: wait } : result;
  }

  /** Counts a change that was made. */
  acceptAppearance(viewerId: string, now: Moment): void {
    const speaker = this.#speakers.get(viewerId) ?? silent;
    const changes = remember(speaker.changes, this.#rules.flood.appearance, now.monotonicMs);
    this.#remember(viewerId, { ...speaker, changes });
  }

  /** The rule of pace a message breaks. */
  #paceOf(
    command: PostCommand,
    text: string,
    nowMs: number,
  ): { rule: 'same-text' | 'slow-down' | 'room-busy'; waitMs: number } | undefined {
    if (isExempt(command.requester)) return undefined;
    const { flood } = this.#rules;
    const { posts, lastText } = this.#speakers.get(command.requester.viewerId) ?? silent;
    const sameText: RateLimit = { count: 1, windowMs: flood.sameTextMs };
    const waits = [
      { rule: 'same-text', waitMs: text === lastText ? waitMs(posts, sameText, nowMs) : 0 },
      { rule: 'slow-down', waitMs: waitMs(posts, flood.viewer, nowMs) },
      { rule: 'room-busy', waitMs: waitMs(this.#posts, flood.room, nowMs) },
    ] as const;
    return waits.find((wait) => wait.waitMs > 0);
  }

  #changesOf(viewerId: string): readonly number[] {
    return this.#speakers.get(viewerId)?.changes ?? [];
  }

  #keep(posted: PostedMessage): void {
    const { message, viewerId, nonce } = posted;
    // Twice as many: where much has been hidden, those who come in still see something.
    this.#setKept([...this.#kept, posted].slice(-2 * this.#rules.history));
    this.#lastId = message.id;
    this.#nonces.add(nonceKey(viewerId, nonce));
    forgetOldest(this.#nonces, maxNonces);
  }

  #setKept(kept: readonly PostedMessage[]): void {
    this.#kept = kept;
    const shown = kept.filter(({ isHidden }) => isHidden !== true).map(({ message }) => message);
    this.#messages = shown.slice(-this.#rules.history);
  }

  #remember(viewerId: string, speaker: Speaker): void {
    this.#speakers.delete(viewerId);
    this.#speakers.set(viewerId, speaker);
    forgetOldest(this.#speakers, maxSpeakers);
  }
}

/** Sets and maps keep the order of insertion: the first key is the oldest. */
function forgetOldest(kept: Set<string> | Map<string, unknown>, limit: number): void {
  if (kept.size <= limit) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}

function nonceKey(viewerId: string, nonce: string): string {
  return `${viewerId} ${nonce}`;
}
