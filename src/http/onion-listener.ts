import type { Server } from 'node:http';
import { CircuitWatch } from './circuit-watch.ts';
import type { OnionKind } from './connection.ts';
import { buildListener, type ListenerHandlers, type ListenerLimits, listen } from './listeners.ts';
import type { CircuitLimits } from '../admission/circuits.ts';
import { ProxiedConnections } from './proxied-connections.ts';
import { prepareSocketPath, protectSocket } from './unix-socket.ts';

export interface OnionListenerOptions {
  readonly kind: OnionKind;
  /** How many tors bring visitors, each to a socket of its own; one unless given. */
  readonly tors?: number;
  readonly limits: ListenerLimits & { readonly proxyLineMs: number; readonly circuit: CircuitLimits };
  readonly handlers: ListenerHandlers;
  /** Whether somebody on this circuit receives the stream. */
  isWatching(circuitId: number): boolean;
  /** A circuit has gone on at its limits for too long. */
  onHostile(circuitId: number): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** tor gives up on a visitor who does not find room in this line at once, which crowds and attacks fill; the kernel allows what it thinks right. */
const backlog = 4096;

/** The unix sockets of one onion service, one for each tor that carries it, with the names it is called by and the circuits that come to it. */
export class OnionListener {
  readonly servers: readonly Server[];
  readonly circuits: CircuitWatch;
  readonly #proxied: readonly ProxiedConnections[];
  #hosts: ReadonlySet<string> = new Set();

  constructor(options: OnionListenerOptions) {
    const { kind, tors = 1, limits, handlers, isWatching, onHostile, now } = options;
    this.circuits = new CircuitWatch({
      ...{ isWatching, onHostile, now },
      limits: limits.circuit,
      connections: limits.connections,
      isTrusted: kind === 'desk',
    });
    this.servers = Array.from({ length: tors }, () => buildListener(limits, handlers));
    const { circuits } = this;
    this.#proxied = this.servers.map(
      (server, tor) => new ProxiedConnections(server, { kind, tor, circuits, lineMs: limits.proxyLineMs }),
    );
  }

  /** The addresses of the service, in place of those before. */
  setHosts(addresses: readonly string[]): void {
    this.#hosts = new Set(addresses.map((address) => address.toLowerCase()));
  }

  isCalled(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Opens the sockets, in the order of the tors. Throws LISTEN_FAILED. */
  async listen(socketPaths: readonly string[]): Promise<void> {
    for (const [index, server] of this.servers.entries()) {
      const path = socketPaths[index];
      if (path === undefined) continue;
      await prepareSocketPath(path);
      await listen(server, { path, backlog });
      await protectSocket(path);
    }
  }

  /** Drops connections that have not said where they come from. */
  dropUnknown(): void {
    for (const proxied of this.#proxied) proxied.close();
  }
}
