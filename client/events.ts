import type { StreamSnapshot } from '../src/broadcast/stream-state.ts';
import { BackOff } from './back-off.ts';

export interface EventsListener {
  /** One line of HTML made by the server's own row view. */
  onRow(html: string): void;
  onInfo(snapshot: StreamSnapshot): void;
  /** Whether the server can be heard. */
  onConnected(isConnected: boolean): void;
}

/** Listens to `/events` for as long as the page is open and misses no row: the browser, or we, name the last one seen. */
export class Events {
  readonly #urlAfter: (lastId: string) => string;
  readonly #listener: EventsListener;
  readonly #backOff = new BackOff(1000, 20_000);
  #lastId = '';

  constructor(urlAfter: (lastId: string) => string, listener: EventsListener) {
    this.#urlAfter = urlAfter;
    this.#listener = listener;
    this.#open();
  }

  #open(): void {
    const source = new EventSource(this.#urlAfter(this.#lastId));
    source.addEventListener('open', () => {
      this.#backOff.reset();
      this.#listener.onConnected(true);
    });
    source.addEventListener('row', (event) => {
      this.#lastId = event.lastEventId;
      this.#listener.onRow(String(event.data));
    });
    source.addEventListener('info', (event) => this.#listener.onInfo(JSON.parse(String(event.data)) as StreamSnapshot));
    source.addEventListener('error', () => {
      this.#listener.onConnected(false);
      // The browser comes back by itself after a broken response, but gives up after an answer that is an error.
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(() => this.#open(), this.#backOff.next(Math.random()));
    });
  }
}
