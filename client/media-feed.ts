import { type Fragment, FragmentReader } from './fragments.ts';

/** Who hears of an endless media response. */
export interface FeedListener {
  /** So many bytes have come, and with them these fragments; the first of a response is its init segment. */
  onFragments(fragments: readonly Fragment[], bytes: number): void;
  /** There is enough: nothing more is read until there is less. */
  isFull(): boolean;
  /** It is over: ended by the server (`ended`), broken, silent for too long, or refused with a status. Not called after `close`. */
  onEnd(end: FeedEnd): void;
}

export type FeedEnd =
  | { readonly kind: 'ended' | 'broken' | 'silent' }
  | { readonly kind: 'refused'; readonly status: number };

/** The first byte may take several round trips; and Tor, which looks for another circuit when one has failed, must not be interrupted in that. */
const firstByteMs = 20_000;

const fullPauseMs = 250;

/** One endless media response, from the request to its end. */
export class MediaFeed {
  readonly #listener: FeedListener;
  readonly #silenceMs: () => number;
  readonly #abort = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #timer = 0;
  #over = false;

  /** `silenceMs`: without a byte for this long, it counts as dead. */
  constructor(url: string, silenceMs: () => number, listener: FeedListener) {
    this.#listener = listener;
    this.#silenceMs = silenceMs;
    this.#watch(firstByteMs);
    void this.#run(url);
  }

  /** Stops it; nothing is heard of it any more. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    // An early response was asked for without a signal of ours; one that is broken already rejects, which changes nothing.
    this.#reader?.cancel().catch(() => undefined);
  }

  async #run(url: string): Promise<void> {
    try {
      const response = await (takeEarly(url) ?? fetch(url, { signal: this.#abort.signal, cache: 'no-store' }));
      if (!response.ok || response.body === null) return this.#end({ kind: 'refused', status: response.status });
      this.#reader = response.body.getReader();
      if (this.#over) return this.close();
      await this.#read(this.#reader);
      this.#end({ kind: 'ended' });
    } catch {
      // A network failure has no more to tell than that it happened, and what is no media is of no use; the listener tries again.
      this.#end({ kind: 'broken' });
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>): Promise<void> {
    const fragments = new FragmentReader();
    for (;;) {
      await this.#waitForRoom();
      const { value, done } = await reader.read();
      if (done || this.#over) return;
      this.#watch(this.#silenceMs());
      this.#listener.onFragments(fragments.push(value), value.length);
    }
  }

  async #waitForRoom(): Promise<void> {
    if (!this.#listener.isFull()) return;
    clearTimeout(this.#timer);
    while (this.#listener.isFull() && !this.#over) await new Promise((resolve) => setTimeout(resolve, fullPauseMs));
    if (!this.#over) this.#watch(this.#silenceMs());
  }

  #watch(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end({ kind: 'silent' }), ms);
  }

  #end(end: FeedEnd): void {
    if (this.#over) return;
    this.close();
    this.#listener.onEnd(end);
  }
}

/** The response that the head of the page has asked for, once, if it is this one; another one is let go, so that it does not run on unread. */
function takeEarly(url: string): Promise<Response> | undefined {
  const early = window.earlyMedia;
  if (early === undefined) return undefined;
  delete window.earlyMedia;
  if (document.querySelector<HTMLElement>('script[data-url]')?.dataset['url'] === url) return early;
  early.then((response) => response.body?.cancel()).catch(() => undefined);
  return undefined;
}
