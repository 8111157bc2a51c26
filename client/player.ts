import { lowerRendition, startingRendition } from '../src/broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../src/broadcast/stream-state.ts';
import { playableIn } from './playable.ts';
import { BackOff } from './back-off.ts';
import {
  ArrivalMeter,
  decayTarget,
  decide,
  firstMargin,
  firstTargetSeconds,
  learnMargin,
  raiseTarget,
  startPosition,
} from './live-edge.ts';
import { type FeedEnd, MediaFeed } from './media-feed.ts';
import { MediaSink } from './media-sink.ts';

/** What is wrong with playing, for the sentence on the stage; `fine` if nothing is. */
export type PlayerTrouble =
  | 'fine'
  | 'connecting'
  | 'reconnecting'
  | 'restarted'
  | 'blocked'
  | 'unsupported'
  | 'needs-click';

export interface PlayerOptions {
  /** Where the picture goes; the element is looked for anew each time, since NoScript replaces it. */
  findVideo(): HTMLVideoElement | undefined;
  /** Address of the endless response of a rendition. */
  urlOf(rendition: string): string;
  onTrouble(trouble: PlayerTrouble): void;
}

/** No new bytes for this long: the burst with which a response begins is over. */
const burstPauseMs = 50;
const burstLimitMs = 500;
const controlMs = 250;
/** Over as soon as media comes in again. */
const passing: ReadonlySet<PlayerTrouble> = new Set(['connecting', 'reconnecting', 'restarted']);
const busyLinkWaits = 3;
/** With less than this ahead, browsers stop. */
const dryBelowSeconds = 0.12;
/** Waits that follow each other within this time have one cause. */
const silenceSeconds = 1;
/** While there is nothing to play, the server is asked no more often than this. */
const patienceSeconds = 10;

/** Plays the live stream: fetch, MediaSource, close to the live edge, and back by itself after whatever happens. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #backOff = new BackOff(400, 15_000);
  readonly #meter = new ArrivalMeter();
  #snapshot: StreamSnapshot;
  #wished: string | undefined;
  #feed: MediaFeed | undefined;
  #sink: MediaSink | undefined;
  #video: HTMLVideoElement | undefined;
  #target = firstTargetSeconds;
  #playing: string | undefined;
  #startedAt: number | undefined;
  #firstBytesAt = 0;
  #lastBytesAt = 0;
  /** When what is buffered last reached further. */
  #grewAt = 0;
  #waits = 0;
  #margin = firstMargin;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #trouble: PlayerTrouble = 'fine';
  #burstTimer = 0;
  #retryTimer = 0;
  #isPaused = false;
  #decayedAt = now();
  #askedAt = now();

  constructor(snapshot: StreamSnapshot, options: PlayerOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    setInterval(() => this.#onTick(), controlMs);
    this.#connect();
  }

  /** Seconds between the newest media there could be and the picture; undefined while nothing plays. */
  get behindSeconds(): number | undefined {
    const video = this.#video;
    return this.#startedAt === undefined || video === undefined
      ? undefined
      : this.#meter.behind(now(), video.currentTime);
  }

  /** How far ahead it tries to be: the hold-back that the link needs. */
  get targetSeconds(): number {
    return this.#target;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Name of the rendition that is played or would be. */
  get rendition(): string | undefined {
    return this.#choice()?.name;
  }

  /** The stream's state has changed: it may be time to connect. */
  update(snapshot: StreamSnapshot): void {
    const hasBegun = snapshot.state === 'live' && this.#snapshot.state !== 'live';
    this.#snapshot = snapshot;
    if (this.#feed !== undefined) return;
    if (snapshot.state === 'offline' || snapshot.state === 'ended') this.#report('fine');
    else if (hasBegun) this.#connect();
  }

  /** Plays this rendition from now on. */
  choose(rendition: string): void {
    this.#wished = rendition;
    this.#waits = 0;
    this.#connect();
  }

  pause(): void {
    this.#isPaused = true;
    this.#video?.pause();
  }

  /** Goes on, at the live edge if that is far. */
  play(): void {
    this.#isPaused = false;
    this.#settle();
    if (this.#video === undefined || this.#feed === undefined) this.#connect();
    else if (this.#startedAt === undefined) this.#start();
    else void this.#startVideo(this.#video);
  }

  /** Back to the newest moment. */
  goLive(): void {
    const buffered = this.#sink?.buffered ?? [];
    if (this.#video === undefined || buffered.length === 0 || now() - this.#lastBytesAt > 3) this.#connect();
    else this.#video.currentTime = startPosition(buffered, this.#target);
    this.play();
  }

  /** The viewer clicked, or NoScript has put the element back: media may be allowed now. */
  retryBlocked(): void {
    this.#beginAnew();
  }

  #report(trouble: PlayerTrouble): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble(trouble);
  }

  #choice(): RenditionInfo | undefined {
    const playable = playableIn(this.#snapshot.renditions);
    return playable.find((rendition) => rendition.name === this.#wished) ?? startingRendition(playable);
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#feed?.close();
    this.#feed = undefined;
    // The news comes by itself; asking is for when it does not.
    if (this.#snapshot.state !== 'live' && now() - this.#askedAt < patienceSeconds) return this.#retryLater();
    this.#askedAt = now();
    const rendition = this.#choice();
    if (rendition === undefined) return this.#waitForRendition();
    if (this.#sink === undefined) this.#build(rendition);
    this.#feed = new MediaFeed(this.#options.urlOf(rendition.name), {
      onBegin: () => this.#onBegin(rendition),
      onBytes: (bytes) => this.#onBytes(bytes),
      onEnd: (end) => this.#onEnd(end),
    });
    if (this.#playing === undefined) this.#report('connecting');
  }

  #waitForRendition(): void {
    const isOffered = this.#snapshot.renditions.length > 0;
    this.#report(isOffered ? 'unsupported' : 'fine');
    if (!isOffered) this.#retryLater();
  }

  #build(rendition: RenditionInfo): void {
    const video = this.#options.findVideo();
    if (video === undefined) return this.#report('blocked');
    if (video !== this.#video) this.#adopt(video);
    this.#startedAt = undefined;
    this.#sink = new MediaSink(video, rendition.mimeType, {
      onAppended: (endBefore) => this.#onAppended(endBefore),
      onFailed: (reason) => this.#onSinkFailed(reason),
    });
  }

  #adopt(video: HTMLVideoElement): void {
    this.#video = video;
    video.addEventListener('waiting', () => this.#onWaiting());
    video.addEventListener('error', () => this.#onSinkFailed('broken'));
  }

  /** As after a start: the next decisions bring it to the edge at once. */
  #settle(): void {
    if (this.#startedAt !== undefined) this.#startedAt = now();
  }

  #beginAnew(): void {
    this.#rebuild();
    this.#connect();
  }

  #rebuild(): void {
    this.#sink?.close();
    this.#sink = undefined;
    this.#startedAt = undefined;
  }

  #onBegin(rendition: RenditionInfo): void {
    this.#playing = rendition.name;
    this.#firstBytesAt = 0;
    this.#meter.reset();
    this.#settle();
    this.#sink?.begin(rendition.mimeType);
  }

  #onBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#lastBytesAt = now();
    if (this.#firstBytesAt === 0) this.#firstBytesAt = this.#lastBytesAt;
    this.#sink?.push(bytes);
    if (this.#startedAt !== undefined) return;
    clearTimeout(this.#burstTimer);
    this.#burstTimer = setTimeout(() => this.#start(), burstPauseMs);
  }

  #onAppended(endBefore: number): void {
    const end = this.#sink?.buffered.at(-1)?.end;
    if (end === undefined) return;
    // Sound and picture come by turns; only when both have come is the distance what it is after a whole piece.
    if (end <= endBefore) return;
    this.#grewAt = now();
    if (this.#startedAt === undefined) {
      if ((now() - this.#firstBytesAt) * 1000 > burstLimitMs) this.#start();
      return;
    }
    this.#meter.add(now(), endBefore, end);
    this.#control();
    if (passing.has(this.#trouble)) this.#report('fine');
  }

  #start(): void {
    const video = this.#video;
    const sink = this.#sink;
    if (video === undefined || sink === undefined || this.#startedAt !== undefined) return;
    if (sink.buffered.length === 0) return;
    this.#startedAt = now();
    this.#backOff.reset();
    video.currentTime = startPosition(sink.buffered, this.#target);
    if (!this.#isPaused) void this.#startVideo(video);
    this.#report('fine');
  }

  async #startVideo(video: HTMLVideoElement): Promise<void> {
    try {
      await video.play();
      this.#report('fine');
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      if (video.muted) return this.#report('needs-click');
      // With sound only after a click: begin without, the button for sound is there.
      video.muted = true;
      await this.#startVideo(video);
    }
  }

  #control(): void {
    const video = this.#video;
    if (video === undefined || this.#sink === undefined || this.#startedAt === undefined) return;
    if (this.#isPaused || video.seeking) return;
    const move = decide({
      currentTime: video.currentTime,
      rate: video.playbackRate,
      buffered: this.#sink.buffered,
      target: this.#target,
      sinceStart: now() - this.#startedAt,
      isStalled: video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
    });
    if (move.kind === 'seek') video.currentTime = move.to;
    else if (video.playbackRate !== move.rate) video.playbackRate = move.rate;
  }

  #onTick(): void {
    const at = now();
    this.#target = decayTarget(
      this.#target,
      this.#meter.floorWith(this.#margin),
      at - this.#decayedAt,
      this.#waits > 0,
    );
    this.#decayedAt = at;
    const isDry = (this.#video?.readyState ?? 0) < HTMLMediaElement.HAVE_FUTURE_DATA;
    // Between two pieces the distance is smaller than after an append; only what cannot wait is done here.
    if (isDry) this.#control();
    if (this.#startedAt === undefined) return;
    if (isDry && at - this.#lastBytesAt > 3) this.#report('reconnecting');
    // Media comes, but from before: the server itself was started anew, and its timeline with it.
    if (at - this.#grewAt > 1.5 && at - this.#lastBytesAt < 0.5) this.#beginAnew();
  }

  #onWaiting(): void {
    const video = this.#video;
    if (this.#startedAt === undefined || video === undefined || video.seeking || this.#isPaused) return;
    // The first moments after a start or a jump are no measure of the link.
    if (now() - this.#startedAt < 1 && this.#waits === 0) return;
    const left = (this.#sink?.buffered.at(-1)?.end ?? 0) - video.currentTime;
    if (left > dryBelowSeconds) {
      // Not the link has stopped, but the browser, which wants more in hand than this.
      this.#margin = learnMargin(this.#margin, left);
      return;
    }
    // One silence of the link makes a browser stop several times.
    if (now() - this.#raisedAt < silenceSeconds) return;
    this.#raisedAt = now();
    this.#waits += 1;
    this.#target = raiseTarget(this.#target);
  }

  #onEnd(end: FeedEnd): void {
    this.#feed = undefined;
    if (end.kind === 'ended') {
      if (this.#waits >= busyLinkWaits) this.#stepDown();
      this.#report('restarted');
    } else if (end.kind !== 'refused') {
      this.#report('reconnecting');
    }
    this.#retryLater();
  }

  /** Ended by the server after many waits: the link does not carry this rendition. */
  #stepDown(): void {
    this.#waits = 0;
    const lower = lowerRendition(this.#snapshot.renditions, this.#playing ?? '');
    if (lower !== undefined) this.#wished = lower.name;
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#backOff.next(Math.random()));
  }

  #onSinkFailed(reason: 'blocked' | 'broken'): void {
    this.#rebuild();
    this.#feed?.close();
    this.#feed = undefined;
    if (reason === 'blocked') this.#report('blocked');
    else this.#retryLater();
  }
}

/** Seconds on a steady clock. */
function now(): number {
  return performance.now() / 1000;
}
