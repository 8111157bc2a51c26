import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { frameChunk } from '../live/chunked.ts';
import type { Channel } from '../live/endless-response.ts';
import { FanOut } from '../live/fan-out.ts';
import { renderPulse } from '../views/pulse.ts';
import type { LanguageCode } from '../views/texts/languages.ts';

export interface InfoFeedOptions {
  snapshot(): StreamSnapshot;
  /** The style rules that bring a player document in this language up to date. */
  renderUpdate(snapshot: StreamSnapshot, language: LanguageCode): string;
  /** How often changes of no urgency (the number of viewers) are looked for. */
  readonly everyMs?: number;
  /** Between two signs of life in player documents. */
  readonly pulseMs?: number;
}

/** Three fit into the time after which the style sheet (`.player-frame .lost`) takes the connection for lost. */
const defaultPulseMs = 6000;

/** Nothing is kept: whoever comes is told the facts of that moment. */
const keepNothing = { maxPieces: 0, maxBytes: 0 };

/**
 * Tells every open page what has changed about the stream: player documents by style rules (`framesIn`), script by server-sent events (`events`).
 * What merely ticks (uptime) is left to the pages; nothing is sent while nothing changes.
 */
export class InfoFeed {
  readonly #events = new FanOut(keepNothing);
  readonly #frames = new Map<LanguageCode, FanOut>();
  readonly #options: InfoFeedOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #pulse: NodeJS.Timeout;
  #pulseNumber = 0;
  #lastFacts = '';

  constructor(options: InfoFeedOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.update(), options.everyMs ?? 1000);
    this.#timer.unref();
    this.#pulse = setInterval(() => this.#beat(), options.pulseMs ?? defaultPulseMs).unref();
  }

  /** Server-sent events: first the facts of the moment of joining, then what changes. */
  readonly events: Channel = {
    subscribe: (sink) => {
      sink.write(frameChunk(Buffer.from(infoEvent(this.#options.snapshot()))));
      return this.#events.subscribe(sink, 'now');
    },
  };

  /** Style rules for player documents, made once for all who read this language. */
  framesIn(language: LanguageCode): Channel {
    const frames = this.#frames.get(language) ?? new FanOut(keepNothing);
    this.#frames.set(language, frames);
    return frames;
  }

  /** Looks at the facts now and sends them if they differ from the last ones sent. */
  update(): void {
    const snapshot = this.#options.snapshot();
    const facts = factsOf(snapshot);
    if (facts === this.#lastFacts) return;
    this.#lastFacts = facts;
    for (const [language, frames] of this.#frames) {
      frames.publish(frameChunk(Buffer.from(this.#options.renderUpdate(snapshot, language))));
    }
    this.#events.publish(frameChunk(Buffer.from(infoEvent(snapshot))));
  }

  close(): void {
    clearInterval(this.#timer);
    clearInterval(this.#pulse);
    for (const frames of this.#frames.values()) frames.close();
    this.#events.close();
  }

  #beat(): void {
    this.#pulseNumber += 1;
    const pulse = frameChunk(Buffer.from(`${renderPulse(this.#pulseNumber)}\n`));
    for (const frames of this.#frames.values()) frames.tell(pulse);
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
