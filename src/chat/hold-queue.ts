import type { MessageDraft } from './message.ts';
import { RecentMap } from './recent-map.ts';

/** Why a message waits: its writer is unknown here, or a word filter has found something. */
export type HoldReason = 'first' | 'filter';

/** A message that waits for staff. Only its writer and staff know of it. */
export interface HeldMessage {
  /** Grows, and is not used again after a restart; has nothing to do with the ids of messages. */
  readonly holdId: number;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly viewerId: string;
  readonly nonce: string;
  readonly draft: MessageDraft;
  readonly reason: HoldReason;
}

/** Bounds of the queue. */
export const holdLimits = {
  /** Messages that wait at once, and of one viewer. */
  all: 200,
  perViewer: 3,
  /** What nobody has looked at for so long is gone. */
  keepMs: 12 * 60 * 60 * 1000,
};

/** The messages that wait, oldest first. */
export class HoldQueue {
  #held: readonly HeldMessage[];
  #lastId: number;
  readonly #declined = new RecentMap<number, HeldMessage>(holdLimits.all);

  /** `past` is what waited before a restart, oldest first. */
  constructor(past: readonly HeldMessage[] = []) {
    this.#held = past;
    this.#lastId = past.at(-1)?.holdId ?? 0;
  }

  /** The id of the next message that waits. As it is no less than the time, the queue need not remember ids over a restart. */
  nextId(nowMs: number): number {
    return Math.max(this.#lastId + 1, nowMs);
  }

  /** What waits and has not expired, oldest first. */
  list(nowMs: number): readonly HeldMessage[] {
    return this.#held.filter((held) => !isExpired(held, nowMs));
  }

  find(holdId: number, nowMs: number): HeldMessage | undefined {
    return this.list(nowMs).find((held) => held.holdId === holdId);
  }

  /** How many messages of a viewer wait. */
  countOf(viewerId: string, nowMs: number): number {
    return this.list(nowMs).filter((held) => held.viewerId === viewerId).length;
  }

  /** True when no more can wait, of this viewer or of all. */
  isFullFor(viewerId: string, nowMs: number): boolean {
    return this.list(nowMs).length >= holdLimits.all || this.countOf(viewerId, nowMs) >= holdLimits.perViewer;
  }

  add(held: HeldMessage): void {
    this.#held = [...this.list(held.atMs), held];
    this.#lastId = Math.max(this.#lastId, held.holdId);
  }

  /** It was approved: nothing of it stays here. */
  remove(holdId: number): void {
    this.#held = this.#held.filter((held) => held.holdId !== holdId);
  }

  /** It was declined: gone for its writer, and kept for a while in case staff think better of it. */
  decline(holdId: number): void {
    const held = this.#held.find((one) => one.holdId === holdId);
    if (held === undefined) return;
    this.remove(holdId);
    this.#declined.set(holdId, held);
  }

  /** A declined message that could wait again; undefined if it has been forgotten or has expired. */
  findDeclined(holdId: number, nowMs: number): HeldMessage | undefined {
    const held = this.#declined.get(holdId);
    return held === undefined || isExpired(held, nowMs) ? undefined : held;
  }

  /** A declined message waits again. */
  takeBack(held: HeldMessage): void {
    this.#declined.delete(held.holdId);
    this.#held = [...this.#held, held].toSorted((a, b) => a.holdId - b.holdId);
  }

  /** Where a message stands; undefined if it is not known here (any more). */
  stateOf(holdId: number, nowMs: number): 'waiting' | 'declined' | undefined {
    if (this.find(holdId, nowMs) !== undefined) return 'waiting';
    return this.findDeclined(holdId, nowMs) === undefined ? undefined : 'declined';
  }
}

function isExpired({ atMs }: HeldMessage, nowMs: number): boolean {
  return nowMs - atMs > holdLimits.keepMs;
}
