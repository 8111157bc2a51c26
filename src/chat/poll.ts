import type { PollResult } from './message.ts';
import { cleanMessageText } from './message-text.ts';
import type { Requester } from './requester.ts';

/** A question to everybody. */
export interface Poll {
  /** Grows by one; never reused. */
  readonly id: number;
  readonly question: string;
  readonly options: readonly string[];
  /** Unix milliseconds. */
  readonly openedAtMs: number;
  /** When it closes by itself. */
  readonly closesAtMs?: number;
}

/** What everybody may know of a poll. */
export interface PollStatus {
  readonly poll: Poll;
  /** Votes by option. */
  readonly votes: readonly number[];
  readonly total: number;
}

/** One session's vote; a later one takes its place. */
export interface Vote {
  readonly pollId: number;
  readonly viewerId: string;
  /** Index into the options. */
  readonly option: number;
}

export interface PollWish {
  readonly question: string;
  readonly options: readonly string[];
  readonly forMs?: number;
}

/** Bounds; lengths in grapheme clusters. */
export const pollLimits = {
  questionCharacters: 140,
  optionCharacters: 60,
  minOptions: 2,
  maxOptions: 6,
  minMs: 10_000,
  maxMs: 24 * 60 * 60 * 1000,
  votes: 65_536,
} as const;

/** Why a poll was not opened or closed. */
export type PollRule =
  | 'poll-is-open'
  | 'poll-question'
  | 'poll-options'
  | 'poll-option-text'
  | 'poll-same-options'
  | 'poll-duration'
  | 'no-poll';

/** Why a vote did not count. */
export type VoteRule =
  /** That poll is over. */
  | 'poll-closed'
  | 'poll-no-option'
  /** Somebody else has voted over the same circuit. */
  | 'poll-circuit'
  | 'poll-full';

export type OpenDecision =
  | { readonly kind: 'opened'; readonly poll: Poll }
  | { readonly kind: 'refused'; readonly rule: PollRule };

export type VoteDecision =
  | { readonly kind: 'voted'; readonly vote: Vote; readonly circuitId?: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rule: VoteRule };

/**
 * The polls of the room, one at a time. A session has one vote and may change it; a circuit has one session, so that nobody votes twice by forgetting
 * a cookie. Deciding changes nothing; what was decided takes effect with `accept...`, after it has been committed.
 */
export class Polls {
  #poll: Poll | undefined;
  #lastId: number;
  readonly #votes = new Map<string, number>();
  /** Who votes over which circuit. In memory only: circuits mean nothing after a restart. */
  readonly #circuits = new Map<number, string>();

  /** `lastId`: of all polls there ever were. `open` is the one that was open at the last end, with its votes. */
  constructor(lastId = 0, open?: { readonly poll: Poll; readonly votes: readonly Vote[] }) {
    this.#lastId = lastId;
    this.#poll = open?.poll;
    for (const vote of open?.votes ?? []) this.#votes.set(vote.viewerId, vote.option);
  }

  /** The open poll; undefined while there is none. */
  get status(): PollStatus | undefined {
    if (this.#poll === undefined) return undefined;
    const votes = this.#poll.options.map(() => 0);
    for (const option of this.#votes.values()) votes[option] = (votes[option] ?? 0) + 1;
    return { poll: this.#poll, votes, total: this.#votes.size };
  }

  /** What a viewer has voted for. */
  voteOf(viewerId: string): number | undefined {
    return this.#votes.get(viewerId);
  }

  decideOpen(wish: PollWish, nowMs: number): OpenDecision {
    if (this.#poll !== undefined) return { kind: 'refused', rule: 'poll-is-open' };
    const question = lineOf(wish.question, pollLimits.questionCharacters);
    if (question === undefined) return { kind: 'refused', rule: 'poll-question' };
    const options = optionsOf(wish.options);
    if (typeof options === 'string') return { kind: 'refused', rule: options };
    const { forMs } = wish;
    const isLength = forMs === undefined || (forMs >= pollLimits.minMs && forMs <= pollLimits.maxMs);
    if (!isLength) return { kind: 'refused', rule: 'poll-duration' };
    const closing = forMs === undefined ? {} : { closesAtMs: nowMs + forMs };
    return { kind: 'opened', poll: { id: this.#lastId + 1, question, options, openedAtMs: nowMs, ...closing } };
  }

  acceptOpen(poll: Poll): void {
    this.#lastId = poll.id;
    this.#poll = poll;
    this.#votes.clear();
    this.#circuits.clear();
  }

  // Threat: T13
  decideVote({ viewerId, circuitId }: Requester, pollId: number, option: number, nowMs: number): VoteDecision {
    const poll = this.#poll;
    if (poll === undefined || poll.id !== pollId || isOver(poll, nowMs))
      return { kind: 'refused', rule: 'poll-closed' };
    if (!Number.isInteger(option) || poll.options[option] === undefined) {
      return { kind: 'refused', rule: 'poll-no-option' };
    }
    const over = circuitId === undefined ? undefined : this.#circuits.get(circuitId);
    if (over !== undefined && over !== viewerId) return { kind: 'refused', rule: 'poll-circuit' };
    const before = this.#votes.get(viewerId);
    if (before === option) return { kind: 'unchanged' };
    if (before === undefined && this.#votes.size >= pollLimits.votes) return { kind: 'refused', rule: 'poll-full' };
    const vote = { pollId, viewerId, option };
    return { kind: 'voted', vote, ...(circuitId === undefined ? {} : { circuitId }) };
  }

  acceptVote({ vote, circuitId }: Extract<VoteDecision, { kind: 'voted' }>): void {
    this.#votes.set(vote.viewerId, vote.option);
    if (circuitId !== undefined) this.#circuits.set(circuitId, vote.viewerId);
  }

  /** Ends the open poll and gives its result; undefined if there is none. */
  acceptClose(): PollStatus | undefined {
    const { status } = this;
    this.#poll = undefined;
    this.#votes.clear();
    this.#circuits.clear();
    return status;
  }
}

/** How a poll would end now. */
export function resultOf({ poll, votes }: PollStatus): PollResult {
  return { question: poll.question, options: poll.options, votes };
}

/** Whether a poll has come to its end by itself. */
export function isOver({ closesAtMs }: Poll, nowMs: number): boolean {
  return closesAtMs !== undefined && nowMs >= closesAtMs;
}

/** Share of the votes in whole percent; 0 while there are none. */
export function percentOf(votes: number, total: number): number {
  return total === 0 ? 0 : Math.round((100 * votes) / total);
}

function optionsOf(wished: readonly string[]): readonly string[] | PollRule {
  if (wished.length > pollLimits.maxOptions) return 'poll-options';
  const filled = wished.filter((option) => option.trim() !== '');
  if (filled.length < pollLimits.minOptions) return 'poll-options';
  const options = filled.map((option) => lineOf(option, pollLimits.optionCharacters));
  const clean = options.filter((option) => option !== undefined);
  if (clean.length < options.length) return 'poll-option-text';
  const folded = new Set(clean.map((option) => option.normalize('NFKC').toLowerCase()));
  return folded.size < clean.length ? 'poll-same-options' : clean;
}

/** One line by the rules of messages; undefined if it breaks one. */
function lineOf(typed: string, maxCharacters: number): string | undefined {
  const limits = { maxCharacters, maxBytes: maxCharacters * 4, maxLines: 1 };
  const cleaned = cleanMessageText(typed.replace(/\s+/gu, ' '), limits);
  return cleaned.kind === 'clean' ? cleaned.text : undefined;
}
