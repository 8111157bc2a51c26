import {
  ArrivalMeter,
  Backlog,
  decayTarget,
  decide,
  firstMargin,
  firstTargetSeconds,
  learnMargin,
  raiseTarget,
  type Range,
  startPosition,
} from './live-edge.ts';

/** With less than this ahead, browsers stop. */
const dryBelowSeconds = 0.12;
/** Waits that follow each other within this time have one cause. */
const silenceSeconds = 1;

/** Keeps a media element close to the live edge, and learns how close the link and the browser allow. All times in seconds on one steady clock. */
export class EdgeControl {
  readonly #meter = new ArrivalMeter();
  readonly #backlog = new Backlog();
  #target = firstTargetSeconds;
  #margin = firstMargin;
  #waits = 0;
  #startedAt: number | undefined;
  #raised: { readonly at: number; readonly from: number } | undefined;
  #decayedAt: number;

  constructor(now: number) {
    this.#decayedAt = now;
  }

  get hasStarted(): boolean {
    return this.#startedAt !== undefined;
  }

  /** How far ahead it tries to be: the hold-back that the link needs. */
  get target(): number {
    return this.#target;
  }

  /** Plays from where the hold-back is right. */
  start(video: HTMLVideoElement, buffered: readonly Range[], now: number): void {
    this.#startedAt = now;
    video.currentTime = startPosition(buffered, this.#target);
  }

  /** There is nothing to play any more. */
  stop(): void {
    this.#startedAt = undefined;
  }

  /** As after a start: the next decisions bring it to the edge at once. */
  settle(now: number): void {
    if (this.#startedAt !== undefined) this.#startedAt = now;
  }

  /** What is known of arrivals holds no longer: they come over another connection. */
  reconnected(now: number): void {
    this.#meter.reset();
    this.#backlog.reset();
    this.settle(now);
  }

  /** Media has been appended; ends of what is buffered before and after. */
  arrived(now: number, endBefore: number, endAfter: number): void {
    const kind = this.#backlog.judge(now, this.#meter.behind(now, endAfter));
    if (kind !== 'waited') this.#meter.add(now, endBefore, endAfter);
    // What was missed in a long stop is left out.
    if (kind === 'through') this.settle(now);
  }

  /** How far a position is behind the newest media there could be. */
  behind(now: number, currentTime: number): number {
    return this.#meter.behind(now, currentTime);
  }

  /** `reserve`: what must be in hand for a moment, whatever the target is. */
  steer(video: HTMLVideoElement, buffered: readonly Range[], now: number, reserve = 0): void {
    if (this.#startedAt === undefined || video.seeking) return;
    const isStalled = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (!isStalled) this.#backlog.moves();
    const move = decide({
      currentTime: video.currentTime,
      rate: video.playbackRate,
      buffered,
      target: this.#target,
      sinceStart: now - this.#startedAt,
      isStalled,
      reserve,
    });
    if (move.kind === 'seek') video.currentTime = move.to;
    else if (video.playbackRate !== move.rate) video.playbackRate = move.rate;
  }

  /** Time goes by. */
  decay(now: number): void {
    this.#target = decayTarget(
      this.#target,
      this.#meter.floorWith(this.#margin),
      now - this.#decayedAt,
      this.#waits > 0,
    );
    this.#decayedAt = now;
  }

  /** The browser has stopped, with so much left to play. */
  waited(now: number, left: number): void {
    if (this.#startedAt === undefined) return;
    this.#backlog.stopped(now);
    // The first moments after a start or a jump are no measure of the link.
    if (now - this.#startedAt < 1 && this.#waits === 0) return;
    // Not the link has stopped, but the browser, which wants more in hand than this.
    if (left > dryBelowSeconds) this.#margin = learnMargin(this.#margin, left);
    // One silence of the link makes a browser stop several times.
    else if (now - (this.#raised?.at ?? Number.NEGATIVE_INFINITY) >= silenceSeconds) this.#raise(now);
  }

  /** Nothing came for so long that no hold-back would have bridged it: what was learnt from it is forgotten. */
  forgive(now: number, silence: number): void {
    if (this.#raised === undefined || now - this.#raised.at > silence) return;
    this.#target = Math.min(this.#target, this.#raised.from);
    this.#waits -= 1;
  }

  #raise(now: number): void {
    this.#raised = { at: now, from: this.#target };
    this.#waits += 1;
    this.#target = raiseTarget(this.#target);
  }
}
