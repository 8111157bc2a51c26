import type { Bus } from '../bus/port.ts';
import type { Author, Message, Quote } from '../chat/message.ts';
import { quoteOf } from '../chat/quote.ts';
import type { CaptchaRefusal, GivenAnswer } from '../admission/challenge.ts';
import type { Refusal } from '../chat/refusal.ts';
import type { Requester } from '../chat/requester.ts';
import type { Moment, PostedMessage, Room, RoomRules } from '../chat/room.ts';
import { chooseColour } from '../identity/colour.ts';
import { tagOf } from '../identity/tag.ts';
import { type AppearanceWish, authorOf, type ViewerIdentity } from '../identity/viewer.ts';

/** Where the chat keeps what must survive a restart. */
export interface ChatStore {
  /** Stores all of the work or nothing; false if the disk refused, and then the chat goes on in memory. */
  commit(work: () => void): boolean;
  appendMessage(posted: PostedMessage): void;
  /** A message that is kept, hidden or not. */
  findMessage(id: number): PostedMessage | undefined;
  findViewer(id: string): ViewerIdentity | undefined;
  saveViewer(id: string, identity: ViewerIdentity, nowMs: number): void;
}

/** What must be solved before a message is taken. */
export interface ChatCaptcha {
  isNeeded(requester: Requester): boolean;
  /** Judges an answer; nothing at all means that it was right. An attempt is made by this alone. */
  solve(given: GivenAnswer, requester: Requester): CaptchaRefusal | undefined;
  posted(requester: Requester): void;
}

export interface ChatServiceOptions {
  readonly room: Room;
  readonly store: ChatStore;
  readonly bus: Bus;
  /** Absent: nothing is asked. */
  readonly captcha?: ChatCaptcha;
  /** Makes the tags of nameless people. */
  readonly tagKey: Buffer;
  now(): Moment;
  /** In [0, 1). */
  random(): number;
}

/** What somebody sends with the form. */
export interface Submission {
  /** The broadcaster writes under the configured name and mark, whatever the form says. */
  readonly requester: Requester;
  readonly wish: AppearanceWish;
  /** Absent when only name and colour are to change. */
  readonly post?: SubmittedPost;
  /** What was answered to picture or question, if the form showed one. */
  readonly captcha?: GivenAnswer;
}

export interface SubmittedPost {
  readonly text: string;
  readonly nonce: string;
  /** The message it answers; `unknown` for a field that can name none. */
  readonly replyTo?: number | 'unknown';
}

export type SubmitOutcome = { readonly kind: 'done' } | Refusal;

/** How a viewer appears, for their own form. */
export interface Appearance {
  /** Empty while the default name is used. */
  readonly name: string;
  readonly tag: string;
  readonly chosenColour?: number;
}

/** Identities remembered in memory too, for when the disk fails; the oldest go first. */
const maxIdentities = 4096;

/**
 * The way of a message: room decides -> store commits -> room takes it in -> bus, where the channels (`chat-channels.ts`) hear of it.
 * Who gets `done` can rely on it: the message has been committed and is on its way to everybody.
 */
export class ChatService {
  readonly #options: ChatServiceOptions;
  readonly #identities = new Map<string, ViewerIdentity>();

  constructor(options: ChatServiceOptions) {
    this.#options = options;
  }

  /** The last messages, oldest first. */
  get messages(): readonly Message[] {
    return this.#options.room.messages;
  }

  /** What holds for messages and names here. */
  get rules(): RoomRules {
    return this.#options.room.rules;
  }

  /** How this viewer appears; somebody unknown appears under the default name. */
  appearanceOf(viewerId: string): Appearance {
    const identity = this.#known(viewerId);
    return {
      name: identity?.name ?? '',
      tag: this.#tagOf(viewerId),
      ...(identity?.isColourChosen === true ? { chosenColour: identity.colour } : {}),
    };
  }

  /** What a reply to this message would repeat of it; undefined if it can be answered no more. */
  quoteOf(messageId: number | 'unknown'): Quote | undefined {
    if (messageId === 'unknown') return undefined;
    const { room, store } = this.#options;
    const kept = room.kept.find(({ message }) => message.id === messageId) ?? store.findMessage(messageId);
    return kept === undefined || kept.isHidden === true ? undefined : quoteOf(kept.message);
  }

  /** Changes what is wished, then posts. Nothing is done of a submission whose wish is refused. */
  async submit(submission: Submission): Promise<SubmitOutcome> {
    const now = this.#options.now();
    const text = submission.post?.text ?? '';
    const { viewerId } = submission.requester;
    const isBroadcaster = submission.requester.role === 'broadcaster';
    const before = this.#known(viewerId) ?? this.#newcomer();
    const wished = isBroadcaster
      ? ({ kind: 'unchanged' } as const)
      : this.#options.room.decideAppearance({ viewerId, identity: before, wish: submission.wish }, now);
    if (wished.kind === 'refused') return { ...wished, text };
    const identity = wished.kind === 'changed' ? wished.identity : before;
    if (wished.kind === 'changed') this.#keepIdentity(viewerId, identity, now);
    if (submission.post === undefined) return { kind: 'done' };
    // Solved without a message: the next one can be written in peace.
    if (text.trim() === '' && this.#wantsToSolve(submission)) {
      return this.#captchaRefusal(submission) ?? { kind: 'done' };
    }
    const author = this.#authorOf(viewerId, identity, isBroadcaster);
    const { replyTo, nonce } = submission.post;
    const quote = replyTo === undefined ? undefined : this.quoteOf(replyTo);
    if (replyTo !== undefined && quote === undefined) return { kind: 'refused', rule: 'reply-gone', text };
    const { requester } = submission;
    const answer = quote === undefined ? {} : { quote };
    const decision = this.#options.room.decidePost({ requester, author, text, nonce, ...answer }, now);
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'already-posted') return { kind: 'done' };
    // Last of all: whoever must mend the text need not read another picture.
    const unsolved = this.#captchaRefusal(submission);
    if (unsolved !== undefined) return unsolved;
    if (decision.kind === 'posted') this.#post(decision.posted, identity, submission.requester, now);
    this.#options.captcha?.posted(submission.requester);
    return { kind: 'done' };
  }

  #wantsToSolve({ requester, captcha = {} }: Submission): boolean {
    const hasAnswer = [captcha.picture, captcha.question].some((typed) => (typed ?? '').trim() !== '');
    return hasAnswer && this.#options.captcha?.isNeeded(requester) === true;
  }

  #captchaRefusal({ requester, captcha = {}, post }: Submission): Refusal | undefined {
    if (this.#options.captcha?.isNeeded(requester) !== true) return undefined;
    const refusal = this.#options.captcha.solve(captcha, requester);
    return refusal === undefined ? undefined : { kind: 'refused', ...refusal, text: post?.text ?? '' };
  }

  #post(posted: PostedMessage, identity: ViewerIdentity, requester: Requester, now: Moment): void {
    const { store, room, bus } = this.#options;
    store.commit(() => {
      store.appendMessage(posted);
      store.saveViewer(posted.viewerId, identity, now.wallMs);
    });
    this.#remember(posted.viewerId, identity);
    room.acceptPost(posted, now, requester);
    bus.publish('room', { kind: 'message', message: posted.message });
  }

  #keepIdentity(viewerId: string, identity: ViewerIdentity, now: Moment): void {
    const { store, room } = this.#options;
    store.commit(() => store.saveViewer(viewerId, identity, now.wallMs));
    this.#remember(viewerId, identity);
    room.acceptAppearance(viewerId, now);
  }

  #known(viewerId: string): ViewerIdentity | undefined {
    return this.#identities.get(viewerId) ?? this.#options.store.findViewer(viewerId);
  }

  #newcomer(): ViewerIdentity {
    const recent = this.messages.slice(-64).map(({ author }) => author.colour);
    return { colour: chooseColour(recent, this.#options.random()), isColourChosen: false };
  }

  #authorOf(viewerId: string, identity: ViewerIdentity, isBroadcaster: boolean): Author {
    const { defaultName, broadcasterName } = this.#options.room.rules.names;
    return isBroadcaster
      ? { name: broadcasterName, colour: identity.colour, capcode: 'broadcaster' }
      : authorOf(identity, this.#tagOf(viewerId), defaultName);
  }

  #remember(viewerId: string, identity: ViewerIdentity): void {
    this.#identities.delete(viewerId);
    this.#identities.set(viewerId, identity);
    const [oldest] = this.#identities.size > maxIdentities ? this.#identities.keys() : [];
    if (oldest !== undefined) this.#identities.delete(oldest);
  }

  #tagOf(viewerId: string): string {
    return tagOf(viewerId, this.#options.tagKey);
  }
}
