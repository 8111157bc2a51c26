import type { ClientTexts } from '../src/views/texts/en.ts';
import { Ballot } from './ballot.ts';
import { parseMarkup } from './markup.ts';
import { Mentions } from './mentions.ts';
import { byId, showText, withCount } from './page.ts';
import { RowList } from './row-list.ts';

/** More rows than this are not kept in the page; the log page has the rest. Whoever reads back has the oldest ones in view, so they stay for longer. */
const maxRows = { following: 500, paused: 1000 };
/** Further up than this from the newest row counts as reading back. */
const pausedBeyondPx = 40;

/** The messages: rows come in at the bottom; a reader who has scrolled up is left in peace and told how many are new. */
export class ChatLog {
  readonly #texts: ClientTexts;
  readonly #box = byId('chat-box', HTMLElement);
  readonly #rows = new RowList(byId('chat-log', HTMLElement));
  readonly #newer = byId('newer', HTMLButtonElement);
  readonly #banner = byId('banner', HTMLElement);
  readonly #mentions = new Mentions();
  readonly #ballot = new Ballot(this.#banner);
  /** Ids of new rows that came while the reader was further up. */
  readonly #unseen = new Set<number>();

  /** `onReply` hears of the row that the reader wants to answer. */
  constructor(texts: ClientTexts, onReply: (row: Element) => void) {
    this.#texts = texts;
    this.#box.addEventListener('click', (event) => {
      const link = event.target instanceof Element ? event.target.closest('.reply') : null;
      const row = link?.closest('.row');
      if (row === null || row === undefined) return;
      event.preventDefault();
      onReply(row);
    });
    this.#box.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#newer.addEventListener('click', () => {
      this.#box.scrollTop = 0;
      this.#box.focus();
    });
  }

  /** Shows a new row. */
  add(html: string): void {
    const isPaused = this.#isPaused;
    const added = this.#rows.put(this.#marked(html));
    this.#rows.trim(isPaused ? maxRows.paused : maxRows.following);
    if (!isPaused) return;
    for (const id of added) this.#unseen.add(id);
    this.#showUnseen();
  }

  /** Shows rows in their places, over those with the same id: they are back, or look different. */
  put(html: string): void {
    this.#rows.put(this.#marked(html));
    this.#rows.trim(maxRows.paused);
  }

  remove(ids: readonly number[]): void {
    this.#rows.remove(ids);
    for (const id of ids) this.#unseen.delete(id);
    this.#showUnseen();
  }

  /** All that is there may be out of date: the server sends everything anew. */
  clear(): void {
    this.#rows.clear();
    this.#unseen.clear();
    this.#showUnseen();
  }

  /** What stands above the talk; empty when there is nothing. */
  showBanner(html: string): void {
    this.#banner.replaceChildren(parseMarkup(html));
    this.#ballot.check();
  }

  /** Mentions of the reader bear this class from now on. */
  setMark(mark: string): void {
    this.#mentions.set(mark, this.#box);
  }

  #marked(html: string): DocumentFragment {
    const rows = parseMarkup(html);
    this.#mentions.markAll(rows);
    return rows;
  }

  /** In a reversed column 0 is the lower end, and up is negative. */
  get #isPaused(): boolean {
    return this.#box.scrollTop < -pausedBeyondPx;
  }

  #onScroll(): void {
    if (this.#isPaused || this.#unseen.size === 0) return;
    this.#unseen.clear();
    this.#showUnseen();
  }

  #showUnseen(): void {
    const { size } = this.#unseen;
    showText(this.#newer, size === 0 ? undefined : withCount(this.#texts.newMessages, size));
  }
}
