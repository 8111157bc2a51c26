import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DelayProxy, startDelayProxy } from '../support/delay-proxy.ts';
import { byteReader } from '../support/socks.ts';

describe('startDelayProxy', () => {
  let server: Server;
  let port: number;
  let proxy: DelayProxy | undefined;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    await proxy?.close();
    server.close();
  });

  async function echo(socket: Socket, bytes: Buffer): Promise<Buffer> {
    const received: Buffer[] = [];
    socket.on('data', (piece: Buffer) => received.push(piece));
    socket.end(bytes);
    await once(socket, 'end');
    return Buffer.concat(received);
  }

  it('carries every byte in order, not before its time', async () => {
    proxy = await startDelayProxy({ target: { port }, oneWayMs: 60, jitterMs: 20 });
    const bytes = randomBytes(2_000_000);
    const startedAt = performance.now();
    const received = await echo(connect(proxy.port, '127.0.0.1'), bytes);
    expect(received.equals(bytes)).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(118);
  });

  it('is no faster than its rate', async () => {
    proxy = await startDelayProxy({ target: { port }, oneWayMs: 1, jitterMs: 0, bytesPerSecond: 1_000_000 });
    const bytes = randomBytes(500_000);
    const startedAt = performance.now();
    const received = await echo(connect(proxy.port, '127.0.0.1'), bytes);
    expect(received.equals(bytes)).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(490);
  });

  it('speaks SOCKS5 to loopback and to nowhere else', async () => {
    proxy = await startDelayProxy({ target: 'socks5', oneWayMs: 5, jitterMs: 0 });
    const ask = async (address: readonly number[]): Promise<Socket> => {
      const socket = connect(proxy?.port ?? 0, '127.0.0.1');
      const reader = byteReader(socket);
      socket.write(Buffer.from([5, 1, 0, 5, 1, 0, 1, ...address, port >> 8, port & 0xff]));
      await reader.read(2);
      await reader.read(10).catch((error: unknown) => {
        socket.destroy();
        throw error;
      });
      reader.release();
      return socket;
    };
    const socket = await ask([127, 0, 0, 1]);
    expect((await echo(socket, Buffer.from('hello'))).toString()).toBe('hello');
    await expect(ask([192, 0, 2, 1])).rejects.toThrow(/ended early/);
  });

  it('ends what is open when it is closed, also twice', async () => {
    proxy = await startDelayProxy({ target: { port }, oneWayMs: 1, jitterMs: 0 });
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    await Promise.all([once(socket, 'close'), proxy.close(), proxy.close()]);
    expect(proxy.openConnections).toBe(0);
  });
});
