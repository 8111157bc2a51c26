import { type Range, trimEnd } from './live-edge.ts';

/** Who hears of the sink. */
export interface SinkListener {
  /** Bytes have been appended; the buffered end was `endBefore` before. */
  onAppended(endBefore: number): void;
  /** It cannot go on: build another. `blocked`: the browser refuses media until it is clicked (NoScript in Tor Browser). */
  onFailed(reason: 'blocked' | 'broken'): void;
}

/** What waits for the browser: an init segment of a type, or what follows one. */
interface Queued {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type?: string;
}

/** Feeds whole fragments to a media element: one MediaSource with one SourceBuffer, everything queued in one go. */
export class MediaSink {
  readonly #video: HTMLVideoElement;
  readonly #listener: SinkListener;
  readonly #source = new MediaSource();
  #buffer: SourceBuffer | undefined;
  #queue: Queued[] = [];
  #type: string;
  #endBefore = 0;
  #closed = false;

  constructor(video: HTMLVideoElement, type: string, listener: SinkListener) {
    this.#video = video;
    this.#type = type;
    this.#listener = listener;
    this.#source.addEventListener('sourceopen', () => this.#open(), { once: true });
    const url = URL.createObjectURL(this.#source);
    video.src = url;
    this.#source.addEventListener('sourceopen', () => URL.revokeObjectURL(url), { once: true });
  }

  /** What can be played, in order. */
  get buffered(): Range[] {
    return rangesOf(this.#buffer?.buffered);
  }

  /** Whether it can go on with this type: one with picture and sound cannot become one without, nor the other way round. */
  takes(type: string): boolean {
    return type.includes(',') === this.#type.includes(',');
  }

  /** Another response or rendition begins, behind all that has been pushed: its init segment. */
  begin(type: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#queue.push({ type, bytes });
    this.#pump();
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#queue.push({ bytes });
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  #open(): void {
    if (this.#closed) return;
    try {
      const buffer = this.#source.addSourceBuffer(this.#type);
      buffer.addEventListener('updateend', () => this.#onUpdated());
      buffer.addEventListener('error', () => this.#fail('broken'));
      this.#buffer = buffer;
      this.#pump();
    } catch {
      // NoScript wraps `addSourceBuffer` and throws until the viewer has clicked its placeholder.
      this.#fail('blocked');
    }
  }

  #onUpdated(): void {
    if (this.#closed) return;
    this.#listener.onAppended(this.#endBefore);
    this.#pump();
  }

  #pump(): void {
    const buffer = this.#buffer;
    if (buffer === undefined || buffer.updating || this.#closed || this.#source.readyState === 'closed') return;
    try {
      const trim = trimEnd(this.buffered, this.#video.currentTime);
      if (trim !== undefined) buffer.remove(0, trim);
      else if (this.#queue.length > 0) this.#append(buffer);
    } catch {
      // A full buffer or a media element in error: a new MediaSource is the cure for both.
      this.#fail('broken');
    }
  }

  #append(buffer: SourceBuffer): void {
    this.#endBefore = this.buffered.at(-1)?.end ?? 0;
    const type = this.#queue[0]?.type ?? this.#type;
    if (type !== this.#type) buffer.changeType(type);
    this.#type = type;
    const other = this.#queue.findIndex((queued) => queued.type !== undefined && queued.type !== type);
    const now = this.#queue.splice(0, other === -1 ? this.#queue.length : other);
    buffer.appendBuffer(joined(now.map(({ bytes }) => bytes)));
  }

  #fail(reason: 'blocked' | 'broken'): void {
    if (this.#closed) return;
    this.close();
    this.#listener.onFailed(reason);
  }
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function rangesOf(ranges: TimeRanges | undefined): Range[] {
  return Array.from({ length: ranges?.length ?? 0 }, (_, index) => ({
    start: ranges?.start(index) ?? 0,
    end: ranges?.end(index) ?? 0,
  }));
}
