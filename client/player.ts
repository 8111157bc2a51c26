import { startingRendition } from '../src/broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../src/broadcast/stream-state.ts';
import { playableIn } from './playable.ts';
import { BackOff } from './back-off.ts';
import { Intake } from './intake.ts';
import type { FeedEnd } from './media-feed.ts';
import { Picture } from './picture.ts';
import { isMadeLate, QualityChoice, seemsSlow, suffers } from './quality-choice.ts';

/** What is wrong with playing, for the sentence on the stage; `fine` if nothing is. */
export type PlayerTrouble =
  | 'fine'
  | 'connecting'
  | 'reconnecting'
  | 'restarted'
  | 'too-slow'
  | 'blocked'
  | 'unsupported'
  | 'needs-click';

export interface PlayerOptions {
  /** Where the picture goes; the element is looked for anew each time, since NoScript replaces it. */
  findVideo(): HTMLVideoElement | undefined;
  /** Address of the endless response of a rendition; `from`: of one that begins at that time of the timeline. */
  urlOf(rendition: string, from?: number): string;
  onTrouble(trouble: PlayerTrouble): void;
  /** What the viewer has wished: the name of a rendition, or `auto`. */
  readonly wish: string;
}

/** For whoever wants to know. Times in seconds. */
export interface PlayerFigures {
  readonly rendition: string;
  readonly bitsPerSecond: number;
  readonly behind: number;
  readonly ahead: number;
}

/** Leaves the choice of the quality to the player. */
export const auto = 'auto';

const controlMs = 250;
/** A timer that is this late was held back: the tab slept, or the machine did. */
const sleptSeconds = 3;
/** Over as soon as media comes in again. */
const passing: ReadonlySet<PlayerTrouble> = new Set(['connecting', 'reconnecting', 'restarted']);
/** Whoever wants to be this close to the live edge wants to be at it. */
const nearLiveSeconds = 3;
/** After a pause as long as this, going on where it began is going back. */
const realPauseSeconds = 2;
/** While there is nothing to play, the server is asked no more often than this. */
const patienceSeconds = 10;

/** Plays the live stream: fetch, MediaSource, close to the live edge, in the quality that the link carries, and back by itself after whatever happens. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #backOff = new BackOff(400, 15_000);
  readonly #quality = new QualityChoice();
  readonly #picture: Picture;
  readonly #intake: Intake;
  #snapshot: StreamSnapshot;
  #wish: string;
  /** What is played, or is to be when there is something to play again. */
  #chosen: RenditionInfo | undefined;
  #trouble: PlayerTrouble = 'fine';
  #retryTimer = 0;
  #pausedAt: number | undefined;
  /** What comes in comes from the past, as the viewer has gone back further than what is buffered. */
  #isFromPast = false;
  /** How late media came when something better was about to be tried. */
  #lateBefore = 0;
  #tickedAt = now();
  #askedAt = now();

  constructor(snapshot: StreamSnapshot, options: PlayerOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    this.#wish = options.wish;
    this.#picture = new Picture({
      now,
      findVideo: options.findVideo,
      reserve: () => this.#intake.reserve,
      onGrown: () => this.#onGrown(),
      onPlaying: () => this.#report('fine'),
      onNeedsClick: () => this.#report('needs-click'),
      onFailed: (reason) => this.#onFailed(reason),
    });
    this.#intake = new Intake({
      now,
      ahead: () => this.#picture.ahead,
      urlOf: options.urlOf,
      onFragments: (fragments, { mimeType }) => this.#picture.append(fragments, mimeType),
      onJoined: (from, to) => this.#onJoined(from, to),
      onJoinFailed: (to) => this.#onJoinFailed(to),
      onOutage: (seconds) => this.#picture.forgive(seconds),
      onEnd: (end, rendition) => this.#onEnd(end, rendition),
    });
    setInterval(() => this.#onTick(), controlMs);
    // A page that is kept while another one is shown must not go on loading, and begins anew when it is shown again.
    addEventListener('pagehide', () => this.#rest());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#connect();
    });
    document.addEventListener('visibilitychange', () => this.#wake());
    this.#connect();
  }

  /** Seconds between the newest media there could be and the picture; undefined while nothing plays. */
  get behindSeconds(): number | undefined {
    return this.#picture.behind;
  }

  /** How far ahead it tries to be: the hold-back that the link needs. */
  get targetSeconds(): number {
    return this.#picture.target;
  }

  get isPaused(): boolean {
    return this.#pausedAt !== undefined;
  }

  /** How far back one can go, in seconds; undefined where nobody may. */
  get rewindSeconds(): number | undefined {
    return this.#snapshot.rewindSeconds;
  }

  /** The viewer has gone back. */
  get isRewound(): boolean {
    return this.#picture.isFree;
  }

  /** The name of a rendition, or `auto`. */
  get wish(): string {
    return this.#wish;
  }

  /** Name of the rendition that is played or would be. */
  get rendition(): string | undefined {
    return this.#chosen?.name ?? this.#wanted()?.name;
  }

  get figures(): PlayerFigures {
    return {
      rendition: this.rendition ?? '',
      bitsPerSecond: this.#intake.link.view(now())?.bitsPerSecond ?? 0,
      behind: this.behindSeconds ?? 0,
      ahead: this.#picture.ahead,
    };
  }

  /** What can be played here, in order. */
  get playable(): readonly RenditionInfo[] {
    return playableIn(this.#snapshot.renditions);
  }

  /** The stream's state has changed: it may be time to connect. */
  update(snapshot: StreamSnapshot): void {
    const hasBegun = snapshot.state === 'live' && this.#snapshot.state !== 'live';
    this.#snapshot = snapshot;
    if (this.#intake.rendition !== undefined) return;
    if (snapshot.state === 'offline' || snapshot.state === 'ended') this.#report('fine');
    else if (hasBegun) this.#connect();
  }

  /** Plays this rendition from now on, or, with `auto`, what the link carries. */
  choose(wish: string): void {
    this.#wish = wish;
    this.#quality.restart();
    this.#intake.abandon();
    const to = this.#wanted();
    if (to === undefined || this.#intake.rendition === undefined) this.#connect();
    else if (this.isRewound) this.#openPast(to, this.#picture.position);
    else if (to.name !== this.#intake.rendition.name) this.#intake.join(to, this.#picture.reach);
  }

  pause(): void {
    this.#pausedAt ??= now();
    this.#picture.pause();
  }

  /** Goes on: where it was paused, if one can go back; else at the live edge, if that is far. */
  play(): void {
    const paused = now() - (this.#pausedAt ?? now());
    this.#pausedAt = undefined;
    if (paused > realPauseSeconds && this.rewindSeconds !== undefined && this.#picture.hasStarted) {
      this.#picture.free();
      this.#isFromPast ||= this.#intake.rendition === undefined;
    }
    if (this.#intake.rendition === undefined) this.#connect();
    this.#picture.play();
  }

  /** Back to the newest moment. */
  goLive(): void {
    this.#pausedAt = undefined;
    const isSilent = now() - this.#intake.lastBytesAt > this.#intake.thresholds.notReceiving;
    const mustConnect = this.#isFromPast || isSilent;
    this.#isFromPast = false;
    this.#picture.bind();
    if (mustConnect || !this.#picture.jump()) this.#connect();
    this.#picture.play();
  }

  /** To a moment that is so far behind the newest one, as far as one can go back. */
  seek(behindSeconds: number): void {
    const behind = this.#picture.behind;
    const wanted = Math.min(behindSeconds, this.rewindSeconds ?? 0);
    if (behind === undefined || this.rewindSeconds === undefined) return;
    if (wanted < nearLiveSeconds) return this.goLive();
    const at = Math.max(0, this.#picture.position + behind - wanted);
    this.#intake.abandon();
    const rendition = this.#intake.rendition ?? this.#wanted();
    if (!this.#picture.free(at) && rendition !== undefined) this.#openPast(rendition, at);
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

  /** What the viewer wishes if it is there; else what was played, or what everybody begins with. */
  #wanted(): RenditionInfo | undefined {
    const { playable } = this;
    const named = (name: string | undefined): RenditionInfo | undefined => playable.find((each) => each.name === name);
    return named(this.#wish) ?? named(this.#chosen?.name) ?? startingRendition(playable);
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#intake.close();
    // The news comes by itself; asking is for when it does not.
    if (this.#snapshot.state !== 'live' && now() - this.#askedAt < patienceSeconds) return this.#retryLater();
    this.#askedAt = now();
    const rendition = this.#wanted();
    if (rendition === undefined) return this.#waitForRendition();
    if (!this.#picture.hasStarted) this.#report('connecting');
    else if (!this.isRewound) this.#picture.reconnected();
    if (this.#isFromPast) this.#goOn(rendition);
    else this.#open(rendition);
  }

  /** Ends what comes in and takes in this. */
  #open(rendition: RenditionInfo): void {
    if (!this.#picture.prepare(rendition.mimeType)) return this.#report('blocked');
    const isOther = this.#chosen !== undefined && rendition.name !== this.#chosen.name;
    this.#chosen = rendition;
    const mustFit = isOther && this.#picture.takes(rendition.mimeType);
    this.#intake.open(rendition, mustFit ? { reach: this.#picture.reach } : {});
  }

  /** Plays from an earlier moment on. */
  #openPast(rendition: RenditionInfo, from: number): void {
    this.#isFromPast = true;
    this.#chosen = rendition;
    this.#picture.replaceFrom(from);
    this.#intake.open(rendition, { from });
  }

  /** Takes up again what came from the past, behind what is buffered of it. */
  #goOn(rendition: RenditionInfo): void {
    if (this.#picture.takes(rendition.mimeType)) this.#intake.open(rendition, { from: this.#picture.reach });
    else this.#openPast(rendition, this.#picture.position);
  }

  #waitForRendition(): void {
    const isOffered = this.#snapshot.renditions.length > 0;
    this.#report(isOffered ? 'unsupported' : 'fine');
    if (!isOffered) this.#retryLater();
  }

  #beginAnew(): void {
    this.#isFromPast = false;
    this.#picture.bind();
    this.#picture.clear();
    this.#connect();
  }

  #onGrown(): void {
    this.#backOff.reset();
    if (passing.has(this.#trouble)) this.#report('fine');
  }

  #onTick(): void {
    const at = now();
    if (at - this.#tickedAt > sleptSeconds) this.#picture.settle();
    this.#tickedAt = at;
    this.#picture.tick();
    this.#intake.tick();
    if (this.#pausedAt !== undefined) {
      // Nobody can come back to what is thrown away meanwhile.
      if (at - this.#pausedAt > this.#intake.thresholds.longPause) this.#rest();
      return;
    }
    if (!this.#picture.hasStarted || this.#intake.rendition === undefined) return;
    this.#judge(at);
    // Media comes, but from before: the server itself was started anew, and its timeline with it.
    const isFresh = at - this.#intake.lastBytesAt < 0.5;
    if (isFresh && at - this.#picture.grewAt > 1.5 && !this.#intake.isWaitingToFit) this.#beginAnew();
  }

  /** Looks at what the link does: says so if it is too slow, and changes the quality if that is left to us. */
  #judge(at: number): void {
    const { link, thresholds, rendition, joining, lastBytesAt } = this.#intake;
    const view = link.view(at);
    if (this.#picture.isDry && at - lastBytesAt > thresholds.notReceiving) this.#report('reconnecting');
    if (this.isRewound) return;
    const isOurs = rendition !== undefined && !isMadeLate(this.playable, rendition.name);
    const isTooSlow = isOurs && view !== undefined && view.late > thresholds.tooFarBehind && seemsSlow(view);
    if (isTooSlow && this.#trouble === 'fine') this.#report('too-slow');
    else if (!isTooSlow && this.#trouble === 'too-slow') this.#report('fine');
    if (this.#wish !== auto || rendition === undefined) return;
    if (joining !== undefined && view !== undefined && suffers(view, this.#lateBefore)) {
      this.#intake.abandon();
      this.#quality.upFailed(at, joining.name);
    }
    const verdict = this.#quality.decide(at, view, this.playable, rendition.name);
    if (verdict.kind === 'down') this.#goDown(rendition, verdict.to);
    else if (verdict.kind === 'up' && joining === undefined && !document.hidden) {
      this.#lateBefore = view?.late ?? 0;
      this.#intake.join(verdict.to, this.#picture.reach);
    }
  }

  /** On a link that is too slow for one response there is no room for two: the old one ends first. */
  #goDown(from: RenditionInfo, to: RenditionInfo): void {
    this.#quality.changed(now(), 'down', from.name, to.name);
    this.#open(to);
  }

  #onJoined(from: RenditionInfo, to: RenditionInfo): void {
    this.#chosen = to;
    this.#quality.changed(now(), 'up', from.name, to.name);
  }

  #onJoinFailed(to: RenditionInfo): void {
    if (this.#wish === auto) this.#quality.upFailed(now(), to.name);
    else this.#open(to);
  }

  #onEnd(end: FeedEnd, rendition: RenditionInfo): void {
    const lower = this.isRewound
      ? undefined
      : this.#quality.cutOff(this.#intake.link.view(now()), this.playable, rendition.name);
    if (lower !== undefined && this.#wish === auto) return this.#goDown(rendition, lower);
    if (end.kind === 'ended') this.#report('restarted');
    else if (end.kind !== 'refused') this.#report('reconnecting');
    this.#retryLater();
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#backOff.next(Math.random()));
  }

  #onFailed(reason: 'blocked' | 'broken'): void {
    this.#intake.close();
    if (reason === 'blocked') this.#report('blocked');
    else this.#retryLater();
  }

  /** Takes nothing in until it is played again. */
  #rest(): void {
    clearTimeout(this.#retryTimer);
    this.#intake.close();
  }

  /** The page is seen again: what is there may be old, and browsers let hidden pictures fall behind. */
  #wake(): void {
    if (!document.hidden) this.#picture.settle();
  }
}

/** Seconds on a steady clock. */
function now(): number {
  return performance.now() / 1000;
}
