import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { frameChunk } from '../live/chunked.ts';
import { FanOut } from '../live/fan-out.ts';

export interface InfoFeedOptions {
  snapshot(): StreamSnapshot;
  /** The style rules that bring a player document up to date. */
  renderUpdate(snapshot: StreamSnapshot): string;
  /** How often changes of no urgency (the number of viewers) are looked for. */
  readonly everyMs?: number;
}

/** Only the newest facts are worth keeping for those who come later. */
const keepNewest = { maxPieces: 1, maxBytes: 64 * 1024 };

/**
 * Tells every open page what has changed about the stream: player documents by style rules (`frames`), script by server-sent events (`events`).
 * What merely ticks (uptime) is left to the pages; nothing is sent while nothing changes.
 */
export class InfoFeed {
  readonly frames = new FanOut(keepNewest);
  readonly events = new FanOut(keepNewest);
  readonly #options: InfoFeedOptions;
  readonly #timer: NodeJS.Timeout;
  #lastFacts = '';

  constructor(options: InfoFeedOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.update(), options.everyMs ?? 1000);
    this.#timer.unref();
  }

  /** Looks at the facts now and sends them if they differ from the last ones sent. */
  update(): void {
    const snapshot = this.#options.snapshot();
    const facts = factsOf(snapshot);
    if (facts === this.#lastFacts) return;
    this.#lastFacts = facts;
    this.frames.publish(frameChunk(Buffer.from(this.#options.renderUpdate(snapshot))), { keyframe: true });
    this.events.publish(frameChunk(Buffer.from(infoEvent(snapshot))), { keyframe: true });
  }

  close(): void {
    clearInterval(this.#timer);
    this.frames.close();
    this.events.close();
  }
}

/** A snapshot as a server-sent event (HTML, 9.2.6): one line of JSON, which never holds a raw line break. */
export function infoEvent(snapshot: StreamSnapshot): string {
  return `event: info\ndata: ${JSON.stringify(snapshot)}\n\n`;
}

function factsOf(snapshot: StreamSnapshot): string {
  const { stateSeconds: _stateSeconds, uptimeSeconds: _uptimeSeconds, ...facts } = snapshot;
  return JSON.stringify(facts);
}
