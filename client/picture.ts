import { EdgeControl } from './edge-control.ts';
import type { Fragment } from './fragments.ts';
import { nextStartAfterHole, type Range, startPosition } from './live-edge.ts';
import { MediaSink } from './media-sink.ts';

export interface PictureOptions {
  /** Where the picture goes; the element is looked for anew each time, since NoScript replaces it. */
  findVideo(): HTMLVideoElement | undefined;
  /** Seconds on a steady clock. */
  now(): number;
  /** What must be in hand at the moment, see `EdgeControl.steer`. */
  reserve(): number;
  /** What is buffered reaches further. */
  onGrown(): void;
  /** It plays, or would if it were not paused. */
  onPlaying(): void;
  /** The browser plays nothing before a click. */
  onNeedsClick(): void;
  /** `blocked`: the browser refuses media; `broken`: begin anew. Nothing is shown any more. */
  onFailed(reason: 'blocked' | 'broken'): void;
}

/** No new bytes for this long: the burst with which a response begins is over. */
const burstPauseMs = 50;
const burstLimitSeconds = 0.5;

/** What is seen: the media element, what feeds it, and how close to the live edge it plays. */
export class Picture {
  readonly #options: PictureOptions;
  readonly #edge: EdgeControl;
  #video: HTMLVideoElement | undefined;
  #sink: MediaSink | undefined;
  #isPaused = false;
  /** The viewer has gone back: nothing draws the picture to the live edge. */
  #isFree = false;
  /** What comes next replaces all there is, and is shown from this time on. */
  #startAt: number | undefined;
  #burstAt = 0;
  #burstTimer = 0;
  #grewAt = 0;

  constructor(options: PictureOptions) {
    this.#options = options;
    this.#edge = new EdgeControl(options.now());
  }

  get hasStarted(): boolean {
    return this.#edge.hasStarted;
  }

  get isFree(): boolean {
    return this.#isFree;
  }

  /** Where on the timeline it is. */
  get position(): number {
    return this.#video?.currentTime ?? 0;
  }

  /** When what is buffered last reached further. */
  get grewAt(): number {
    return this.#grewAt;
  }

  /** How far ahead it tries to be, in seconds. */
  get target(): number {
    return this.#edge.target;
  }

  /** Up to where something is buffered. */
  get reach(): number {
    return this.#buffered.at(-1)?.end ?? 0;
  }

  /** It stands, for want of something to play. */
  get isDry(): boolean {
    return this.#video === undefined || this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** What is left to play, in seconds; nothing if it stands, or if all of it is to be replaced. */
  get ahead(): number {
    return this.isDry || this.#startAt !== undefined ? 0 : Math.max(0, this.reach - this.position);
  }

  /** Seconds behind the newest media there could be; undefined while nothing plays. */
  get behind(): number | undefined {
    const video = this.#video;
    return this.hasStarted && video !== undefined
      ? this.#edge.behind(this.#options.now(), video.currentTime)
      : undefined;
  }

  /** Whether what is buffered can go on with this type. */
  takes(type: string): boolean {
    return this.#sink?.takes(type) === true;
  }

  /** Makes room for media of this type, if there is none yet. False: there is nothing to show it in. */
  prepare(type: string): boolean {
    if (this.#sink !== undefined) return true;
    const video = this.#options.findVideo();
    if (video === undefined) return false;
    if (video !== this.#video) this.#adopt(video);
    this.#sink = new MediaSink(video, type, {
      onAppended: (endBefore) => this.#onAppended(endBefore),
      onFailed: (reason) => this.#fail(reason),
    });
    return true;
  }

  /** Takes in what comes; `type`: that of its rendition. */
  append(fragments: readonly Fragment[], type: string): void {
    if (this.#burstAt === 0) this.#burstAt = this.#options.now();
    for (const { kind, bytes } of fragments) {
      if (kind !== 'init') this.#sink?.push(bytes);
      else this.#begin(type, bytes);
    }
    if (this.hasStarted) return;
    clearTimeout(this.#burstTimer);
    this.#burstTimer = setTimeout(() => this.#start(), burstPauseMs);
  }

  /** Shows nothing any more; what comes next is shown from its beginning. */
  clear(): void {
    this.#sink?.close();
    this.#sink = undefined;
    this.#edge.stop();
    this.#burstAt = 0;
  }

  pause(): void {
    this.#isPaused = true;
    this.#video?.pause();
  }

  /** Goes on, at the live edge if that is far. */
  play(): void {
    this.#isPaused = false;
    this.settle();
    if (this.hasStarted) void this.#startVideo();
    else this.#start();
  }

  /** To the newest moment, and close to it from now on; false if there is none to go to. */
  jump(): boolean {
    const video = this.#video;
    this.#isFree = false;
    this.settle();
    if (video === undefined || this.#buffered.length === 0) return false;
    video.currentTime = startPosition(this.#buffered, this.target);
    return true;
  }

  /** Lets it be as far behind as it is; with a time, goes there if that is buffered. False if it is not. */
  free(at = this.position): boolean {
    const isThere = this.#buffered.some(({ start, end }) => start <= at && at < end - 0.2);
    this.#isFree = true;
    if (this.#video === undefined) return false;
    this.#video.playbackRate = 1;
    if (isThere && at !== this.position) this.#video.currentTime = at;
    return isThere;
  }

  /** What comes next is from this time, and takes the place of all there is. */
  replaceFrom(at: number): void {
    this.free();
    this.#startAt = at;
  }

  /** What comes next is of the newest moment: that is where to go. */
  bind(): void {
    this.#isFree = false;
    this.#startAt = undefined;
  }

  /** As after a start: the next decisions bring it to the edge at once. */
  settle(): void {
    this.#edge.settle(this.#options.now());
  }

  /** What comes next comes over another connection. */
  reconnected(): void {
    this.#edge.reconnected(this.#options.now());
  }

  /** After a silence that no hold-back could have bridged. */
  forgive(silence: number): void {
    this.#edge.forgive(this.#options.now(), silence);
  }

  /** To be called several times a second. */
  tick(): void {
    this.#edge.decay(this.#options.now());
    // Between two pieces the distance is smaller than after an append; only what cannot wait is done here.
    if (this.isDry) this.#steer();
  }

  get #buffered(): readonly Range[] {
    return this.#sink?.buffered ?? [];
  }

  #adopt(video: HTMLVideoElement): void {
    this.#video = video;
    video.addEventListener('waiting', () => {
      if (video.seeking || this.#isPaused) return;
      this.#edge.waited(this.#options.now(), Math.max(0, this.reach - video.currentTime));
    });
    video.addEventListener('error', () => this.#fail('broken'));
  }

  #begin(type: string, init: Uint8Array<ArrayBuffer>): void {
    if (!this.takes(type) || this.#startAt !== undefined) this.clear();
    if (this.prepare(type)) this.#sink?.begin(type, init);
  }

  #onAppended(endBefore: number): void {
    const end = this.reach;
    // Sound and picture come by turns; only when both have come is the distance what it is after a whole piece.
    if (end <= endBefore) return;
    const now = this.#options.now();
    this.#grewAt = now;
    if (!this.hasStarted) {
      if (now - this.#burstAt > burstLimitSeconds) this.#start();
      return;
    }
    // What comes from the past says nothing about the live edge.
    if (!this.#isFree) this.#edge.arrived(now, endBefore, end);
    this.#steer();
    this.#options.onGrown();
  }

  #start(): void {
    const video = this.#video;
    if (video === undefined || this.#buffered.length === 0 || this.hasStarted) return;
    this.#edge.start(video, this.#buffered, this.#options.now());
    if (this.#startAt !== undefined) video.currentTime = Math.max(this.#startAt, this.#buffered[0]?.start ?? 0);
    this.#startAt = undefined;
    if (!this.#isPaused) void this.#startVideo();
    this.#options.onPlaying();
  }

  async #startVideo(): Promise<void> {
    const video = this.#video;
    if (video === undefined) return;
    try {
      await video.play();
      this.#options.onPlaying();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      if (video.muted) return this.#options.onNeedsClick();
      // With sound only after a click: begin without, the button for sound is there.
      video.muted = true;
      await this.#startVideo();
    }
  }

  #steer(): void {
    if (this.#video === undefined || this.#isPaused) return;
    if (this.#isFree) return this.#stepOverHole(this.#video);
    this.#edge.steer(this.#video, this.#buffered, this.#options.now(), this.#options.reserve());
  }

  #stepOverHole(video: HTMLVideoElement): void {
    const next = video.seeking ? undefined : nextStartAfterHole(this.#buffered, video.currentTime);
    if (next !== undefined) video.currentTime = next;
  }

  #fail(reason: 'blocked' | 'broken'): void {
    this.clear();
    this.#options.onFailed(reason);
  }
}
