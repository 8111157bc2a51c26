import type { Duplex } from 'node:stream';
import { type Frame, decodeFrame, encodeAck, EvenCuts } from '../split/frame.ts';
import { type Hello, hearHello, helloBytes, type Place, type Welcome } from '../split/handshake.ts';
import { ackEveryMs } from '../split/line-rate.ts';
import type { ServerKeys } from '../split/publisher-key.ts';
import { Opener, Sealer } from '../split/sealed.ts';

/** Milliseconds; the defaults are `lineTimes`. */
export interface LineTimes {
  /** From the connection to the first frame. */
  readonly greetMs: number;
  /** Without a byte. */
  readonly silentMs: number;
}

export const lineTimes: LineTimes = { greetMs: 20_000, silentMs: 30_000 };

/** What a connection needs to know, and whom it tells. */
export interface LineHost {
  readonly keys: Pick<ServerKeys, 'own' | 'publisher'>;
  readonly times: LineTimes;
  /** 32 random bytes. */
  once(): Buffer;
  welcome(hello: Hello): Welcome;
  /** The publisher has proved to be there now: its first frame could be opened. */
  onProved(connection: LineConnection, hello: Hello): void;
  /** False if that cannot be: the connection ends. */
  onFrame(connection: LineConnection, frame: Frame): boolean;
  /** Up to where everything has come. */
  received(): Place;
  onGone(connection: LineConnection): void;
}

/**
 * A publisher's connection, behind tor's PROXY line. Whoever does not know the publisher's key gets no byte in answer. What goes back is one small message of
 * one size every half second, whatever happens here. Threat: T42.
 */
export class LineConnection {
  readonly #socket: Duplex;
  readonly #host: LineHost;
  #cuts = new EvenCuts(helloBytes);
  #hello: Hello | undefined;
  #opener: Opener | undefined;
  #sealer: Sealer | undefined;
  #isProved = false;
  #timer: NodeJS.Timeout;
  #acking: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(socket: Duplex, host: LineHost) {
    this.#socket = socket;
    this.#host = host;
    this.#timer = setTimeout(() => this.close(), host.times.greetMs);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', () => this.close());
    socket.on('end', () => this.close());
    socket.on('close', () => this.close());
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#acking);
    this.#socket.destroy();
    this.#host.onGone(this);
  }

  #read(bytes: Buffer): void {
    for (const message of this.#cuts.push(bytes)) {
      if (this.#isClosed) return;
      if (this.#hello === undefined) this.#greet(message);
      else this.#takeFrame(message, this.#hello);
    }
  }

  /** What came behind the hello is of another size. */
  #greet(message: Buffer): void {
    const heard = hearHello(message, this.#host.keys);
    // A publisher waits for the answer before it sends anything more.
    if (heard === undefined || this.#cuts.rest.length > 0) return this.close();
    const answer = heard.answer(this.#host.welcome(heard.hello), this.#host.once());
    this.#hello = heard.hello;
    this.#opener = new Opener(answer.keys.up);
    this.#sealer = new Sealer(answer.keys.down);
    this.#cuts = new EvenCuts(heard.hello.frameBytes);
    this.#socket.write(answer.message);
  }

  #takeFrame(message: Buffer, hello: Hello): void {
    const plain = this.#opener?.open(message);
    const frame = plain && decodeFrame(plain);
    if (frame === undefined) return this.close();
    if (!this.#isProved) {
      this.#isProved = true;
      this.#host.onProved(this, hello);
      this.#acking = setInterval(() => this.#acknowledge(), ackEveryMs);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), this.#host.times.silentMs);
    if (!this.#host.onFrame(this, frame)) this.close();
  }

  #acknowledge(): void {
    const sealed = this.#sealer?.seal(encodeAck(this.#host.received()));
    if (sealed !== undefined) this.#socket.write(sealed);
  }
}
