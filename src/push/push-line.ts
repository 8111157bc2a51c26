import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backlog } from '../split/backlog.ts';
import { ackBytes, decodeAck, encodeFrame, EvenCuts, type LineState } from '../split/frame.ts';
import { PublisherHandshake, type Welcome, welcomeBytes } from '../split/handshake.ts';
import { payloadBytesOf, tickMs } from '../split/line-rate.ts';
import type { PublisherKeys } from '../split/publisher-key.ts';
import { Opener, sealBytes, Sealer } from '../split/sealed.ts';

/** How the line is. resumed: nothing of what was sent before has been lost. `reason` in plain words. */
export type LineNews =
  | { readonly state: 'connecting' }
  | { readonly state: 'sending' | 'resumed' }
  | { readonly state: 'lost'; readonly reason: string; readonly retryInSeconds: number };

/** Milliseconds; the defaults are `pushTimes`. */
export interface PushTimes {
  /** For the answer to our hello. */
  readonly answerMs: number;
  /** Without a sign of the server: the line is dead, whatever tor believes. */
  readonly silentMs: number;
  /** After the first failure; doubled with each more, up to the most. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
}

export const pushTimes: PushTimes = { answerMs: 20_000, silentMs: 8_000, retryMs: 500, maxRetryMs: 15_000 };

export interface PushLineOptions {
  /** Opens a connection to the server's onion service, each time over another circuit. Rejects with a reason in plain words. */
  dial(signal: AbortSignal): Promise<Duplex>;
  readonly keys: Pick<PublisherKeys, 'own' | 'server'>;
  /** 16 bytes that no other run has. */
  readonly session: Buffer;
  readonly frameBytes: number;
  readonly backlog: Backlog;
  readonly times?: PushTimes;
  /** Monotonic milliseconds. */
  now(): number;
  /** 32 random bytes. */
  once(): Buffer;
  onNews(news: LineNews): void;
}

/** What may wait in the connection before ticks are left out, and what a late timer makes up for. */
const maxWaitingTicks = 20;
const maxLateTicks = 20;
/** What is kept beyond the server's buffer, and at least. */
const kept = { moreSeconds: 5, leastSeconds: 10 } as const;
/** How long the goodbye may take. */
const goodbyeMs = 1500;

/**
 * The publisher's end of the line: one frame of one size every tenth of a second, whether there is anything to send or not, for as long as it is open. What the
 * server has not acknowledged is sent again after a break, on another circuit.
 */
export class PushLine {
  readonly #options: PushLineOptions;
  readonly #times: PushTimes;
  readonly #stopping = new AbortController();
  #state: LineState = 'idle';
  #running: Promise<void> | undefined;
  #connection: Connection | undefined;
  #isClosing = false;

  constructor(options: PushLineOptions) {
    this.#options = options;
    this.#times = options.times ?? pushTimes;
  }

  /** Connects, and again whenever the line breaks. */
  open(): void {
    this.#running ??= this.#run();
  }

  /** Whether there is a broadcast. */
  setLive(isLive: boolean): void {
    this.#state = isLive ? 'live' : 'idle';
  }

  /** Says goodbye and closes. Safe to call twice. */
  async close(): Promise<void> {
    this.#state = 'over';
    // A line that is closed by us is not lost.
    const connection = this.#connection;
    this.#isClosing = true;
    await connection?.sayGoodbye();
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !this.#isClosing; failures += 1) {
      this.#options.onNews({ state: 'connecting' });
      const end = await this.#connect(signal);
      if (this.#isClosing) return;
      if (end.hasSent) failures = 0;
      const waitMs = Math.min(this.#times.maxRetryMs, this.#times.retryMs * 2 ** failures);
      this.#options.onNews({ state: 'lost', reason: end.reason, retryInSeconds: Math.ceil(waitMs / 1000) });
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection, from its beginning to its end. */
  async #connect(signal: AbortSignal): Promise<{ readonly reason: string; readonly hasSent: boolean }> {
    let socket: Duplex;
    try {
      socket = await this.#options.dial(signal);
    } catch (error) {
      return { reason: error instanceof Error ? error.message : 'unknown', hasSent: false };
    }
    const connection = new Connection(socket, this.#options, this.#times, () => this.#state);
    this.#connection = connection;
    const abort = (): void => connection.end('Stopped.');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const reason = await connection.ended;
    signal.removeEventListener('abort', abort);
    this.#connection = undefined;
    return { reason, hasSent: connection.hasSent };
  }
}

class Connection {
  /** Why. */
  readonly ended: Promise<string>;
  hasSent = false;
  readonly #socket: Duplex;
  readonly #options: PushLineOptions;
  readonly #times: PushTimes;
  readonly #stateOf: () => LineState;
  readonly #resolve: (reason: string) => void;
  readonly #handshake: PublisherHandshake;
  #cuts = new EvenCuts(welcomeBytes);
  #sealer: Sealer | undefined;
  #opener: Opener | undefined;
  #silence: NodeJS.Timeout;
  #ticking: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  #ticks = 0;
  #hasEnded = false;

  constructor(socket: Duplex, options: PushLineOptions, times: PushTimes, stateOf: () => LineState) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#socket = socket;
    this.#options = options;
    this.#times = times;
    this.#stateOf = stateOf;
    const { keys, session, frameBytes, once } = options;
    this.#handshake = new PublisherHandshake({ ...keys, once: once() }, { session, frameBytes });
    const unanswered =
      'The server does not answer. If this goes on, make a new key there: onioncast publisher --new-key';
    this.#silence = setTimeout(() => this.end(unanswered), times.answerMs);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', () => this.end('The connection broke.'));
    socket.on('close', () => this.end(this.#closedReason()));
    socket.on('end', () => this.end(this.#closedReason()));
    socket.write(this.#handshake.message);
  }

  /** Safe to call twice. */
  end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#silence);
    clearInterval(this.#ticking);
    this.#socket.destroy();
    this.#resolve(reason);
  }

  /** Lets a frame go out that says that it is over; not longer than that takes. */
  async sayGoodbye(): Promise<void> {
    if (this.#sealer === undefined || this.#hasEnded) return;
    clearInterval(this.#ticking);
    this.#send();
    this.#send();
    const flushed = new Promise<void>((resolve) => this.#socket.end(resolve));
    await Promise.race([flushed, this.ended, delay(goodbyeMs)]);
  }

  #closedReason(): string {
    if (this.#sealer !== undefined) return 'The connection broke.';
    return 'The server does not take this key, or another program answers there. The right one is shown by: onioncast publisher';
  }

  #read(bytes: Buffer): void {
    for (const message of this.#cuts.push(bytes)) {
      if (this.#hasEnded) return;
      if (this.#sealer === undefined) this.#begin(message);
      else this.#takeAck(message);
    }
  }

  #begin(answer: Buffer): void {
    const result = this.#handshake.finish(answer);
    if (result === undefined) return this.end('It is not our server that answered there.');
    const { keys, welcome } = result;
    this.#sealer = new Sealer(keys.up);
    this.#opener = new Opener(keys.down);
    const { rest } = this.#cuts;
    this.#cuts = new EvenCuts(ackBytes + sealBytes);
    this.hasSent = true;
    this.#goOn(welcome);
    this.#options.onNews({ state: welcome.resume === undefined ? 'sending' : 'resumed' });
    this.#startedAtMs = this.#options.now();
    this.#ticking = setInterval(() => this.#tick(), tickMs / 2);
    this.#heard();
    if (rest.length > 0) this.#read(rest);
  }

  #goOn({ resume, bufferSeconds }: Welcome): void {
    const { backlog } = this.#options;
    backlog.setMaxSeconds(Math.max(kept.leastSeconds, bufferSeconds + kept.moreSeconds));
    if (resume === undefined) backlog.skipToLatest();
    else backlog.resume(resume);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.end('Nothing comes through any more.'), this.#times.silentMs);
  }

  #takeAck(message: Buffer): void {
    const plain = this.#opener?.open(message);
    const place = plain && decodeAck(plain);
    if (place === undefined || !this.#options.backlog.acknowledge(place))
      return this.end('What the server says makes no sense.');
    this.#heard();
  }

  /** As many frames as ticks have passed; those that the connection did not take are left out for good. */
  #tick(): void {
    const due = Math.floor((this.#options.now() - this.#startedAtMs) / tickMs) - this.#ticks;
    this.#ticks += due;
    const { frameBytes } = this.#options;
    for (let left = Math.min(due, maxLateTicks); left > 0; left -= 1) {
      if (this.#socket.writableLength > maxWaitingTicks * frameBytes) return;
      this.#send();
    }
  }

  #send(): void {
    const { backlog, frameBytes } = this.#options;
    const payloadBytes = payloadBytesOf(frameBytes);
    const stretch = backlog.take(payloadBytes);
    const { stream, offset, bytes: payload } = stretch ?? { stream: 0, offset: 0, bytes: Buffer.alloc(0) };
    // What waits belongs to a broadcast, even if that has just ended.
    const said = this.#stateOf();
    const state = stretch !== undefined && said === 'idle' ? 'live' : said;
    const frame = encodeFrame({ state, stream, offset, payload }, frameBytes - sealBytes);
    const sealed = this.#sealer?.seal(frame);
    if (sealed !== undefined) this.#socket.write(sealed);
  }
}
