import type { Socket } from 'node:net';
import { chunkPayload, lastChunk } from './chunked.ts';
import type { EndReason, Sink, StartPoint } from './fan-out.ts';
import type { ResponseWatch, Watched } from './response-watch.ts';

/**
 * Why a response is over.
 * viewer-left: the other side closed. slow: it did not take what was sent. too-old: it reached its age limit and may come back.
 */
export type ClosedReason = EndReason | 'viewer-left' | 'slow' | 'too-old';

/** What a response can follow; a `FanOut`. */
export interface Channel {
  subscribe(sink: Sink, from: StartPoint): () => void;
}

/** The next framed chunk, `later` while none is due, or why there are no more. */
export type Pulled = Buffer | 'later' | 'resync' | 'too-old';

/** What a response can pull from at the pace of its viewer; a `RewindCursor`. */
export interface PullSource {
  /** Called with monotonic milliseconds whenever the connection takes more. */
  pull(nowMs: number): Pulled;
  /** What would come next is there no longer: the viewer has stood still for too long. */
  readonly isLost: boolean;
  /** Calls back whenever `pull` may have something again; returns what ends that. */
  whenMore(wake: () => void): () => void;
}

export interface EndlessResponseOptions {
  /** A connection whose request has been read and that nobody else writes to. */
  readonly socket: Socket;
  readonly watch: ResponseWatch;
  /** All headers of the answer but `Connection`, `Transfer-Encoding` and `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * For a browser that has to be told a length: so many bytes are announced, and what is written goes out without the frames of chunks. Far more than
   * will ever be sent; whoever gets there is ended before (`too-old`), and every end looks to them as if the connection had been lost.
   */
  readonly announcedBytes?: number;
  /** Bytes that may wait in this process before the viewer counts as slow, beyond what the viewer is sent at once on joining. */
  readonly maxQueuedBytes: number;
  readonly maxAgeMs?: number;
  /** A framed chunk that means nothing, sent whenever nothing else was for `keepAliveMs`. */
  readonly keepAlive?: Buffer;
  readonly keepAliveMs?: number;
}

/** Hears why a response is over, when that is decided; `drainedBytes` is what the kernel has taken by then. Must not throw. */
export type ClosedListener = (reason: ClosedReason, drainedBytes: number) => void;

/** Whatever waits must move by this much in this time. */
const minDrain = { bytes: 1024, ms: 30_000 };
/** How long a goodbye may take before the connection is cut. */
const goodbyeMs = 2000;
const defaultMaxAgeMs = 12 * 60 * 60 * 1000;
const defaultKeepAliveMs = 20_000;

/**
 * An answer that ends only when somebody decides so. Takes chunks that are already framed and writes the same memory to every viewer; never
 * waits, never copies. A viewer who does not drain is cut off, so that memory stays bounded.
 */
// Threat: T13, T14
export class EndlessResponse implements Sink, Watched {
  readonly #options: EndlessResponseOptions;
  readonly #socket: Socket;
  readonly #openedAtMs: number;
  #unsubscribe: (() => void) | undefined;
  #source: PullSource | undefined;
  #isFull = false;
  #closed: { readonly atMs: number; readonly reason: ClosedReason; readonly drainedBytes: number } | undefined;
  readonly #listeners: ClosedListener[] = [];
  #writtenBytes = 0;
  #burstEndBytes = 0;
  #lastWriteAtMs: number;
  #lastDrainAtMs: number;
  #lastDrainedBytes = 0;
  /** The drain rate is measured from here: time and bytes at that time. */
  #mark: { atMs: number; drainedBytes: number };

  constructor(options: EndlessResponseOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#openedAtMs = options.watch.now();
    this.#lastWriteAtMs = this.#openedAtMs;
    this.#lastDrainAtMs = this.#openedAtMs;
    this.#mark = { atMs: this.#openedAtMs, drainedBytes: 0 };
    this.#socket.setTimeout(0);
    this.#socket.on('error', this.#onGone);
    this.#socket.on('end', this.#onGone);
    this.#socket.on('close', this.#onGone);
    options.watch.add(this);
    if (this.#socket.destroyed) this.#onGone();
    else this.#socket.write(head(options), 'latin1');
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Body bytes handed over so far, the frames of chunks included if they are sent. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Body bytes that have left this process, as far as is known: Node reports a write when the kernel has taken the whole of it. */
  get drainedBytes(): number {
    return Math.max(0, this.#writtenBytes - this.#socket.writableLength);
  }

  /** When bytes were last seen to leave, on the watch's clock, to the second; the opening counts as one. */
  get lastDrainAtMs(): number {
    return this.#lastDrainAtMs;
  }

  /** Tells the listener exactly once: when the response is over, or now if it is already. */
  whenClosed(listener: ClosedListener): void {
    if (this.#closed === undefined) this.#listeners.push(listener);
    else listener(this.#closed.reason, this.#closed.drainedBytes);
  }

  /** Sends what the channel has for a newcomer, then all that is new, until either side ends. */
  follow(channel: Channel, from: StartPoint): void {
    if (!this.isOpen) return;
    this.#unsubscribe?.();
    // Whoever joins gets everything at once; only what comes on top of that says something about their speed.
    this.#burstEndBytes = Number.POSITIVE_INFINITY;
    const unsubscribe = channel.subscribe(this, from);
    this.#burstEndBytes = this.#writtenBytes;
    if (this.isOpen) this.#unsubscribe = unsubscribe;
    else unsubscribe();
  }

  /**
   * Takes from the source whatever the connection takes, until either side ends. Somebody who takes nothing is not slow: browsers stop reading when they have
   * enough. They are ended when the source has lost their place.
   */
  pull(source: PullSource): void {
    if (!this.isOpen) return;
    this.#source = source;
    const unsubscribe = source.whenMore(this.#pump);
    this.#socket.on('drain', this.#onDrain);
    this.#unsubscribe = () => {
      unsubscribe();
      this.#socket.off('drain', this.#onDrain);
    };
    this.#pump();
  }

  /** Follows nothing any more, and stays open. */
  unfollow(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  write(bytes: Buffer): void {
    if (!this.isOpen || bytes.length === 0) return;
    this.#send(bytes);
    if (!this.isOpen) return;
    const drained = this.#noteDrain(this.#lastWriteAtMs);
    if (drained < this.#burstEndBytes) {
      if (this.#writtenBytes - this.#burstEndBytes > this.#options.maxQueuedBytes) this.close('slow');
    } else if (this.#writtenBytes - drained > this.#options.maxQueuedBytes) {
      this.close('slow');
    }
  }

  end(reason: EndReason): void {
    this.close(reason);
  }

  /** Ends the response: a slow viewer's at once, any other's after what is queued. Safe to call twice; the first reason counts. */
  close(reason: ClosedReason): void {
    if (!this.isOpen) return;
    const { drainedBytes } = this;
    this.#closed = { atMs: this.#options.watch.now(), reason, drainedBytes };
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#source = undefined;
    if (reason === 'slow' || reason === 'viewer-left') this.#socket.destroy();
    else this.#sayGoodbye();
    if (this.#socket.destroyed) this.#options.watch.remove(this);
    for (const listener of this.#listeners.splice(0)) listener(reason, drainedBytes);
  }

  check(nowMs: number): void {
    if (this.#closed !== undefined) {
      if (nowMs - this.#closed.atMs >= goodbyeMs) this.#socket.destroy();
      if (this.#socket.destroyed) this.#options.watch.remove(this);
      return;
    }
    const drained = this.#noteDrain(nowMs);
    if (this.#source?.isLost === true) this.close('too-old');
    this.#pump();
    if (
      this.#source !== undefined ||
      drained === this.#writtenBytes ||
      drained - this.#mark.drainedBytes >= minDrain.bytes
    ) {
      this.#mark = { atMs: nowMs, drainedBytes: drained };
    }
    if (!this.isOpen) return;
    const { maxAgeMs = defaultMaxAgeMs, keepAlive, keepAliveMs = defaultKeepAliveMs } = this.#options;
    if (nowMs - this.#mark.atMs >= minDrain.ms) this.close('slow');
    else if (nowMs - this.#openedAtMs >= maxAgeMs) this.close('too-old');
    else if (keepAlive !== undefined && nowMs - this.#lastWriteAtMs >= keepAliveMs) this.write(keepAlive);
  }

  readonly #onGone = (): void => {
    this.close('viewer-left');
    this.#options.watch.remove(this);
  };

  readonly #onDrain = (): void => {
    this.#isFull = false;
    this.#pump();
  };

  readonly #pump = (): void => {
    if (this.#isFull || this.#source === undefined) return;
    this.#socket.cork();
    while (this.isOpen && !this.#isFull) {
      const pulled = this.#source.pull(this.#options.watch.now());
      if (pulled === 'later') break;
      if (typeof pulled === 'string') this.close(pulled);
      else this.#isFull = !this.#send(pulled);
    }
    this.#socket.uncork();
  };

  /** Says whether the connection takes more at once. */
  #send(bytes: Buffer): boolean {
    const { announcedBytes, watch } = this.#options;
    const sent = announcedBytes === undefined ? bytes : chunkPayload(bytes);
    if (announcedBytes !== undefined && this.#writtenBytes + sent.length >= announcedBytes) {
      this.close('too-old');
      return false;
    }
    this.#writtenBytes += sent.length;
    this.#lastWriteAtMs = watch.now();
    return this.#socket.write(sent);
  }

  #noteDrain(nowMs: number): number {
    const drained = this.drainedBytes;
    if (drained > this.#lastDrainedBytes) {
      this.#lastDrainedBytes = drained;
      this.#lastDrainAtMs = nowMs;
    }
    return drained;
  }

  #sayGoodbye(): void {
    if (this.#socket.writable && this.#options.announcedBytes === undefined) this.#socket.write(lastChunk);
    // Not `end()`: a peer that never closes its own half would keep the connection for ever.
    this.#socket.destroySoon();
  }
}

/** RFC 9112, 4 to 6: the answer is written by hand, since its body bypasses Node's own framing. */
function head({ headers, announcedBytes }: EndlessResponseOptions): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const body = announcedBytes === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${announcedBytes}`;
  return ['HTTP/1.1 200 OK', ...lines, 'Connection: close', body, '', ''].join('\r\n');
}
