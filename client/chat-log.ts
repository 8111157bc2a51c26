import type { ClientTexts } from '../src/views/texts/en.ts';
import { parseMarkup } from './markup.ts';
import { byId, showText, withNumber } from './page.ts';

/** More rows than this are not kept in the page; the log page has the rest. */
const maxRows = 500;
/** Further up than this from the newest row counts as reading back. */
const pausedBeyondPx = 40;

/** The messages: rows come in at the bottom; a reader who has scrolled up is left in peace and told how many are new. */
export class ChatLog {
  readonly #texts: ClientTexts;
  readonly #box = byId('chat-box', HTMLElement);
  readonly #log = byId('chat-log', HTMLElement);
  readonly #newer = byId('newer', HTMLButtonElement);
  #unseen = 0;

  constructor(texts: ClientTexts) {
    this.#texts = texts;
    this.#box.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#newer.addEventListener('click', () => {
      this.#box.scrollTop = 0;
      this.#box.focus();
    });
  }

  /** Shows a row, once: after a reconnect the server may send some again. */
  add(html: string): void {
    const rows = parseMarkup(html);
    const id = rows.querySelector('.row')?.id;
    if (id === undefined || document.getElementById(id) !== null) return;
    const isPaused = this.#isPaused;
    this.#log.append(rows);
    if (isPaused) this.#unseen += 1;
    else this.#trim();
    this.#showUnseen();
  }

  /** In a reversed column 0 is the lower end, and up is negative. */
  get #isPaused(): boolean {
    return this.#box.scrollTop < -pausedBeyondPx;
  }

  #onScroll(): void {
    if (this.#isPaused || this.#unseen === 0) return;
    this.#unseen = 0;
    this.#showUnseen();
  }

  #showUnseen(): void {
    const count = this.#unseen === 1 ? this.#texts.newOne : this.#texts.newMany;
    showText(this.#newer, this.#unseen === 0 ? undefined : `${withNumber(count, this.#unseen)}, ${this.#texts.jump}`);
  }

  #trim(): void {
    while (this.#log.childElementCount > maxRows) this.#log.firstElementChild?.remove();
  }
}
