import type { Server } from 'node:http';
import { CircuitWatch } from './circuit-watch.ts';
import type { OnionKind } from './connection.ts';
import { buildListener, type ListenerHandlers, type ListenerLimits, listen } from './listeners.ts';
import type { CircuitLimits } from '../admission/circuits.ts';
import { ProxiedConnections } from './proxied-connections.ts';
import { prepareSocketPath, protectSocket } from './unix-socket.ts';

export interface OnionListenerOptions {
  readonly kind: OnionKind;
  readonly limits: ListenerLimits & { readonly proxyLineMs: number; readonly circuit: CircuitLimits };
  readonly handlers: ListenerHandlers;
  /** Whether somebody on this circuit receives the stream. */
  isWatching(circuitId: number): boolean;
  /** A circuit has gone on at its limits for too long. */
  onHostile(circuitId: number): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** The unix socket of one onion service, with the names it is called by and the circuits that come to it. */
export class OnionListener {
  readonly server: Server;
  readonly circuits: CircuitWatch;
  readonly #proxied: ProxiedConnections;
  #hosts: ReadonlySet<string> = new Set();

  constructor(options: OnionListenerOptions) {
    const { kind, limits, handlers, isWatching, onHostile, now } = options;
    this.circuits = new CircuitWatch({
      ...{ isWatching, onHostile, now },
      limits: limits.circuit,
      connections: limits.connections,
      isTrusted: kind === 'desk',
    });
    this.server = buildListener(limits, handlers);
    this.#proxied = new ProxiedConnections(this.server, {
      kind,
      circuits: this.circuits,
      lineMs: limits.proxyLineMs,
    });
  }

  /** The addresses of the service, in place of those before. */
  setHosts(addresses: readonly string[]): void {
    this.#hosts = new Set(addresses.map((address) => address.toLowerCase()));
  }

  isCalled(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Opens the socket. Throws LISTEN_FAILED. */
  async listen(socketPath: string): Promise<void> {
    await prepareSocketPath(socketPath);
    await listen(this.server, { path: socketPath });
    await protectSocket(socketPath);
  }

  /** Drops connections that have not said where they come from. */
  dropUnknown(): void {
    this.#proxied.close();
  }
}
