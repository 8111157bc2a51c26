import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Connection, connectionOf, identifyConnection, visitorCircuitOf } from './connection.ts';

/** A request that came by this connection; a socket is only a key here. */
function requestBy(connection: Connection): { readonly raw: { readonly socket: Socket } } {
  const socket = new PassThrough() as unknown as Socket;
  identifyConnection(socket, connection);
  return { raw: { socket } };
}

const circuitBy = (connection: Connection) => visitorCircuitOf(requestBy(connection));

describe('the circuit of a visitor', () => {
  it('is known at both onion services, so that limits and sanctions hold at the desk\u2019s as well', () => {
    expect(circuitBy({ kind: 'onion', circuitId: 7 })).toBe(7);
    expect(circuitBy({ kind: 'desk', circuitId: 7 })).toBeDefined();
    expect(circuitBy({ kind: 'local' })).toBeUndefined();
  });

  it('is never that of somebody at the other service, whatever tor counts', () => {
    for (const circuitId of [0, 7, 2 ** 32 - 1]) {
      const desk = circuitBy({ kind: 'desk', circuitId });
      expect(desk).toBeGreaterThan(2 ** 32 - 1);
      expect(desk).toBe(2 ** 32 + circuitId);
    }
  });

  it('cannot be asked for where no listener of ours has accepted', () => {
    expect(() => connectionOf({ raw: { socket: new PassThrough() as unknown as Socket } })).toThrow(
      'no listener accepted',
    );
  });
});
