import type { PollResult } from '../chat/message.ts';
import type { PollFacts } from '../chat/moderation/facts.ts';
import { isOver, type Poll, Polls, type PollStatus, resultOf, type Vote, type VoteRule } from '../chat/poll.ts';
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

export interface PollServiceOptions {
  readonly store: PollStore;
  /** Unix milliseconds. */
  now(): number;
  /** What everybody sees of the poll has changed. */
  onChange(): void;
  /** The open poll has come to its end: it is to be closed, as staff would do it. */
  onOver(): void;
  /** How a poll ended, in the words of the house. */
  resultText(result: PollResult): string;
}

export type VoteOutcome = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly rule: VoteRule };

/** One step of an act of moderation: within the commit, and after it. */
interface PollStep {
  readonly store: () => void;
  readonly take: () => void;
}

/** Everybody is told of new votes this often at most: a vote costs everybody a line. */
const tellEveryMs = 1000;
const done = { kind: 'done' } as const;

/**
 * The poll of the moment: votes are decided purely, committed, and told to everybody. Opening and closing are acts of moderation; what they do to the poll
 * is here.
 */
export class PollService {
  readonly #options: PollServiceOptions;
  readonly #polls: Polls;
  #closing: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** Goes on with the poll that was open at the last end. */
  constructor(options: PollServiceOptions) {
    this.#options = options;
    this.#polls = new Polls(options.store.lastId(), options.store.open());
  }

  /** Closes the poll when its time comes, or has come while the server was away. To be called once whoever closes it is there. */
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

  /** What decisions about polls depend on. */
  facts(): PollFacts {
    const { status } = this.#polls;
    return {
      openId: status?.poll.id,
      decideOpen: (wish) => this.#polls.decideOpen(wish, this.#options.now()),
      result: () => {
        if (status === undefined) return undefined;
        const pollResult = resultOf(status);
        return { text: this.#options.resultText(pollResult), pollResult };
      },
    };
  }

  /** What opening a decided poll does. */
  opening(poll: Poll): PollStep {
    return {
      store: () => this.#options.store.add(poll),
      take: () => {
        this.#polls.acceptOpen(poll);
        this.#planClosing();
        this.#tell();
      },
    };
  }

  /** What closing the open poll does. */
  closing(pollId: number): PollStep {
    return {
      store: () => this.#options.store.close(pollId),
      take: () => {
        this.#polls.acceptClose();
        clearTimeout(this.#closing);
        this.#tell();
      },
    };
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
    if (isOver(poll, now)) this.#options.onOver();
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
