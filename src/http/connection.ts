import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Our onion services: the public one, and the broadcaster's own, which only a key opens. */
export type OnionKind = 'onion' | 'desk';

/** Where a connection came from: this machine, or tor with the circuit it named. There is nothing else to know about a visitor. */
export type Connection = { readonly kind: 'local' } | { readonly kind: OnionKind; readonly circuitId: number };

const connections = new WeakMap<Socket, Connection>();

/** Says where a connection came from, before HTTP reads anything of it. */
export function identifyConnection(socket: Socket, connection: Connection): void {
  connections.set(socket, connection);
}

/** Where a request came from. Throws for a connection that no listener of ours has accepted. */
export function connectionOf(request: { readonly raw: Pick<IncomingMessage, 'socket'> }): Connection {
  const connection = connections.get(request.raw.socket);
  if (connection === undefined) throw new Error('a request on a connection that no listener accepted');
  return connection;
}

/** Circuits of the broadcaster's own onion service are numbered behind all that the public one can have (32 bits): an operator may run two tors. */
const deskCircuits = 2 ** 32;

/** The circuit of a visitor, which limits and sanctions go by, at whichever onion service. There is none on this machine. */
export function visitorCircuitOf(request: { readonly raw: Pick<IncomingMessage, 'socket'> }): number | undefined {
  const connection = connectionOf(request);
  if (connection.kind === 'local') return undefined;
  return connection.kind === 'desk' ? deskCircuits + connection.circuitId : connection.circuitId;
}
