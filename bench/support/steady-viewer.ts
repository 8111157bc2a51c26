import type { Socket } from 'node:net';
import { socksConnect } from '../../test/support/socks.ts';
import type { HostileWay } from './hostile.ts';

/** What a browser has in hand: only a longer silence is seen as a picture that stands still. */
const bufferMs = 1000;
const againMs = 500;
const connectMs = 30_000;

/** Somebody honest who watches, and comes back when the stream is lost. */
export class SteadyViewer {
  readonly #way: HostileWay;
  #socket: Socket | undefined;
  #lastBytesAtMs = performance.now();
  #stalledMs = 0;
  #isOver = false;
  #losses = 0;
  #bytes = 0;

  constructor(way: HostileWay) {
    this.#way = way;
    void this.#watch();
  }

  /** Received since the last reset. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often the stream was lost. */
  get losses(): number {
    return this.#losses;
  }

  /** Silence beyond what a browser has in hand, the present one included. */
  get stalledMs(): number {
    return this.#stalledMs + Math.max(0, performance.now() - this.#lastBytesAtMs - bufferMs);
  }

  /** Measures from now on. */
  reset(): void {
    this.#stalledMs = 0;
    this.#losses = 0;
    this.#bytes = 0;
    this.#lastBytesAtMs = performance.now();
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const socket = await socksConnect({ ...this.#way, timeoutMs: connectMs }).catch(() => undefined);
      if (socket !== undefined) await this.#receive(socket);
      if (!this.#isOver) this.#losses += 1;
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }

  async #receive(socket: Socket): Promise<void> {
    this.#socket = socket;
    let isStream = false;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      isStream ||= bytes.toString('latin1', 0, 12) === 'HTTP/1.1 200';
      if (isStream) this.#take(bytes.length);
    });
    socket.write(`GET /stream.mp4 HTTP/1.1\r\nHost: ${this.#way.host}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  #take(bytes: number): void {
    const nowMs = performance.now();
    this.#stalledMs += Math.max(0, nowMs - this.#lastBytesAtMs - bufferMs);
    this.#lastBytesAtMs = nowMs;
    this.#bytes += bytes;
  }
}
