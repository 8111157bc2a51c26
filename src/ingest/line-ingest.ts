import type { Duplex } from 'node:stream';
import type { PictureSize } from '../encoder/encoder-types.ts';
import { AppError } from '../errors.ts';
import { FragmentReader } from '../mp4/fragment-reader.ts';
import type { Frame, LineState } from '../split/frame.ts';
import type { Hello, Place, Welcome } from '../split/handshake.ts';
import type { PlayOutState, Slate } from '../split/play-out.ts';
import type { ServerKeys } from '../split/publisher-key.ts';
import type { IngestClock } from './ingest-clock.ts';
import { LineConnection, type LineHost, type LineTimes, lineTimes } from './line-connection.ts';
import { LineReel } from './line-reel.ts';
import { Mp4Publication } from './mp4-publication.ts';
import type { PublisherGate } from './publication.ts';

/** How a publisher's line is, for the operator. `off`: nothing of it is on air. */
export interface LineReport {
  readonly isConnected: boolean;
  readonly play: PlayOutState | 'off';
  /** Whole seconds that wait to be played. */
  readonly bufferedSeconds: number;
}

export interface LineIngestOptions {
  readonly keys: Pick<ServerKeys, 'own' | 'publisher'>;
  readonly gate: PublisherGate;
  /** How much is held back before it is played. */
  readonly bufferMs: number;
  /** How long the slate is shown for a publisher who has gone without a word. */
  readonly patienceMs: number;
  /** Beginning and end are put off by a random time of up to so much. */
  readonly startDelayMs: number;
  readonly stopDelayMs: number;
  readonly clock: IngestClock;
  readonly times?: LineTimes;
  /** 32 random bytes. */
  once(): Buffer;
  /** From 0 to 1. */
  chance(): number;
  /** What is shown when there is nothing; undefined if it cannot be made. */
  makeSlate(picture: PictureSize, videoTimescale: number): Promise<Slate | undefined>;
  /** The line has changed. */
  onReport(report: LineReport): void;
  onTrouble(message: string): void;
}

/** How often what is due is handed on: half of a piece. */
const tickMs = 50;
/** Of one publisher, and a few that come back before their old connection is known to be dead. */
const maxConnections = 8;

/** The run of a publisher, and how much of it has come. */
interface Session extends Place {
  readonly id: Buffer;
  /** Whether it has had a broadcast: one that has just been started has none yet, and that says nothing about the one before. */
  readonly wasLive: boolean;
}

/**
 * Takes a stream over a line that may break: what comes is played after a while, so that a short cut is not seen; a long one shows a slate. To the pipeline it
 * is one publisher who never stumbles. Threat: T24.
 */
export class LineIngest {
  readonly #options: LineIngestOptions;
  readonly #connections = new Set<LineConnection>();
  #current: LineConnection | undefined;
  #session: Session = { id: Buffer.alloc(0), stream: 0, offset: 0, wasLive: false };
  #reader: FragmentReader | undefined;
  #publisherState: LineState = 'idle';
  /** What is coming in, and what is on air; the same unless the picture has changed its size. */
  #incoming: LineReel | undefined;
  #onAir: { readonly reel: LineReel; readonly publication: Mp4Publication } | undefined;
  #startAtMs = 0;
  /** When the slate goes, and whether the publisher had said goodbye when that was decided. */
  #end: { readonly atMs: number; readonly isOver: boolean } | undefined;
  #cancelTick: (() => void) | undefined;
  #reported = '';
  #isClosed = false;
  readonly #host: LineHost;

  constructor(options: LineIngestOptions) {
    this.#options = options;
    this.#host = {
      keys: options.keys,
      times: options.times ?? lineTimes,
      once: options.once,
      welcome: (hello) => this.#welcome(hello),
      onProved: (connection, hello) => this.#onProved(connection, hello),
      onFrame: (connection, frame) => connection === this.#current && this.#onFrame(frame),
      received: () => this.#session,
      onGone: (connection) => this.#onGone(connection),
    };
  }

  /** A connection that tor has brought, without its PROXY line. */
  accept(socket: Duplex): void {
    if (this.#isClosed || this.#connections.size >= maxConnections) socket.destroy();
    else this.#connections.add(new LineConnection(socket, this.#host));
  }

  /** Ends what is on air. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.close();
    this.#cancelTick?.();
    this.#leaveAir();
  }

  #welcome({ session }: Hello): Welcome {
    const bufferSeconds = this.#options.bufferMs / 1000;
    const isDry = this.#incoming === undefined || this.#incoming.playOut.state === 'slate';
    const isKnown = session.equals(this.#session.id) && this.#reader !== undefined;
    if (!isKnown || isDry) return { bufferSeconds };
    return { resume: { stream: this.#session.stream, offset: this.#session.offset }, bufferSeconds };
  }

  /** A publisher who comes back wins over its own dead connection: nobody else has its key. Threat: T41. */
  #onProved(connection: LineConnection, { session }: Hello): void {
    const former = this.#current;
    this.#current = connection;
    former?.close();
    if (!session.equals(this.#session.id)) this.#session = { id: session, stream: 0, offset: 0, wasLive: false };
    this.#report();
  }

  #onGone(connection: LineConnection): void {
    this.#connections.delete(connection);
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#report();
  }

  #onFrame({ state, stream, offset, payload }: Frame): boolean {
    if (state !== 'idle' || this.#session.wasLive) this.#publisherState = state;
    if (state === 'live') this.#session = { ...this.#session, wasLive: true };
    if (payload.length === 0) return true;
    const { stream: known, offset: expected } = this.#session;
    if (stream > known && offset === 0) this.#beginStream(stream);
    else if (stream !== known || offset > expected || this.#reader === undefined) return false;
    const already = stream > known ? 0 : expected - offset;
    const fresh = payload.subarray(already);
    this.#session = { ...this.#session, stream, offset: Math.max(this.#session.offset, offset + payload.length) };
    return fresh.length === 0 || this.#read(fresh);
  }

  #beginStream(stream: number): void {
    this.#session = { ...this.#session, stream, offset: 0 };
    this.#reader = new FragmentReader({
      onInit: ({ bytes }) => this.#onInit(bytes),
      onFragment: (fragment) => this.#incoming?.push(fragment),
    });
  }

  #read(bytes: Buffer): boolean {
    try {
      this.#reader?.push(bytes);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#options.onTrouble(`What the publisher sends cannot be read: ${error.message}`);
      this.#reader = undefined;
      return false;
    }
  }

  #onInit(init: Buffer): void {
    if (this.#incoming?.goesOnWith(init) === true) return;
    if (this.#onAir === undefined) {
      const { startDelayMs, chance, clock } = this.#options;
      if (this.#incoming === undefined) this.#startAtMs = clock.now() + startDelayMs * chance();
    }
    const reel = new LineReel(init, this.#options.bufferMs / 1000);
    this.#incoming = reel;
    void this.#giveSlate(reel);
    this.#cancelTick ??= this.#scheduleTick();
    this.#report();
  }

  async #giveSlate({ picture, videoTimescale, playOut }: LineReel): Promise<void> {
    const slate = await this.#options.makeSlate(picture, videoTimescale);
    if (slate !== undefined) playOut.setSlate(slate);
  }

  #scheduleTick(): () => void {
    return this.#options.clock.setTimer(tickMs, () => {
      this.#cancelTick = undefined;
      this.#tick(this.#options.clock.now());
      if (!this.#isClosed && this.#incoming !== undefined) this.#cancelTick ??= this.#scheduleTick();
    });
  }

  #tick(nowMs: number): void {
    this.#putOnAir(nowMs);
    if (this.#onAir !== undefined) {
      const { reel, publication } = this.#onAir;
      for (const { bytes, keyframe } of reel.playOut.take(nowMs)) publication.write(bytes, { keyframe });
      publication.isSlate = reel.playOut.state === 'slate';
      if (this.#isTimeToEnd(nowMs, reel)) this.#leaveAir();
    } else if (this.#publisherState !== 'live' && this.#incoming?.playOut.isFull === false) {
      // It was over before it began.
      this.#incoming = undefined;
      this.#reader = undefined;
    }
    this.#report();
  }

  /** As soon as enough is there. A picture of another size takes the place of the one before without another publication. */
  #putOnAir(nowMs: number): void {
    const reel = this.#incoming;
    if (reel === undefined || reel === this.#onAir?.reel || !reel.playOut.isFull) return;
    const { init, picture, playOut } = reel;
    if (this.#onAir !== undefined) {
      this.#onAir.publication.beginAnew(init, picture);
      this.#onAir = { reel, publication: this.#onAir.publication };
    } else {
      if (nowMs < this.#startAtMs) return;
      const publication = new Mp4Publication({ kind: 'line', hasAudio: true, picture, init });
      if (this.#options.gate.begin(publication) === 'busy') return;
      this.#onAir = { reel, publication };
    }
    this.#end = undefined;
    playOut.start(nowMs);
  }

  /** Once there is nothing left to play: after the delay if the publisher has said goodbye, else when patience is at an end, too. */
  #isTimeToEnd(nowMs: number, { playOut }: LineReel): boolean {
    const isOver = this.#publisherState !== 'live';
    if (playOut.state !== 'slate') this.#end = undefined;
    else if (this.#end?.isOver !== isOver) {
      const { patienceMs, stopDelayMs, chance } = this.#options;
      this.#end = { atMs: nowMs + stopDelayMs * chance() + (isOver ? 0 : patienceMs), isOver };
    }
    return this.#end !== undefined && nowMs >= this.#end.atMs;
  }

  #leaveAir(): void {
    const publication = this.#onAir?.publication;
    this.#onAir = undefined;
    this.#incoming = undefined;
    this.#reader = undefined;
    this.#end = undefined;
    if (publication === undefined) return;
    publication.end();
    this.#options.gate.end(publication);
  }

  #report(): void {
    const reel = this.#onAir?.reel ?? this.#incoming;
    const report: LineReport = {
      isConnected: this.#current !== undefined,
      play: reel === undefined ? 'off' : reel.playOut.state,
      bufferedSeconds: Math.floor(reel?.playOut.bufferedSeconds ?? 0),
    };
    const facts = `${report.isConnected} ${report.play}`;
    if (facts === this.#reported) return;
    this.#reported = facts;
    this.#options.onReport(report);
  }
}
