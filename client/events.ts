import type { StreamSnapshot } from '../src/broadcast/stream-state.ts';
import { BackOff } from './back-off.ts';

/** Markup is one line of HTML made by the server's own views. */
export interface EventsListener {
  /** A new row. */
  onRow(html: string): void;
  /** Rows to put in their places, over those with the same id. */
  onRows(html: string): void;
  onRemoved(ids: readonly number[]): void;
  /** It is unknown what of the shown rows is still there; all rows follow. */
  onReset(): void;
  /** What stands above the rows; empty when there is nothing. */
  onBanner(html: string): void;
  onInfo(snapshot: StreamSnapshot): void;
  /** Who is here has changed, and how many they are. */
  onPeople(total: string): void;
  /** What holds against this person has changed; `isOut`: they may not be here any more. */
  onStanding(isOut: boolean): void;
  /** Whether the server can be heard. */
  onConnected(isConnected: boolean): void;
}

/** Listens to `/events` for as long as the page is open and misses nothing: the browser, or we, name the last event seen. */
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
    const listener = this.#listener;
    const on = (type: string, take: (data: string) => void): void => {
      source.addEventListener(type, (event: MessageEvent<string>) => {
        // Not every event has an id; then this is the one of the last that had, or empty on a new connection.
        if (event.lastEventId !== '') this.#lastId = event.lastEventId;
        take(event.data);
      });
    };
    on('row', (html) => listener.onRow(html));
    on('rows', (html) => listener.onRows(html));
    on('removed', (ids) => listener.onRemoved(JSON.parse(ids) as number[]));
    on('reset', () => listener.onReset());
    on('banner', (html) => listener.onBanner(html));
    on('info', (snapshot) => listener.onInfo(JSON.parse(snapshot) as StreamSnapshot));
    on('people', (total) => listener.onPeople(total));
    on('standing', (data) => listener.onStanding((JSON.parse(data) as { isOut: boolean }).isOut));
    source.addEventListener('open', () => {
      this.#backOff.reset();
      listener.onConnected(true);
    });
    source.addEventListener('error', () => {
      listener.onConnected(false);
      // The browser comes back by itself after a broken response, but gives up after an answer that is an error.
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      void leaveIfClosed(source.url);
      setTimeout(() => this.#open(), this.#backOff.next(Math.random()));
    });
  }
}

/** Whoever may not be in any longer stands before the gate, which is this page loaded anew. */
async function leaveIfClosed(url: string): Promise<void> {
  try {
    const { status } = await fetch(url, { method: 'HEAD' });
    if (status === 403) location.reload();
  } catch {
    // Offline or cut off: the next attempt will tell.
  }
}
