import type { NameRules } from '../identity/name.ts';
import { Fairness, type FairnessRules } from './fairness.ts';
import { type HeldMessage, HoldQueue, type HoldReason } from './hold-queue.ts';
import type { MemberCandidate } from './members.ts';
import { mentionsIn, peopleByFold, shownName } from './markup.ts';
import type { Author, Message, MessageDraft, Quote } from './message.ts';
import { cleanMessageText, type MessageTextLimits } from './message-text.ts';
import type { Refusal } from './refusal.ts';
import { RecentMap } from './recent-map.ts';
import type { Requester } from './requester.ts';

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
  /** What it answers. */
  readonly quote?: Quote;
}

/** The two clocks: wall time is shown, monotonic time decides, so that a jump of the clock neither blocks nor frees anybody. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export type PostDecision =
  | { readonly kind: 'posted'; readonly posted: PostedMessage }
  /** It waits for approval. */
  | { readonly kind: 'held'; readonly held: HeldMessage }
  /** This form has posted already (a double click, a repeated request): nothing more to do. */
  | { readonly kind: 'already-posted' }
  | Refusal;

export interface RoomRules extends FairnessRules {
  /** Messages kept in memory for those who come in. */
  readonly history: number;
  readonly text: MessageTextLimits;
  readonly names: NameRules;
}

/** Forms remembered as used; the oldest go first. */
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
  readonly #nonces = new RecentMap<string, true>(maxNonces);
  /** Who may write, and how fast. */
  readonly fairness: Fairness;
  /** What waits for approval. */
  readonly holds: HoldQueue;

  /** `past` are the newest messages of before, oldest first; ids go on from the last one. `held` is what still waits. */
  constructor(rules: RoomRules, past: readonly PostedMessage[] = [], held: readonly HeldMessage[] = []) {
    this.#rules = rules;
    this.fairness = new Fairness(rules);
    this.holds = new HoldQueue(held);
    for (const { viewerId, nonce } of held) this.#nonces.set(nonceKey(viewerId, nonce), true);
    for (const posted of past) {
      this.#keep(posted);
      // Monotonic time begins anew with each start, at 0.
      if (posted.isHidden !== true) this.fairness.familiarity.hear(posted.viewerId, 0);
    }
  }

  /** The last messages that are shown, oldest first. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The last messages with those that staff have hidden, oldest first. */
  get kept(): readonly PostedMessage[] {
    return this.#kept;
  }

  /** A message in memory, hidden or not. */
  find(id: number): PostedMessage | undefined {
    return this.#kept.find(({ message }) => message.id === id);
  }

  /** Whether staff have hidden a message that is in memory. */
  isHidden(id: number): boolean {
    return this.find(id)?.isHidden === true;
  }

  get lastId(): number {
    return this.#lastId;
  }

  get rules(): RoomRules {
    return this.#rules;
  }

  /** Decides whether a message is taken, and what it becomes. */
  decidePost(command: PostCommand, now: Moment): PostDecision {
    const { requester, author, text, nonce } = command;
    if (this.#nonces.get(nonceKey(requester.viewerId, nonce)) !== undefined) return { kind: 'already-posted' };
    const closed = this.fairness.entryRule({ requester, ...withTripcode(author) });
    if (closed !== undefined) return { kind: 'refused', rule: closed, text };
    const cleaned = cleanMessageText(text, this.#rules.text);
    if (cleaned.kind === 'refused') return { ...cleaned, text };
    const verdict = this.fairness.judge(requester, cleaned.text, now.monotonicMs);
    if (verdict.kind === 'wait') return { kind: 'refused', rule: verdict.rule, waitMs: verdict.waitMs, text };
    if (verdict.kind === 'filtered') return { ...verdict, kind: 'refused', rule: 'filtered', text };
    const draft = this.#draft({ ...command, text: verdict.text });
    if (verdict.hold !== undefined) return this.#hold(command, draft, verdict.hold, now);
    return { kind: 'posted', posted: { message: this.#placed(draft, now), viewerId: requester.viewerId, nonce } };
  }

  /** Takes a decided message in. Messages must be accepted in the order in which they were decided. */
  acceptPost(posted: PostedMessage, now: Moment, requester: Requester): void {
    this.#keep(posted);
    this.fairness.accept(requester, posted.message.text, false, now.monotonicMs);
  }

  /** Lets a decided message wait. */
  acceptHold(held: HeldMessage, now: Moment, requester: Requester): void {
    this.#nonces.set(nonceKey(held.viewerId, held.nonce), true);
    this.holds.add(held);
    this.fairness.accept(requester, held.draft.text, true, now.monotonicMs);
  }

  /** What a held message becomes when it is approved: the newest one. Undefined when it waits no longer. */
  decideApproval(holdId: number, now: Moment): PostedMessage | undefined {
    const held = this.holds.find(holdId, now.wallMs);
    if (held === undefined) return undefined;
    return { message: this.#placed(held.draft, now), viewerId: held.viewerId, nonce: held.nonce };
  }

  /** Takes an approved message in: its writer is known from now on. */
  acceptApproval(holdId: number, posted: PostedMessage, now: Moment): void {
    this.holds.remove(holdId);
    this.#keep(posted);
    this.fairness.familiarity.hear(posted.viewerId, now.monotonicMs);
  }

  /** Hides messages from everybody but staff, or shows them again. Gives those that were in memory and have changed, oldest first. */
  setHidden(ids: readonly number[], isHidden: boolean): readonly Message[] {
    const wanted = new Set(ids);
    const changing = (posted: PostedMessage): boolean =>
      wanted.has(posted.message.id) && (posted.isHidden === true) !== isHidden;
    const found = this.#kept.filter(changing);
    this.#setKept(
      this.#kept.map((posted) => {
        if (!changing(posted)) return posted;
        const { isHidden: _before, ...shown } = posted;
        return isHidden ? { ...shown, isHidden: true } : shown;
      }),
    );
    if (isHidden) for (const { viewerId } of found) this.fairness.familiarity.distrust(viewerId);
    return found.map(({ message }) => message);
  }

  /** What is said. Whom it names is settled now, by who has been speaking: later changes of names do not rewrite it. */
  #draft({ author, text, quote }: Pick<PostCommand, 'author' | 'text' | 'quote'>): MessageDraft {
    const mentions = mentionsIn(text, () =>
      peopleByFold(this.#messages.flatMap(({ author: { name, tag } }) => this.#spellings(name, tag))),
    );
    return {
      ...{ author, text },
      ...(quote === undefined ? {} : { quote }),
      ...(mentions.length === 0 ? {} : { mentions }),
    };
  }

  /** All that somebody may be called: those without a name are read under another one in each language. */
  #spellings(name: string, tag: string | undefined): string[] {
    const others = tag === undefined ? [] : (this.rules.names.defaultNamesElsewhere ?? []);
    return [name, ...others].map((each) => shownName(each, tag));
  }

  /** The next message of the room. */
  #placed(draft: MessageDraft, now: Moment): Message {
    return { id: this.#lastId + 1, atMs: now.wallMs, ...draft };
  }

  #hold({ requester, text, nonce }: PostCommand, draft: MessageDraft, reason: HoldReason, now: Moment): PostDecision {
    const { viewerId } = requester;
    if (this.holds.isFullFor(viewerId, now.wallMs)) return { kind: 'refused', rule: 'hold-full', text };
    const holdId = this.holds.nextId(now.wallMs);
    return { kind: 'held', held: { holdId, atMs: now.wallMs, viewerId, nonce, draft, reason } };
  }

  #keep(posted: PostedMessage): void {
    const { message, viewerId, nonce } = posted;
    // Twice as many: where much has been hidden, those who come in still see something.
    this.#setKept([...this.#kept, posted].slice(-2 * this.#rules.history));
    this.#lastId = message.id;
    this.#nonces.set(nonceKey(viewerId, nonce), true);
  }

  #setKept(kept: readonly PostedMessage[]): void {
    this.#kept = kept;
    const shown = kept.filter(({ isHidden }) => isHidden !== true).map(({ message }) => message);
    this.#messages = shown.slice(-this.#rules.history);
  }
}

function withTripcode({ tripcode }: Author): Pick<MemberCandidate, 'tripcode'> {
  return tripcode === undefined ? {} : { tripcode };
}

function nonceKey(viewerId: string, nonce: string): string {
  return `${viewerId} ${nonce}`;
}
