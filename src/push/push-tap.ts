import type { Piece, RenditionInit } from '../mp4/piece.ts';
import type { Backlog } from '../split/backlog.ts';

/** Puts one rendition of what is broadcast into the backlog; `onLive` hears when a broadcast begins and ends. */
export class PushTap {
  readonly #rendition: string;
  readonly #backlog: Backlog;
  readonly #onLive: (isLive: boolean) => void;

  constructor(rendition: string, backlog: Backlog, onLive: (isLive: boolean) => void) {
    this.#rendition = rendition;
    this.#backlog = backlog;
    this.#onLive = onLive;
  }

  begin(rendition: string, init: RenditionInit): void {
    if (rendition !== this.#rendition) return;
    this.#backlog.begin(init.bytes);
    this.#onLive(true);
  }

  push(rendition: string, piece: Piece): void {
    if (rendition === this.#rendition) this.#backlog.push(piece);
  }

  finish(): void {
    this.#backlog.finish();
    this.#onLive(false);
  }
}
