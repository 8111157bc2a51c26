import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Where a connection came from: this machine, or tor with the circuit it named. There is nothing else to know about a visitor. */
export type Connection = { readonly kind: 'local' } | { readonly kind: 'onion'; readonly circuitId: number };

const connections = new WeakMap<Socket, Connection>();

/** Says where a connection came from, before HTTP reads anything of it. */
export function identifyConnection(socket: Socket, connection: Connection): void {
  connections.set(socket, connection);
}

/** Where a request came from. Throws for a connection that no listener of ours has accepted. */
export function connectionOf(request: { readonly raw: IncomingMessage }): Connection {
  const connection = connections.get(request.raw.socket);
  if (connection === undefined) throw new Error('a request on a connection that no listener accepted');
  return connection;
}
