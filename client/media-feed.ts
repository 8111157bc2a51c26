/** Who hears of an endless media response. */
export interface FeedListener {
  /** The response has begun: the next bytes are an init segment. */
  onBegin(): void;
  onBytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** It is over: ended by the server (`ended`), broken, silent for too long, or refused with a status. Not called after `close`. */
  onEnd(end: FeedEnd): void;
}

export type FeedEnd =
  | { readonly kind: 'ended' | 'broken' | 'silent' }
  | { readonly kind: 'refused'; readonly status: number };

/** The first byte may take several round trips through Tor; after it, pieces come several times a second. */
const firstByteMs = 20_000;
const silenceMs = 6_000;

/** One endless media response, from the request to its end. */
export class MediaFeed {
  readonly #listener: FeedListener;
  readonly #abort = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #timer = 0;
  #over = false;

  constructor(url: string, listener: FeedListener) {
    this.#listener = listener;
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
      const reader = response.body.getReader();
      this.#reader = reader;
      if (this.#over) return this.close();
      this.#listener.onBegin();
      for (;;) {
        const { value, done } = await reader.read();
        if (done || this.#over) break;
        this.#watch(silenceMs);
        this.#listener.onBytes(value);
      }
      this.#end({ kind: 'ended' });
    } catch {
      // A network failure has no more to tell than that it happened; the listener tries again.
      this.#end({ kind: 'broken' });
    }
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
