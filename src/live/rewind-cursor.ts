import type { Pulled, PullSource } from './endless-response.ts';
import type { RewindWindow } from './rewind-window.ts';

/** How much a viewer may have in advance: enough to play on through a stall, little enough to leave the line to the others. */
const leadSeconds = 20;
/** Whoever plays a little faster than the clock is still fed in time. */
const pace = 1.25;

/**
 * A place in the past of a rendition that moves on as the clock does: what a viewer who has gone back pulls from. Nothing waits in it for the viewer; whoever
 * stands still until their place is no longer kept is too old.
 */
export class RewindCursor implements PullSource {
  /** The init segment to be sent first, framed. */
  readonly head: Buffer;
  /** Where on the timeline it begins. */
  readonly startSeconds: number;
  /** How far that was behind the newest piece when it began. */
  readonly behindSeconds: number;
  readonly #window: RewindWindow;
  #number: number;
  #positionSeconds: number;
  #beganAtMs: number | undefined;

  private constructor(window: RewindWindow, number: number, first: { head: Buffer; startSeconds: number }) {
    this.#window = window;
    this.#number = number;
    this.head = first.head;
    this.startSeconds = first.startSeconds;
    this.#positionSeconds = first.startSeconds;
    this.behindSeconds = Math.max(0, (window.liveSeconds ?? first.startSeconds) - first.startSeconds);
  }

  /** Begins at the keyframe at or before this time, or at the oldest that is kept; undefined when none is. */
  static at(window: RewindWindow, seconds: number): RewindCursor | undefined {
    const number = window.startAt(seconds);
    const first = number === undefined ? undefined : window.at(number);
    if (number === undefined || first === undefined || first === 'gone') return undefined;
    return new RewindCursor(window, number, first);
  }

  /** End of what has been pulled so far, on the timeline. */
  get positionSeconds(): number {
    return this.#positionSeconds;
  }

  get isLost(): boolean {
    return this.#window.at(this.#number) === 'gone';
  }

  pull(nowMs: number): Pulled {
    this.#beganAtMs ??= nowMs;
    const elapsedSeconds = (nowMs - this.#beganAtMs) / 1000;
    const piece = this.#window.at(this.#number);
    if (piece === 'gone') return 'too-old';
    if (piece === undefined) return 'later';
    // Another init segment: the response is over, but not before the viewer has seen what was sent.
    if (piece.head !== this.head) return piece.startSeconds <= this.startSeconds + elapsedSeconds ? 'resync' : 'later';
    if (piece.startSeconds > this.startSeconds + leadSeconds + elapsedSeconds * pace) return 'later';
    this.#number += 1;
    this.#positionSeconds = Math.max(this.#positionSeconds, piece.startSeconds + piece.durationSeconds);
    return piece.framed;
  }

  whenMore(wake: () => void): () => void {
    return this.#window.whenChanged(wake);
  }
}
