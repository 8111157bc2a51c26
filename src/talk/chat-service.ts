import type { Bus } from '../bus/port.ts';
import type { ChatFormModes } from '../chat/chat-view.ts';
import type { HeldMessage } from '../chat/hold-queue.ts';
import { Insistence } from '../chat/insistence.ts';
import type { Author, Message, Quote, TripcodeMark } from '../chat/message.ts';
import { publicModes } from '../chat/modes.ts';
import { isCredentialOf } from '../chat/moderation/staff.ts';
import { refusalBy, type Sanction } from '../chat/moderation/sanction.ts';
import { quoteOf } from '../chat/quote.ts';
import type { CaptchaRefusal, GivenAnswer } from '../admission/challenge.ts';
import type { Refusal } from '../chat/refusal.ts';
import type { Requester } from '../chat/requester.ts';
import type { Moment, PostedMessage, Room, RoomRules } from '../chat/room.ts';
import type { AppearanceWish, ViewerIdentity } from '../identity/viewer.ts';
import { type Appearance, Identities, type IdentitiesOptions, type IdentityStore } from '../people/identities.ts';
import type { TripcodeMaker } from '../people/tripcode-maker.ts';

/** Where the chat keeps what must survive a restart. */
export interface ChatStore extends IdentityStore {
  appendMessage(posted: PostedMessage): void;
  /** A message waits for approval. */
  appendHeld(held: HeldMessage): void;
  /** A message that is kept, hidden or not. */
  findMessage(id: number): PostedMessage | undefined;
}

/** What must be solved before a message is taken. */
export interface ChatCaptcha {
  isNeeded(requester: Requester): boolean;
  /** Judges an answer; nothing at all means that it was right. An attempt is made by this alone. */
  solve(given: GivenAnswer, requester: Requester): CaptchaRefusal | undefined;
  posted(requester: Requester): void;
  /** Somebody must solve one before the next message: they go on sending although they were told to wait. */
  suspect(viewerId: string): void;
}

export interface ChatServiceOptions {
  readonly room: Room;
  readonly store: ChatStore;
  readonly bus: Bus;
  /** Absent: nothing is asked. */
  readonly captcha?: ChatCaptcha;
  readonly tripcodes: Pick<TripcodeMaker, 'make' | 'allowsClassic'>;
  /** A word filter asks for the writer to be banned. Absent: the message is refused and that is all. */
  ban?(requester: Requester, found: string): void;
  moderators?: NonNullable<IdentitiesOptions['moderators']>;
  /** Makes the tags of nameless people. */
  readonly tagKey: Buffer;
  /** What holds against somebody. Absent: nothing ever does. */
  standingOf?(requester: Requester): Sanction | undefined;
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

/** `held`: it was taken, and waits for approval. */
export type SubmitOutcome = { readonly kind: 'done' | 'held' } | Refusal;

/**
 * The way of a message: room decides -> store commits -> room takes it in -> bus, where the channels (`chat-channels.ts`) hear of it.
 * Who gets `done` can rely on it: the message has been committed and is on its way to everybody.
 */
export class ChatService {
  readonly #options: ChatServiceOptions;
  readonly #insistence = new Insistence();
  /** Who appears how. */
  readonly identities: Identities;

  constructor(options: ChatServiceOptions) {
    this.#options = options;
    const { store, room, bus, tripcodes, moderators, tagKey, now, random } = options;
    this.identities = new Identities({
      ...{ store, tripcodes, tagKey, now, random },
      ...(moderators === undefined ? {} : { moderators }),
      holdsPlace: (viewerId, tripcode) => this.#holdsPlace(viewerId, tripcode),
      names: room.rules.names,
      limit: room.rules.flood.appearance,
      onChange: (viewerId) => bus.publish('appearance', { kind: 'changed', viewerId }),
      recentColours: () => room.messages.slice(-64).map(({ author }) => author.colour),
    });
  }

  /** The last messages, oldest first. */
  get messages(): readonly Message[] {
    return this.#options.room.messages;
  }

  /** What holds for messages and names here. */
  get rules(): RoomRules {
    return this.#options.room.rules;
  }

  /** Whether `#password` gives a classic tripcode. */
  get allowsClassicTripcodes(): boolean {
    return this.#options.tripcodes.allowsClassic;
  }

  /** How this viewer appears; somebody unknown appears under the default name. */
  appearanceOf(viewerId: string): Appearance {
    return this.identities.appearanceOf(viewerId);
  }

  /** Somebody is here: from now on they are no stranger who came in at once. */
  meet(viewerId: string): void {
    this.#options.room.fairness.familiarity.meet(viewerId, this.#options.now().monotonicMs);
  }

  /** What holds for the next message of somebody. */
  modesFor(requester: Requester): ChatFormModes {
    const { fairness, holds } = this.#options.room;
    const now = this.#options.now();
    const wait = fairness.nextWait(requester, now.monotonicMs);
    return {
      rules: publicModes(fairness.modes),
      ...(wait === undefined ? {} : { waitSeconds: Math.ceil(wait.waitMs / 1000) }),
      held: holds.countOf(requester.viewerId, now.wallMs),
    };
  }

  /** What a reply to this message would repeat of it; undefined if it can be answered no more. */
  quoteOf(messageId: number | 'unknown'): Quote | undefined {
    if (messageId === 'unknown') return undefined;
    const { room, store } = this.#options;
    const kept = room.kept.find(({ message }) => message.id === messageId) ?? store.findMessage(messageId);
    return kept === undefined || kept.isHidden === true ? undefined : quoteOf(kept.message);
  }

  /** How this viewer signs what they write, under which no mark stands. */
  authorOf(viewerId: string): Author {
    return this.identities.authorOf(viewerId, this.identities.of(viewerId));
  }

  /** Changes what is wished, then posts. Nothing is done of a submission whose wish is refused. */
  async submit(submission: Submission): Promise<SubmitOutcome> {
    const text = submission.post?.text ?? '';
    const { viewerId, role } = submission.requester;
    const barred = this.#sanctionRefusal(submission);
    if (barred !== undefined) return barred;
    const wished =
      role === 'broadcaster'
        ? ({ kind: 'done', identity: this.identities.of(viewerId) } as const)
        : await this.identities.change(viewerId, submission.wish);
    if (wished.kind === 'refused') return { ...wished, text };
    if (submission.post === undefined) return { kind: 'done' };
    // Solved without a message: the next one can be written in peace.
    if (text.trim() === '' && this.#wantsToSolve(submission)) {
      return this.#captchaRefusal(submission) ?? { kind: 'done' };
    }
    // Again: a tripcode takes its time, and somebody may have been banned meanwhile.
    const barredNow = this.#sanctionRefusal(submission);
    if (barredNow !== undefined) return barredNow;
    const now = this.#options.now();
    const author = this.#authorOf(submission.requester, wished.identity);
    const { replyTo, nonce } = submission.post;
    const quote = replyTo === undefined ? undefined : this.quoteOf(replyTo);
    if (replyTo !== undefined && quote === undefined) return { kind: 'refused', rule: 'reply-gone', text };
    const { requester } = submission;
    const answer = quote === undefined ? {} : { quote };
    const decision = this.#options.room.decidePost({ requester, author, text, nonce, ...answer }, now);
    if (decision.kind === 'refused') return this.#answerTo(decision, requester, now);
    if (decision.kind === 'already-posted') return { kind: 'done' };
    // Last of all: whoever must mend the text need not read another picture.
    const unsolved = this.#captchaRefusal(submission);
    if (unsolved !== undefined) return unsolved;
    if (decision.kind === 'posted') this.#post(decision.posted, wished.identity, requester, now);
    else this.#hold(decision.held, wished.identity, requester, now);
    this.#options.captcha?.posted(requester);
    return { kind: decision.kind === 'held' ? 'held' : 'done' };
  }

  /** What follows from a refusal besides it. */
  #answerTo(refusal: Refusal, requester: Requester, now: Moment): Refusal {
    const { captcha, ban } = this.#options;
    if (this.#insistence.note(requester.viewerId, refusal.rule, now.monotonicMs)) captcha?.suspect(requester.viewerId);
    if (refusal.rule === 'filtered' && refusal.isBanned) ban?.(requester, refusal.found);
    return refusal;
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
    this.identities.remember(posted.viewerId, identity);
    room.acceptPost(posted, now, requester);
    bus.publish('room', { kind: 'message', message: posted.message });
  }

  #holdsPlace(viewerId: string, tripcode: TripcodeMark | undefined): boolean {
    const { room, moderators = () => [] } = this.#options;
    const person = { viewerId, ...(tripcode === undefined ? {} : { tripcode }) };
    if (moderators().some(({ by }) => isCredentialOf(by, person))) return true;
    const candidate = { requester: { viewerId }, ...(tripcode === undefined ? {} : { tripcode }) };
    return room.fairness.modes.isMembersOnly && room.fairness.isMember(candidate);
  }

  #sanctionRefusal({ requester, post }: Submission): Refusal | undefined {
    const sanction = this.#options.standingOf?.(requester);
    if (sanction === undefined) return undefined;
    return { ...refusalBy(sanction, this.#options.now().wallMs), text: post?.text ?? '' };
  }

  #hold(held: HeldMessage, identity: ViewerIdentity, requester: Requester, now: Moment): void {
    const { store, room, bus } = this.#options;
    store.commit(() => {
      store.appendHeld(held);
      store.saveViewer(held.viewerId, identity, now.wallMs);
    });
    this.identities.remember(held.viewerId, identity);
    room.acceptHold(held, now, requester);
    bus.publish('room', { kind: 'staff' });
  }

  #authorOf({ viewerId, role }: Requester, identity: ViewerIdentity): Author {
    const { broadcasterName } = this.#options.room.rules.names;
    if (role === 'broadcaster') return { name: broadcasterName, colour: identity.colour, capcode: role };
    const author = this.identities.authorOf(viewerId, identity);
    return role === undefined ? author : { ...author, capcode: role };
  }
}
