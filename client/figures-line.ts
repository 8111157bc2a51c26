import type { ClientTexts } from '../src/views/texts/en.ts';
import type { Player } from './player.ts';

/** A line over the picture for whoever wants to know: rendition, what arrives, how far behind, what is left to play. */
export class FiguresLine {
  readonly #line = document.createElement('p');
  readonly #texts: ClientTexts;
  readonly #player: Player;
  #timer = 0;

  constructor(stage: HTMLElement, texts: ClientTexts, player: Player) {
    this.#texts = texts;
    this.#player = player;
    this.#line.className = 'figures';
    this.#line.hidden = true;
    stage.append(this.#line);
  }

  toggle(): void {
    this.#line.hidden = !this.#line.hidden;
    clearInterval(this.#timer);
    if (this.#line.hidden) return;
    this.#timer = setInterval(() => this.#show(), 500);
    this.#show();
  }

  #show(): void {
    const { rendition, bitsPerSecond, behind, ahead } = this.#player.figures;
    this.#line.textContent = this.#texts.figures
      .replace('{q}', rendition)
      .replace('{k}', (bitsPerSecond / 1000).toFixed(0))
      .replace('{b}', behind.toFixed(1))
      .replace('{a}', ahead.toFixed(1));
  }
}
