/** What there is for those who come. */
export interface Hall {
  /** Places that nobody has. */
  readonly free: number;
  /** The machine or its line can take nobody at present. */
  readonly isPressed: boolean;
  /** Whether this viewer has a place. */
  has(viewerId: string): boolean;
}

/** Who asks to come in. */
export interface Asking {
  readonly viewerId: string;
  /** Showed no identity: one is being given out with this answer. */
  readonly isNew: boolean;
  /** Of a ticket that is good; `unnumbered` is the first one of all. */
  readonly number?: number | undefined;
}

/** What is on the ticket of somebody who has come once. Numbers are for those who come back: a flood does not, and leaves the queue as it is. */
export const unnumbered = 0;

/** `ahead`: how many are before this one, about. */
export type Entry =
  | { readonly kind: 'in' }
  | { readonly kind: 'wait'; readonly number: number; readonly ahead: number };

export interface WaitingPolicy {
  /** New people let in per second in the long run, and at once. */
  readonly perSecond: number;
  readonly burst: number;
  /** Whoever is called keeps the place for so long. */
  readonly callMs: number;
  /** From being let in to watching. */
  readonly grantMs: number;
  /** A ticket that is not shown again for so long is void. */
  readonly ticketMs: number;
}

export const defaultWaitingPolicy: WaitingPolicy = {
  perSecond: 5,
  burst: 50,
  callMs: 60_000,
  grantMs: 60_000,
  ticketMs: 180_000,
};

interface Call {
  untilMs: number;
  /** Came when called, and found the place taken by somebody who was called with them. */
  isHere: boolean;
}

/** Calls at once, whoever much room there is; numbers that are spent. */
const maxCalls = 4096;
const maxSpent = 8192;
/** At most so many are called for one place, when hardly anybody comes. */
const maxCallsPerPlace = 64;

/**
 * The queue before a full house. Numbers are given out in order and called in order as places become free; whoever comes when called gets in. Of those who
 * wait nothing is kept but how many there are: they hold their numbers themselves (`QueueTickets`). Those who have gone without a word are
 * found out by not coming: then more are called for each place. Times are monotonic milliseconds.
 */
// Threat: T15, T17
export class WaitingRoom {
  readonly #policy: WaitingPolicy;
  #issued = 0;
  #called = 0;
  #lastAskMs = 0;
  #callsPerPlace = 1;
  readonly #calls = new Map<number, Call>();
  /** Who was let in and does not watch yet, and until when that is waited for. */
  readonly #grants = new Map<string, number>();
  /** Numbers that have let somebody in, for as long as their tickets would be good. */
  readonly #spent = new Map<number, number>();
  #tokens: number;
  #tokensAtMs = 0;

  constructor(policy: WaitingPolicy = defaultWaitingPolicy) {
    this.#policy = policy;
    this.#tokens = policy.burst;
  }

  /** How many wait, as far as is known. */
  get waiting(): number {
    return this.#issued - this.#called + this.#calls.size;
  }

  /** How much is remembered. */
  get size(): number {
    return this.#calls.size + this.#grants.size + this.#spent.size;
  }

  /** Lets somebody in, or says where they stand. Nothing is kept of those who are let in while nobody waits. */
  ask({ viewerId, isNew, number }: Asking, hall: Hall, nowMs: number): Entry {
    this.#forget(hall, nowMs);
    if (hall.has(viewerId) || this.#grants.has(viewerId)) return { kind: 'in' };
    const isGood = number !== undefined && number <= this.#issued && !this.#spent.has(number);
    const isNumbered = isGood && number !== unnumbered;
    if (!isNumbered && this.#isOpen(hall) && this.#takeToken(isNew)) return { kind: 'in' };
    if (!isGood) return { kind: 'wait', number: unnumbered, ahead: this.waiting };
    const own = isNumbered ? number : this.#issue();
    this.#lastAskMs = nowMs;
    const room = Math.min(this.#free(hall), Math.floor(this.#tokens));
    this.#call(room, nowMs);
    if (own > this.#called) {
      const here = [...this.#calls.values()].filter(({ isHere }) => isHere).length;
      return { kind: 'wait', number: own, ahead: own - this.#called - 1 + here };
    }
    return this.#answerCall(own, viewerId, room, nowMs);
  }

  /** Whether somebody may begin to watch: who was let in, and everybody while nobody waits. */
  mayBegin(viewerId: string | undefined, hall: Hall, nowMs: number): boolean {
    this.#forget(hall, nowMs);
    return (viewerId !== undefined && this.#grants.has(viewerId)) || this.#isOpen(hall);
  }

  /** Nobody waits, and there is room. */
  #isOpen(hall: Hall): boolean {
    return this.#issued === this.#called && this.#free(hall) > this.#calls.size;
  }

  #free({ free, isPressed }: Hall): number {
    return isPressed ? 0 : Math.max(0, free - this.#grants.size);
  }

  #issue(): number {
    this.#issued += 1;
    return this.#issued;
  }

  #call(room: number, nowMs: number): void {
    const wanted = Math.min(maxCalls, Math.ceil(room * this.#callsPerPlace));
    while (this.#called < this.#issued && this.#calls.size < wanted) {
      this.#called += 1;
      this.#calls.set(this.#called, { untilMs: nowMs + this.#policy.callMs, isHere: false });
    }
  }

  /** Somebody whose number was called, now or earlier. */
  #answerCall(number: number, viewerId: string, room: number, nowMs: number): Entry {
    const { callMs, grantMs, ticketMs } = this.#policy;
    const ahead = [...this.#calls].filter(([other, { isHere }]) => isHere && other < number).length;
    if (ahead >= room || !this.#takeToken(true)) {
      this.#calls.set(number, { untilMs: nowMs + callMs, isHere: true });
      return { kind: 'wait', number, ahead };
    }
    this.#calls.delete(number);
    this.#callsPerPlace = Math.max(1, this.#callsPerPlace / 2);
    this.#grants.set(viewerId, nowMs + grantMs);
    this.#spent.set(number, nowMs + ticketMs);
    const [oldest] = this.#spent.size > maxSpent ? this.#spent.keys() : [];
    if (oldest !== undefined) this.#spent.delete(oldest);
    return { kind: 'in' };
  }

  #takeToken(isNeeded: boolean): boolean {
    if (!isNeeded) return true;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #forget(hall: Hall, nowMs: number): void {
    const { perSecond, burst, ticketMs } = this.#policy;
    // Under pressure nothing is saved up, so that it does not come back at once.
    const earned = hall.isPressed ? 0 : ((nowMs - this.#tokensAtMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#tokensAtMs = nowMs;
    for (const [viewerId, untilMs] of this.#grants) {
      if (untilMs <= nowMs || hall.has(viewerId)) this.#grants.delete(viewerId);
    }
    for (const [number, untilMs] of this.#spent) if (untilMs <= nowMs) this.#spent.delete(number);
    for (const [number, { untilMs }] of this.#calls) {
      if (untilMs > nowMs) continue;
      this.#calls.delete(number);
      this.#callsPerPlace = Math.min(maxCallsPerPlace, this.#callsPerPlace * 1.5);
    }
    if (nowMs - this.#lastAskMs < ticketMs) return;
    // No ticket is good any more.
    this.#called = this.#issued;
    this.#calls.clear();
    this.#callsPerPlace = 1;
  }
}

/** How long to wait before asking again: soon for a number, then the longer the further behind. `random` in [0, 1) spreads those who came together. */
export function askAgainMs(number: number, ahead: number, random: number): number {
  const base = number === unnumbered ? 3000 : Math.min(30_000, 5000 + ahead * 250);
  return Math.round(base * (0.75 + random / 2));
}
