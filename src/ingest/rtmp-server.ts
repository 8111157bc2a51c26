import { createServer, type Server, type Socket } from 'node:net';
import { AppError } from '../errors.ts';
import { KeyGuard } from './key-guard.ts';
import type { PublisherGate } from './publication.ts';
import { PublisherSlot, silentTakeoverMs } from './publisher-slot.ts';
import { RtmpConnection, type RtmpSurroundings, type RtmpTimeLimits } from './rtmp-connection.ts';

/** Limits of the server; the defaults are `rtmpLimits`. */
export interface RtmpLimits extends RtmpTimeLimits {
  /** Connections at once. A new one beyond it pushes out the oldest that has not shown the key. */
  readonly maxConnections: number;
  /** How long a wrong key waits for its answer. */
  readonly wrongKeyMs: number;
  /** Silence after which a publisher's second connection replaces its first. */
  readonly silentTakeoverMs: number;
}

export const rtmpLimits: RtmpLimits = {
  handshakeMs: 10_000,
  idleMs: 15_000,
  farewellMs: 1000,
  maxConnections: 16,
  wrongKeyMs: 1000,
  silentTakeoverMs,
};

/** The same sentence is not said again within this time. */
const repeatedNoticeMs = 5000;

/** What a server needs; the default of `notify` is silence. */
export interface RtmpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Asked for each publisher, so that a new key counts at once. */
  readonly key: () => string;
  readonly gate: PublisherGate;
  readonly limits?: Partial<RtmpLimits>;
  /** A sentence for the operator; never holds the key. */
  readonly notify?: (message: string) => void;
}

/**
 * Takes a stream from OBS, FFmpeg or GStreamer and nothing else: `rtmp://host:port/live`, the stream's name is the key.
 * Any application name does. Meant for loopback: RTMP is not encrypted.
 */
export class RtmpServer {
  readonly #options: RtmpServerOptions;
  readonly #limits: RtmpLimits;
  readonly #around: RtmpSurroundings;
  readonly #server: Server;
  /** In the order of their coming. */
  readonly #connections = new Set<RtmpConnection>();
  #closed: Promise<void> | undefined;
  #lastNotice = { message: '', atMs: Number.NEGATIVE_INFINITY };

  constructor(options: RtmpServerOptions) {
    this.#options = options;
    this.#limits = { ...rtmpLimits, ...options.limits };
    const now = () => performance.now();
    this.#around = {
      guard: new KeyGuard(options.key, { penaltyMs: this.#limits.wrongKeyMs }),
      slot: new PublisherSlot(now, this.#limits.silentTakeoverMs),
      gate: options.gate,
      limits: this.#limits,
      now,
      notify: (message) => this.#notify(message),
    };
    this.#server = createServer((socket) => this.#onConnection(socket));
  }

  /** Resolves once publishers may connect. Throws LISTEN_FAILED with what to do. */
  listen(): Promise<{ port: number }> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => reject(listenFailed(error, host, port));
      this.#server.once('error', onError);
      this.#server.listen({ host, port, backlog: this.#limits.maxConnections }, () => {
        this.#server.off('error', onError);
        const address = this.#server.address();
        resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  /** Ends the publisher and stops listening. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      // An error here says that the server was not listening, which is what we want.
      this.#server.close(() => resolve());
      for (const connection of [...this.#connections]) connection.close();
    });
    return this.#closed;
  }

  /** Whoever knocks again and again does not fill the log. */
  #notify(message: string): void {
    const atMs = this.#around.now();
    const isRepeated = message === this.#lastNotice.message && atMs - this.#lastNotice.atMs < repeatedNoticeMs;
    if (isRepeated) return;
    this.#lastNotice = { message, atMs };
    this.#options.notify?.(message);
  }

  #onConnection(socket: Socket): void {
    if (this.#connections.size >= this.#limits.maxConnections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const connection = new RtmpConnection(socket, this.#around, () => this.#connections.delete(connection));
    this.#connections.add(connection);
  }

  /** Who shows the key needs milliseconds; whoever has been here longest without it is the one to go. */
  #makeRoom(): boolean {
    for (const connection of this.#connections) {
      if (connection.isPublisher) continue;
      this.#connections.delete(connection);
      connection.close();
      return true;
    }
    return false;
  }
}

function listenFailed(error: Error, host: string, port: number): AppError {
  const code = 'code' in error ? error.code : undefined;
  const advice: Record<string, string> = {
    EADDRINUSE: 'Another program uses it. Stop that program or choose another port (ingest.rtmp).',
    EACCES: 'Ports below 1024 need special rights. Choose a higher port (ingest.rtmp).',
    EADDRNOTAVAIL: 'This machine does not have that address. Use 127.0.0.1.',
  };
  const what = (typeof code === 'string' ? advice[code] : undefined) ?? error.message;
  return new AppError('LISTEN_FAILED', `RTMP cannot listen on ${host}:${port}. ${what}`, { cause: error });
}
