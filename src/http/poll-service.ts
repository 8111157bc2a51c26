import type { Actor } from '../chat/moderation/actor.ts';
import {
  isOver,
  type PollRule,
  Polls,
  type PollStatus,
  type PollWish,
  type Poll,
  type Vote,
  type VoteRule,
} from '../chat/poll.ts';
import type { Requester } from '../chat/requester.ts';

/** Where polls are kept. */
export interface PollStore {
  /** Stores all of the work or nothing; false if the disk refused, and then the poll goes on in memory. */
  commit(work: () => void): boolean;
  add(poll: Poll): void;
  saveVote(vote: Vote): void;
  close(pollId: number): void;
  lastId(): number;
  open(): { readonly poll: Poll; readonly votes: readonly Vote[] } | undefined;
}

/** What was done to a poll, for the log of what staff do. */
export interface PollAct {
  readonly by: Actor;
  readonly act: 'open-poll' | 'close-poll';
  readonly poll: Poll;
}

export interface PollServiceOptions {
  readonly store: PollStore;
  /** Unix milliseconds. */
  now(): number;
  /** What everybody sees of the poll has changed. */
  onChange(): void;
  /** A poll is over: tell everybody how it ended. */
  onResult(result: PollStatus): void;
  /** Keeps note of what staff did. */
  onAct(act: PollAct): void;
}

export type PollOutcome = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly rule: PollRule };
export type VoteOutcome = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly rule: VoteRule };

/** Everybody is told of new votes this often at most: a vote costs everybody a line. */
const tellEveryMs = 1000;

const done = { kind: 'done' } as const;

/** The way of a poll: decided purely, committed, told to everybody, and its result announced when it closes, by hand or by itself. */
export class PollService {
  readonly #options: PollServiceOptions;
  readonly #polls: Polls;
  #closing: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** Goes on with the poll that was open at the last end; `start` closes it if its time has come meanwhile. */
  constructor(options: PollServiceOptions) {
    this.#options = options;
    this.#polls = new Polls(options.store.lastId(), options.store.open());
  }

  /** To be called once everybody who hears of results is there. */
  start(): void {
    this.#planClosing();
  }

  /** The open poll. */
  get status(): PollStatus | undefined {
    return this.#polls.status;
  }

  /** What a viewer has voted for. */
  voteOf(viewerId: string): number | undefined {
    return this.#polls.voteOf(viewerId);
  }

  open(by: Actor, wish: PollWish): PollOutcome {
    const { store } = this.#options;
    const decision = this.#polls.decideOpen(wish, this.#options.now());
    if (decision.kind === 'refused') return decision;
    const { poll } = decision;
    store.commit(() => store.add(poll));
    this.#polls.acceptOpen(poll);
    this.#options.onAct({ by, act: 'open-poll', poll });
    this.#planClosing();
    this.#tell();
    return done;
  }

  close(by: Actor): PollOutcome {
    const result = this.#polls.status;
    if (result === undefined) return { kind: 'refused', rule: 'no-poll' };
    const { store } = this.#options;
    store.commit(() => store.close(result.poll.id));
    this.#polls.acceptClose();
    clearTimeout(this.#closing);
    this.#options.onAct({ by, act: 'close-poll', poll: result.poll });
    this.#tell();
    this.#options.onResult(result);
    return done;
  }

  vote(requester: Requester, pollId: number, option: number): VoteOutcome {
    const { store } = this.#options;
    const decision = this.#polls.decideVote(requester, pollId, option, this.#options.now());
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'unchanged') return done;
    store.commit(() => store.saveVote(decision.vote));
    this.#polls.acceptVote(decision);
    this.#tellSoon();
    return done;
  }

  /** Forgets its timers; an open poll stays open. Safe to call twice. */
  stop(): void {
    clearTimeout(this.#closing);
    clearTimeout(this.#telling);
  }

  #planClosing(): void {
    clearTimeout(this.#closing);
    const poll = this.#polls.status?.poll;
    if (poll?.closesAtMs === undefined) return;
    const now = this.#options.now();
    if (isOver(poll, now)) this.close({ kind: 'house' });
    // The clock may have been set meanwhile: then there is more to wait.
    else this.#closing = setTimeout(() => this.#planClosing(), poll.closesAtMs - now).unref();
  }

  #tellSoon(): void {
    if (this.#telling !== undefined) return;
    const waitMs = this.#toldAtMs + tellEveryMs - this.#options.now();
    if (waitMs <= 0 || waitMs > tellEveryMs) this.#tell();
    else this.#telling = setTimeout(() => this.#tell(), waitMs).unref();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#toldAtMs = this.#options.now();
    this.#options.onChange();
  }
}
