import type { Server, Socket } from 'node:net';
import { parseProxyLine } from '../tor/proxy-protocol.ts';
import { circuitNumber } from './circuit-number.ts';
import type { CircuitWatch } from './circuit-watch.ts';
import { identifyConnection, type OnionKind } from './connection.ts';

export interface ProxiedOptions {
  /** Whose connections these are. */
  readonly kind: OnionKind;
  /** Which of our tors writes to this socket. */
  readonly tor: number;
  readonly circuits: Pick<CircuitWatch, 'enter'>;
  /** How long the line may take. */
  readonly lineMs: number;
}

/**
 * Makes an HTTP server accept only connections that begin with tor's PROXY line; all others are closed without a byte.
 * Node's own listener is put behind the line, so that its limits and its tracking of connections work as ever.
 */
// Threat: T16
export class ProxiedConnections {
  readonly #options: ProxiedOptions;
  readonly #waiting = new Set<Socket>();
  readonly #hand: (socket: Socket) => void;

  constructor(server: Server, options: ProxiedOptions) {
    this.#options = options;
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    this.#hand = (socket) => {
      for (const listener of listeners) listener.call(server, socket);
    };
    server.on('connection', (socket) => this.#accept(socket));
  }

  /** Drops those that have not said where they come from. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #accept(socket: Socket): void {
    let received = Buffer.alloc(0);
    const drop = (): void => {
      socket.destroy();
    };
    const timer = setTimeout(drop, this.#options.lineMs);
    const done = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      socket.off('data', onData).off('close', done).off('end', drop);
    };
    const onData = (data: Buffer): void => {
      received = Buffer.concat([received, data]);
      const line = parseProxyLine(received);
      if (line.kind === 'incomplete') return;
      done();
      if (line.kind === 'bad') drop();
      else this.#welcome(socket, line.circuitId, received.subarray(line.length));
      // From here on HTTP listens for errors itself.
      if (!socket.destroyed) socket.off('error', drop);
    };
    this.#waiting.add(socket);
    socket.on('error', drop).on('close', done).on('end', drop).on('data', onData);
  }

  #welcome(socket: Socket, idOfTor: number, rest: Buffer): void {
    const { kind, tor, circuits } = this.#options;
    const circuitId = circuitNumber({ tor, circuitId: idOfTor });
    if (!circuits.enter(circuitId, socket)) {
      socket.destroy();
      return;
    }
    identifyConnection(socket, { kind, circuitId });
    socket.pause();
    if (rest.length > 0) socket.unshift(rest);
    this.#hand(socket);
    socket.resume();
  }
}
