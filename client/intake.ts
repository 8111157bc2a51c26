import type { RenditionInfo } from '../src/broadcast/stream-state.ts';
import type { Fragment } from './fragments.ts';
import { LinkMeter } from './link-meter.ts';
import { type FeedEnd, MediaFeed } from './media-feed.ts';
import { Splice } from './splice.ts';
import { PaceMeter, type Thresholds, thresholdsFor } from './thresholds.ts';

export interface IntakeListener {
  /** To be played, in this order. A rendition begins with its init segment. */
  onFragments(fragments: readonly Fragment[], rendition: RenditionInfo): void;
  /** The better one is what is played from now on. */
  onJoined(from: RenditionInfo, to: RenditionInfo): void;
  /** It could not be joined; what was played goes on. */
  onJoinFailed(to: RenditionInfo): void;
  /** Something comes again, after so many seconds in which nothing did though it should have. */
  onOutage(seconds: number): void;
  /** Nothing comes any more. */
  onEnd(end: FeedEnd, rendition: RenditionInfo): void;
}

export interface IntakeOptions extends IntakeListener {
  /** Address of the endless response of a rendition; `from`: of one that begins at that time of the timeline. */
  urlOf(rendition: string, from?: number): string;
  /** Seconds on a steady clock. */
  now(): number;
  /** What is left to play, in seconds. */
  ahead(): number;
}

/** A response, and what it carries. */
interface Reception {
  readonly rendition: RenditionInfo;
  readonly feed: MediaFeed;
  readonly askedAt: number;
  hasBegun: boolean;
  end: FeedEnd | undefined;
}

/** With less than this ahead browsers stop. */
const hurryBelowSeconds = 0.2;
/** With less than this ahead it is not worth beginning to wait for the other response. */
const holdAboveSeconds = 0.3;
/** With more than this ahead nothing more is needed: what comes from the past comes faster than it is played. */
const fullSeconds = 40;
/** What is wanted in hand where two responses are to be joined: the one may come later than the other. */
const reserveSeconds = 0.45;

/**
 * What comes in: one response at a time, or two while one rendition is changed for another. Two at once only where the link has shown that it is calm,
 * and not for long; on a link that is too slow the old one ends before the new one is asked for.
 */
export class Intake {
  readonly link = new LinkMeter();
  readonly #options: IntakeOptions;
  readonly #pace = new PaceMeter();
  #current: Reception | undefined;
  #next: Reception | undefined;
  #splice: Splice | undefined;
  #lastBytesAt = 0;
  #end = 0;
  #hurryTimer = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** What is played; also while its response has not begun. */
  get rendition(): RenditionInfo | undefined {
    return this.#current?.rendition;
  }

  /** What is being joined beside it. */
  get joining(): RenditionInfo | undefined {
    return this.#next?.rendition;
  }

  /** Pieces come, but are held back until they fit. */
  get isWaitingToFit(): boolean {
    return this.#splice !== undefined;
  }

  /** What ought to be in hand at the moment, beyond what the link needs, in seconds. */
  get reserve(): number {
    return this.#next === undefined ? 0 : reserveSeconds;
  }

  get lastBytesAt(): number {
    return this.#lastBytesAt;
  }

  get thresholds(): Thresholds {
    return thresholdsFor(this.#pace.pace);
  }

  /**
   * Ends what is open and plays this. `reach`: the end of what is buffered, if this must fit behind it, since it is of another rendition. `from`: where on the
   * timeline it begins, instead of at the live edge.
   */
  open(rendition: RenditionInfo, { reach, from }: { readonly reach?: number; readonly from?: number } = {}): void {
    this.close();
    this.link.pause();
    this.#current = this.#receive(rendition, from);
    if (reach === undefined) return;
    this.#splice = new Splice({ reach, entry: entryOf(rendition), fits: true });
    this.#splice.endOld();
  }

  /** Takes this in beside what is played, and changes over where the two meet. */
  join(rendition: RenditionInfo, reach: number): void {
    this.abandon();
    const fits =
      entryOf(rendition) === 'picture' && this.#current !== undefined && entryOf(this.#current.rendition) === 'picture';
    this.#splice = new Splice({ reach, entry: entryOf(rendition), fits });
    this.#next = this.#receive(rendition);
  }

  /** Leaves it at what is played. */
  abandon(): void {
    if (this.#next === undefined) return;
    this.#next.feed.close();
    this.#next = undefined;
    const held = this.#splice?.hurry() ?? [];
    this.#splice = undefined;
    this.#play(held);
  }

  close(): void {
    this.#current?.feed.close();
    this.#next?.feed.close();
    this.#current = undefined;
    this.#next = undefined;
    this.#splice = undefined;
  }

  /** To be called several times a second. */
  tick(): void {
    this.#hurry();
    if (this.#next !== undefined && this.#options.now() - this.#next.askedAt > this.thresholds.trial) this.#failJoin();
  }

  #hurry(): void {
    clearTimeout(this.#hurryTimer);
    const left = this.#options.ahead() - hurryBelowSeconds;
    if (this.#splice === undefined) return;
    if (left <= 0) this.#settle(this.#splice.hurry());
    else if (this.#splice.isHolding) this.#hurryTimer = setTimeout(() => this.#hurry(), left * 1000);
  }

  #receive(rendition: RenditionInfo, from?: number): Reception {
    const askedAt = this.#options.now();
    const silenceMs = (): number => this.thresholds.dead * 1000;
    const reception: Reception = {
      rendition,
      askedAt,
      hasBegun: false,
      end: undefined,
      feed: new MediaFeed(this.#options.urlOf(rendition.name, from), silenceMs, {
        isFull: () => from !== undefined && this.#options.ahead() > fullSeconds,
        onFragments: (fragments, bytes) => {
          this.#measure(reception, fragments, bytes);
          this.#onFragments(reception, fragments);
        },
        onEnd: (end) => this.#onEnd(reception, end),
      }),
    };
    return reception;
  }

  #onFragments(reception: Reception, fragments: readonly Fragment[]): void {
    const splice = this.#splice;
    if (splice === undefined) return this.#play(fragments);
    const isOld = reception === this.#current && this.#next !== undefined;
    const mayHold = this.#options.ahead() > holdAboveSeconds;
    this.#settle(fragments.flatMap((each) => (isOld ? splice.takeOld(each, mayHold) : splice.takeNew(each))));
    this.#hurry();
  }

  #measure(reception: Reception, fragments: readonly Fragment[], bytes: number): void {
    const now = this.#options.now();
    if (!reception.hasBegun) this.#pace.responded(now - reception.askedAt);
    reception.hasBegun = true;
    if (reception !== this.#current) return;
    const silence = now - this.#lastBytesAt;
    if (this.#lastBytesAt > 0 && silence > this.thresholds.outage) this.#options.onOutage(silence);
    this.#lastBytesAt = now;
    for (const { kind, start, end, isKeyframe } of fragments) {
      if (kind === 'picture') this.#pace.add(start, end, isKeyframe);
      if (kind === entryOf(reception.rendition)) this.#end = end;
    }
    this.link.add({ at: now, bytes, end: this.#end });
  }

  /** What the splice has given; if that was the change, the new response is the one that counts. */
  #settle(fragments: readonly Fragment[]): void {
    const from = this.#current;
    const to = this.#next;
    const isDone = this.#splice?.isDone === true;
    if (isDone) this.#splice = undefined;
    if (isDone && from !== undefined && to !== undefined) {
      from.feed.close();
      this.#current = to;
      this.#next = undefined;
      this.#options.onJoined(from.rendition, to.rendition);
    }
    this.#play(fragments);
  }

  #play(fragments: readonly Fragment[]): void {
    if (this.#current !== undefined && fragments.length > 0) {
      this.#options.onFragments(fragments, this.#current.rendition);
    }
  }

  #onEnd(reception: Reception, end: FeedEnd): void {
    reception.end = end;
    if (reception === this.#next) return this.#failJoin();
    if (this.#next === undefined) return this.#finish(reception, end);
    if (this.#splice !== undefined) this.#settle(this.#splice.endOld());
  }

  #failJoin(): void {
    const current = this.#current;
    const to = this.#next;
    if (current === undefined || to === undefined) return;
    this.abandon();
    if (current.end === undefined) this.#options.onJoinFailed(to.rendition);
    else this.#finish(current, current.end);
  }

  #finish({ rendition }: Reception, end: FeedEnd): void {
    this.close();
    this.#options.onEnd(end, rendition);
  }
}

function entryOf(rendition: RenditionInfo): 'picture' | 'sound' {
  return rendition.height === undefined ? 'sound' : 'picture';
}
