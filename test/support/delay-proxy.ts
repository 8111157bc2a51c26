import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Shape, ShapedWire } from './shaped-wire.ts';
import { byteReader } from './socks.ts';

/** `socks5` lets tor go through it (`Socks5Proxy`), to loopback only; a port forwards everything to it. */
export type DelayProxySettings = Shape & { readonly target: 'socks5' | { readonly port: number } };

/** A running proxy. */
export interface DelayProxy {
  readonly port: number;
  readonly openConnections: number;
  /** What clients have sent through it so far. */
  readonly bytesUp: number;
  /** Gives the path another shape, for what has not left yet. */
  change(shape: Shape): void;
  /** Lets nothing through in either direction for so long, new connections included; nothing is lost. */
  stall(forMs: number): void;
  /** Breaks every connection through it; new ones are taken at once. */
  cut(): void;
  /** Ends it and every connection through it; safe to call twice. */
  close(): Promise<void>;
}

/** What a closed connection still has in its queue may arrive within this time. */
const lingerMs = 1000;

/** Both directions, and what they are set to. */
class ShapedPath {
  readonly there: ShapedWire;
  readonly back: ShapedWire;
  shape: Shape;
  bytesUp = 0;

  constructor(shape: Shape) {
    this.shape = shape;
    this.there = new ShapedWire(shape);
    this.back = new ShapedWire(shape);
  }

  change(shape: Shape): void {
    this.shape = shape;
    this.there.change(shape);
    this.back.change(shape);
  }

  stall(forMs: number): void {
    this.there.stall(forMs);
    this.back.stall(forMs);
  }

  /** What a connection costs before its first byte: a whole round trip. */
  async handshake(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.there.stalledMs + 2 * this.shape.oneWayMs));
  }

  carry(client: Socket, upstream: Socket): void {
    client.on('data', ({ length }: Buffer) => {
      this.bytesUp += length;
    });
    this.there.connect(client, upstream);
    this.back.connect(upstream, client);
    client.on('close', () => this.#endLater(upstream));
    upstream.on('close', () => this.#endLater(client));
  }

  #endLater(socket: Socket): void {
    const { oneWayMs, jitterMs } = this.shape;
    setTimeout(() => socket.destroy(), this.there.stalledMs + 2 * oneWayMs + jitterMs + lingerMs).unref();
  }
}

/** Listens on a free port of 127.0.0.1 and passes TCP on as a long, narrow path would. */
export async function startDelayProxy(settings: DelayProxySettings): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const path = new ShapedPath(settings);
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A broken connection is closed by Node; its peer is ended below.
    socket.on('error', () => undefined);
    return socket;
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    own(client);
    accept(client, settings.target, path, own).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get openConnections(): number {
      return sockets.size;
    },
    get bytesUp(): number {
      return path.bytesUp;
    },
    change: (shape) => path.change(shape),
    stall: (forMs) => path.stall(forMs),
    cut,
    close: async () => {
      cut();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function accept(
  client: Socket,
  target: DelayProxySettings['target'],
  path: ShapedPath,
  own: (socket: Socket) => Socket,
): Promise<void> {
  const isSocks = target === 'socks5';
  const port = isSocks ? await readSocksRequest(client) : target.port;
  const upstream = own(connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true }));
  upstream.on('error', () => client.destroy());
  await once(upstream, 'connect');
  if (isSocks) {
    await path.handshake();
    client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
  }
  path.carry(client, upstream);
}

/** Answers the greeting of SOCKS5 and reads the port it wants. Refuses whatever is not loopback: nothing leaves this machine. */
async function readSocksRequest(client: Socket): Promise<number> {
  const reader = byteReader(client);
  const [, methods = 0] = await reader.read(2);
  await reader.read(methods);
  client.write(Buffer.from([5, 0]));
  const [, , , addressType] = await reader.read(4);
  if (addressType !== 1) throw new Error('Only IPv4 addresses are forwarded.');
  const address = await reader.read(4);
  if (address[0] !== 127) throw new Error('Only loopback is forwarded.');
  const port = (await reader.read(2)).readUInt16BE(0);
  reader.release();
  return port;
}
