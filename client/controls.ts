import { sourceRendition } from '../src/broadcast/renditions.ts';
import type { ClientTexts } from '../src/views/texts/en.ts';
import { formatUptime } from './clock.ts';
import { FiguresLine } from './figures-line.ts';
import { byId, withNumber } from './page.ts';
import { auto, type Player } from './player.ts';
import { remember, remembered } from './storage.ts';
import { Timeline } from './timeline.ts';

/** How the page is laid out hangs on classes of its root. */
const root = document.documentElement.classList;
/** Late by more than this over the usual hold-back is worth saying. */
const lateSeconds = 1.5;
const idleAfterMs = 2500;

const keyActions: Readonly<Record<string, string>> = {
  ' ': 'play',
  k: 'play',
  m: 'mute',
  f: 'full',
  t: 'theatre',
  c: 'chat',
  l: 'live',
  p: 'pip',
  s: 'figures',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
  '/': 'write',
  '?': 'keys',
};

export interface ControlsOptions {
  readonly player: Player;
  readonly texts: ClientTexts;
  findVideo(): HTMLVideoElement | undefined;
  /** Puts the cursor into the chat form. */
  write(): void;
  /** Keeps the chosen quality for the next visit. */
  rememberQuality(wish: string): void;
}

/** Buttons, keys and the bar over the picture. */
export class Controls {
  readonly #options: ControlsOptions;
  readonly #stage = byId('stage', HTMLElement);
  readonly #behind = byId('behind', HTMLElement);
  readonly #behindLight = byId('behind-light', HTMLElement);
  readonly #volume = byId('volume', HTMLInputElement);
  readonly #quality = byId('quality', HTMLSelectElement);
  readonly #timeline: Timeline;
  readonly #actions: Readonly<Record<string, () => void>>;
  #idleTimer = 0;
  #offered = '';

  constructor(options: ControlsOptions) {
    this.#options = options;
    const { player, texts } = options;
    const figures = new FiguresLine(this.#stage, texts, player);
    this.#timeline = new Timeline(byId('controls', HTMLElement), texts, player);
    this.#actions = {
      play: () => (player.isPaused ? player.play() : player.pause()),
      mute: () => this.#toggleSound(),
      live: () => player.goLive(),
      full: () => void this.#toggleFullScreen(),
      pip: () => void this.#togglePictureInPicture(),
      figures: () => figures.toggle(),
      back: () => this.#timeline.step(-1),
      forward: () => this.#timeline.step(1),
      theatre: () => this.#setTheatre(!root.contains('theatre')),
      chat: () => setClass('no-chat', !root.contains('no-chat')),
      write: () => {
        setClass('no-chat', false);
        options.write();
      },
      keys: () => byId('keys', HTMLDialogElement).showModal(),
    };
    this.#stage.dataset['sound'] = texts.audioOnly;
    this.#listen();
    hideWhatIsMissing();
    keepTitleFromSystem(texts.video);
    this.applySound(options.findVideo());
    for (const name of ['theatre', 'no-chat']) root.toggle(name, remembered(name) === 'on');
    setInterval(() => this.#show(), 500);
    this.#show();
    this.#wake();
  }

  /** Gives a picture the volume that was chosen earlier; sound is off until somebody asked for it. */
  applySound(video: HTMLVideoElement | undefined): void {
    if (video === undefined) return;
    video.volume = Math.min(1, Math.max(0, Number(remembered('volume') ?? 1) || 0));
    video.muted = remembered('sound') !== 'on';
    video.addEventListener('volumechange', () => this.#show());
    video.addEventListener('play', () => this.#show());
    video.addEventListener('pause', () => this.#show());
  }

  /** Offers the renditions that can be played. */
  #offer(): void {
    const { player, texts } = this.#options;
    const labels = player.playable.map(({ name, height }) => {
      if (height === undefined) return [texts.audioOnly, name];
      return [name === sourceRendition ? texts.original : name.replace(/-vp9$/u, ''), name];
    });
    const chosen = labels.find(([, name]) => name === player.rendition)?.[0];
    const isSoundAlone = player.playable.some(({ name, height }) => name === player.rendition && height === undefined);
    this.#stage.classList.toggle('sound-alone', isSoundAlone);
    const isAuto = player.wish === auto && chosen !== undefined;
    const all = [[isAuto ? `${texts.auto} (${chosen})` : texts.auto, auto], ...labels];
    if (all.join() === this.#offered || document.activeElement === this.#quality) return;
    this.#offered = all.join();
    this.#quality.replaceChildren(...all.map(([label, name]) => new Option(label, name)));
    this.#quality.value = player.wish;
  }

  #listen(): void {
    for (const button of document.querySelectorAll<HTMLElement>('[data-do]')) {
      button.addEventListener('click', () => this.#actions[button.dataset.do ?? '']?.());
    }
    this.#stage.addEventListener('dblclick', (event) => {
      if (event.target instanceof HTMLVideoElement) void this.#toggleFullScreen();
    });
    this.#stage.addEventListener('pointermove', () => this.#wake());
    this.#stage.addEventListener('pointerdown', () => this.#wake());
    this.#volume.addEventListener('input', () => this.#setVolume(Number(this.#volume.value) / 100));
    this.#quality.addEventListener('change', () => this.#choose(this.#quality.value));
    document.addEventListener('keydown', (event) => this.#onKey(event));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.closest('input:not([type=range]), textarea, select, dialog') != null) return;
    // The bars have a use of their own for the arrows.
    if (event.key.startsWith('Arrow') && target?.closest('input') != null) return;
    // Space on a button or link presses it, which is what everybody expects.
    if (event.key === ' ' && target?.closest('button, a, summary') != null) return;
    const action = this.#actions[keyActions[event.key] ?? ''];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #choose(wish: string): void {
    this.#options.player.choose(wish);
    this.#options.rememberQuality(wish);
    // The menu has done its work: keys are for the player again.
    this.#quality.blur();
    this.#show();
  }

  #toggleSound(): void {
    const video = this.#options.findVideo();
    if (video === undefined) return;
    video.muted = !video.muted;
    if (!video.muted && video.volume === 0) this.#setVolume(0.5);
    remember('sound', video.muted ? 'off' : 'on');
  }

  #setVolume(volume: number): void {
    const video = this.#options.findVideo();
    if (video === undefined) return;
    video.volume = volume;
    video.muted = volume === 0;
    remember('volume', String(volume));
    remember('sound', video.muted ? 'off' : 'on');
  }

  async #toggleFullScreen(): Promise<void> {
    try {
      if (document.fullscreenElement === null) await this.#stage.requestFullscreen();
      else await document.exitFullscreen();
    } catch {
      // The browser refuses it here (a frame, a setting); everything else still works.
    }
  }

  async #togglePictureInPicture(): Promise<void> {
    try {
      if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
      else await this.#options.findVideo()?.requestPictureInPicture();
    } catch {
      // Refused by the browser or its settings, see `#toggleFullScreen`.
    }
  }

  /** The picture alone, as large as the window; the chat can be taken back beside it. */
  #setTheatre(isOn: boolean): void {
    setClass('theatre', isOn);
    setClass('no-chat', isOn);
  }

  #wake(): void {
    this.#stage.classList.remove('idle');
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (!this.#options.player.isPaused) this.#stage.classList.add('idle');
    }, idleAfterMs);
  }

  #show(): void {
    const { player, texts } = this.#options;
    const video = this.#options.findVideo();
    const isMuted = video === undefined || video.muted;
    this.#stage.classList.toggle('playing', video?.paused === false);
    this.#stage.classList.toggle('muted', isMuted);
    this.#volume.value = String(isMuted ? 0 : Math.round(video.volume * 100));
    label('play', player.isPaused ? texts.play : texts.pause);
    label('mute', isMuted ? texts.unmute : texts.mute);
    const behind = player.behindSeconds ?? 0;
    const isLate = behind > player.targetSeconds + lateSeconds;
    const text = player.isPaused ? texts.paused : isLate ? behindText(behind, texts) : texts.liveEdge;
    if (this.#behind.textContent !== text) this.#behind.textContent = text;
    this.#behindLight.className = `light light-${isLate || player.isPaused ? 'trouble' : 'live'}`;
    this.#offer();
    this.#timeline.show();
  }
}

/** No button for what this browser does not have. */
function hideWhatIsMissing(): void {
  const missing = { pip: !document.pictureInPictureEnabled, full: !document.fullscreenEnabled };
  for (const [action, isMissing] of Object.entries(missing)) {
    const button = document.querySelector<HTMLElement>(`.control[data-do=${action}]`);
    if (button !== null && isMissing) button.hidden = true;
  }
}

/**
 * Systems show what is played: on the lock screen, to other programs. Where a page says nothing, browsers tell them the title of the document, which is that of
 * the stream; so it says what anybody may know. No picture, and no handlers: the keys of the system are left alone.
 */
function keepTitleFromSystem(title: string): void {
  if ('mediaSession' in navigator) navigator.mediaSession.metadata = new MediaMetadata({ title });
}

/** Seconds while they can be counted, then as clocks show it. */
function behindText(seconds: number, texts: ClientTexts): string {
  return seconds < 60
    ? withNumber(texts.behind, Math.round(seconds))
    : texts.behindLive.replace('{t}', formatUptime(seconds));
}

function setClass(name: string, isOn: boolean): void {
  root.toggle(name, isOn);
  remember(name, isOn ? 'on' : 'off');
}

function label(action: string, text: string): void {
  const button = document.querySelector(`.control[data-do=${action}]`);
  button?.setAttribute('aria-label', text);
}
