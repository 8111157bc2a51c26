import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import type { RenditionInfo, StreamSnapshot } from '../src/broadcast/stream-state.ts';
import { BackOff } from './back-off.ts';
import { address, readSettings } from './page.ts';
import type { auto as OwnAuto, Player as OwnPlayer, PlayerFigures, PlayerOptions, PlayerTrouble } from './player.ts';

/** The address of hls.js, which the build puts here. */
declare const hlsLibrary: string;

/** As in `player.ts`. */
export const auto: typeof OwnAuto = 'auto';

/** A round trip through Tor is long, and starts with what the playlist names first; workers and what their code is made of stay off by the page's policy. */
const settings: Partial<HlsConfig> = {
  enableWorker: false,
  lowLatencyMode: true,
  testBandwidth: false,
  abrEwmaDefaultEstimate: 450_000,
  maxLiveSyncPlaybackRate: 1.1,
  liveSyncDurationCount: 3,
  liveMaxLatencyDurationCount: 10,
  backBufferLength: 60,
};

/**
 * Stands in for our own player (`player.ts`) in the page that is asked for with `?player=hls`: hls.js on the playlists that other players use. It is several seconds
 * further behind, and there to compare, and for whoever trusts it more.
 */
export class Player implements Pick<OwnPlayer, keyof OwnPlayer> {
  readonly #options: PlayerOptions;
  readonly #backOff = new BackOff(1000, 15_000);
  #snapshot: StreamSnapshot;
  #hls: Hls | undefined;
  #wish: string;
  #video: HTMLVideoElement | undefined;
  #trouble: PlayerTrouble = 'fine';
  #isPaused = false;
  #hasRecovered = false;
  #retryTimer = 0;
  /** Counts the attempts: what an earlier one still says is not listened to. */
  #attempt = 0;

  constructor(snapshot: StreamSnapshot, options: PlayerOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    this.#wish = options.wish;
    this.#load();
  }

  get behindSeconds(): number | undefined {
    return this.#hls === undefined || this.#video?.readyState === 0 ? undefined : this.#hls.latency;
  }

  get targetSeconds(): number {
    return this.#hls?.targetLatency ?? 0;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get rendition(): string | undefined {
    const hls = this.#hls;
    return hls === undefined ? undefined : nameOf(hls, hls.currentLevel);
  }

  update(snapshot: StreamSnapshot): void {
    const hasBegun = snapshot.state === 'live' && this.#snapshot.state !== 'live';
    this.#snapshot = snapshot;
    if (hasBegun && (this.#hls === undefined || this.#trouble !== 'fine' || this.#video?.ended === true)) this.#load();
  }

  get wish(): string {
    return this.#wish;
  }

  /** hls.js passes over sound alone where there are pictures. */
  get playable(): readonly RenditionInfo[] {
    return this.#snapshot.renditions.filter(({ codec }) => codec === 'h264');
  }

  get figures(): PlayerFigures {
    return {
      rendition: this.rendition ?? '',
      bitsPerSecond: this.#hls?.bandwidthEstimate ?? 0,
      behind: this.behindSeconds ?? 0,
      ahead: this.#hls?.mainForwardBufferInfo?.len ?? 0,
    };
  }

  /** Going back is for our own player. */
  get rewindSeconds(): undefined {
    return undefined;
  }

  get isRewound(): boolean {
    return false;
  }

  seek(): void {
    this.goLive();
  }

  choose(wish: string): void {
    this.#wish = wish;
    const hls = this.#hls;
    if (hls !== undefined) hls.nextLevel = levelOf(hls, wish);
  }

  pause(): void {
    this.#isPaused = true;
    this.#video?.pause();
  }

  play(): void {
    this.#isPaused = false;
    if (this.#hls === undefined) this.#load();
    else this.#startVideo();
  }

  goLive(): void {
    const edge = this.#hls?.liveSyncPosition;
    if (this.#video !== undefined && typeof edge === 'number') this.#video.currentTime = edge;
    this.play();
  }

  retryBlocked(): void {
    this.#load();
  }

  #report(trouble: PlayerTrouble): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble(trouble);
  }

  #load(): void {
    clearTimeout(this.#retryTimer);
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#attempt += 1;
    if (this.#snapshot.state === 'offline' || this.#snapshot.state === 'ended') return this.#report('fine');
    this.#report(this.#trouble === 'reconnecting' ? 'reconnecting' : 'connecting');
    void this.#attach(this.#attempt);
  }

  async #attach(attempt: number): Promise<void> {
    let library: { readonly default: typeof Hls };
    try {
      library = await import(hlsLibrary);
    } catch {
      // Lost on the way; the browser fetches it again.
      return this.#retryLater();
    }
    if (attempt !== this.#attempt) return;
    const video = this.#options.findVideo();
    if (video === undefined) return this.#report('blocked');
    if (!library.default.isSupported()) return this.#report('unsupported');
    this.#video = video;
    this.#hasRecovered = false;
    this.#follow(new library.default(settings), library.default, video);
  }

  #follow(hls: Hls, { Events, ErrorTypes }: typeof Hls, video: HTMLVideoElement): void {
    this.#hls = hls;
    hls.on(Events.MANIFEST_PARSED, () => {
      const level = levelOf(hls, this.#wish);
      if (level !== -1) hls.nextLevel = level;
      if (!this.#isPaused) this.#startVideo();
    });
    hls.on(Events.FRAG_BUFFERED, () => {
      this.#backOff.reset();
      if (this.#trouble === 'connecting' || this.#trouble === 'reconnecting') this.#report('fine');
    });
    hls.on(Events.ERROR, (_event, data) => this.#onError(hls, data, data.type === ErrorTypes.MEDIA_ERROR));
    hls.loadSource(address('/stream.m3u8', readSettings()));
    hls.attachMedia(video);
  }

  #onError(hls: Hls, { fatal }: ErrorData, isOfMedia: boolean): void {
    if (!fatal || hls !== this.#hls) return;
    if (isOfMedia && !this.#hasRecovered) {
      this.#hasRecovered = true;
      hls.recoverMediaError();
      return;
    }
    this.#report('reconnecting');
    this.#retryLater();
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#load(), this.#backOff.next(Math.random()));
  }

  #startVideo(): void {
    this.#video?.play().then(
      () => {
        if (this.#trouble === 'needs-click') this.#report('fine');
      },
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') this.#report('needs-click');
      },
    );
  }
}

/** The rendition that a level is, by the address of its playlist. */
function nameOf(hls: Hls, level: number): string | undefined {
  const [, name] = /\/stream\/([^/]+)\/index\.m3u8/.exec(hls.levels[level]?.url[0] ?? '') ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** -1, which is hls.js's own choice, for a rendition that is not in the playlist. */
function levelOf(hls: Hls, rendition: string): number {
  return hls.levels.findIndex((_level, index) => nameOf(hls, index) === rendition);
}
