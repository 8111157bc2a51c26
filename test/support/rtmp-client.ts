import { connect, type Socket } from 'node:net';
import { type Amf0Value, encodeAmf0 } from '../../src/ingest/amf0.ts';
import { ChunkWriter } from './chunk-writer.ts';

/** C0, C1 and C2 of a publisher that does not look at the answer. */
export const clientHandshake = Buffer.concat([Buffer.from([3]), Buffer.alloc(1536, 1), Buffer.alloc(1536, 2)]);

/** A command message, type 20. */
export function command(writer: ChunkWriter, streamId: number, ...values: readonly Amf0Value[]): Buffer {
  return writer.write({ chunkStreamId: 3, type: 20, streamId, timestamp: 0, body: encodeAmf0(...values) });
}

/** Everything a publisher sends before its media. */
export function publishCommands(writer: ChunkWriter, key: string): Buffer {
  return Buffer.concat([
    command(writer, 0, 'connect', 1, new Map([['app', 'live']])),
    command(writer, 0, 'releaseStream', 2, null, key),
    command(writer, 0, 'FCPublish', 3, null, key),
    command(writer, 0, 'createStream', 4, null),
    command(writer, 1, 'publish', 5, null, key, 'live'),
  ]);
}

/** A hand-made publisher on a real socket, to do what no program would. */
export class RtmpClient {
  readonly writer = new ChunkWriter();
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #received = '';
  readonly #waiting = new Set<() => void>();

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (bytes) => {
      this.#received += bytes.toString('latin1');
      for (const wake of this.#waiting) wake();
    });
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Handshake and commands, up to the key. */
  publish(key: string): void {
    this.send(Buffer.concat([clientHandshake, publishCommands(this.writer, key)]));
  }

  /** Resolves once the server has said this. */
  async hears(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        void this.closed.then(() => reject(new Error(`closed before "${text}"`)));
      });
    }
  }

  has(text: string): boolean {
    return this.#received.includes(text);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
