import type { ClientTexts } from '../src/views/texts/en.ts';
import { formatUptime } from './clock.ts';
import type { Player } from './player.ts';

/** How far a key goes, in seconds. */
const stepSeconds = 10;
/** A window shorter than this is not worth a bar. */
const leastSeconds = 10;

/** The bar over the controls on which one goes back in the stream; there only where one may. */
export class Timeline {
  readonly #bar = document.createElement('input');
  readonly #texts: ClientTexts;
  readonly #player: Player;
  #isHeld = false;

  constructor(controls: HTMLElement, texts: ClientTexts, player: Player) {
    this.#texts = texts;
    this.#player = player;
    const bar = this.#bar;
    bar.type = 'range';
    bar.className = 'timeline';
    bar.dir = 'ltr';
    bar.max = '0';
    bar.step = String(stepSeconds / 10);
    bar.setAttribute('aria-label', texts.timeline);
    bar.addEventListener('input', () => this.#hold());
    bar.addEventListener('change', () => {
      this.#isHeld = false;
      player.seek(-Number(bar.value));
    });
    controls.prepend(bar);
    this.show();
  }

  /** Goes forward (1) or back (-1). */
  step(direction: 1 | -1): void {
    this.#player.seek((this.#player.behindSeconds ?? 0) - direction * stepSeconds);
  }

  show(): void {
    const { rewindSeconds = 0, behindSeconds = 0, isRewound } = this.#player;
    this.#bar.hidden = rewindSeconds < leastSeconds;
    if (this.#bar.hidden || this.#isHeld) return;
    this.#bar.min = String(-rewindSeconds);
    this.#bar.value = String(isRewound ? -behindSeconds : 0);
    this.#tell();
  }

  #hold(): void {
    this.#isHeld = true;
    this.#tell();
  }

  #tell(): void {
    const behind = -Number(this.#bar.value);
    const text = behind === 0 ? this.#texts.liveEdge : this.#texts.behindLive.replace('{t}', formatUptime(behind));
    this.#bar.setAttribute('aria-valuetext', text);
    this.#bar.title = text;
    this.#bar.style.setProperty('--played', `${100 * (1 - behind / -Number(this.#bar.min))}%`);
  }
}
