import { frameChunk } from '../../live/chunked.ts';
import type { EndlessResponse } from '../../live/endless-response.ts';
import type { EndReason, Sink } from '../../live/fan-out.ts';
import { type ControlEvent, eventsVersion } from './event-shapes.ts';
import { jsonLine } from './json-line.ts';

/** Bytes that may wait for a reader, whatever it got at once when it came. */
export const maxQueuedEventBytes = 1024 * 1024;

/**
 * One reader of the stream of events. Whoever does not read as fast as things happen is told so in the last line and cut off: what waits for them stays
 * bounded, and nobody waits for them.
 */
export class EventReader implements Sink {
  readonly #response: EndlessResponse;
  readonly #maxQueuedBytes: number;
  /** What was sent before it could be expected to be read. */
  #burstEndBytes = Number.POSITIVE_INFINITY;

  constructor(response: EndlessResponse, maxQueuedBytes = maxQueuedEventBytes) {
    this.#response = response;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** All that the reader has missed was sent: from now on they must keep up. */
  hasCaughtUp(): void {
    this.#burstEndBytes = this.#response.writtenBytes;
  }

  write(bytes: Buffer): void {
    const response = this.#response;
    if (!response.isOpen) return;
    const readBytes = Math.max(response.drainedBytes, Math.min(this.#burstEndBytes, response.writtenBytes));
    if (response.writtenBytes + bytes.length - readBytes > this.#maxQueuedBytes) this.#finish('slow');
    else response.write(bytes);
  }

  end(_reason: EndReason): void {
    this.#finish('closed');
  }

  #finish(reason: 'slow' | 'closed'): void {
    this.#response.write(
      frameChunk(Buffer.from(jsonLine({ event: 'end', v: eventsVersion, reason } satisfies ControlEvent))),
    );
    this.#response.close('closed');
  }
}
