import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { byteReader } from './socks.ts';

/** How a slow path behaves, in each direction. */
export interface Delay {
  readonly oneWayMs: number;
  /** Up to this much is added at random to each piece; the order is kept, as on a TCP path. */
  readonly jitterMs: number;
  /** For each connection; without it the path is as wide as loopback. */
  readonly bytesPerSecond?: number;
}

/** `socks5` lets tor go through it (`Socks5Proxy`), to loopback only; a port forwards everything to it. */
export type DelayProxySettings = Delay & { readonly target: 'socks5' | { readonly port: number } };

/** A running proxy. */
export interface DelayProxy {
  readonly port: number;
  readonly openConnections: number;
  /** Ends it and every connection through it; safe to call twice. */
  close(): Promise<void>;
}

/** As a router does: a full queue pushes back, so that the bytes wait at their sender. */
const maxQueuedBytes = 4 * 1024 * 1024;
const minQueuedBytes = 64 * 1024;
const routerQueueSeconds = 0.3;
const pieceBytes = 16 * 1024;
/** What a closed connection still has in its queue may arrive within this time. */
const lingerMs = 1000;

/** Listens on a free port of 127.0.0.1 and passes TCP on as a long, narrow path would. */
export async function startDelayProxy(settings: DelayProxySettings): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A broken connection is closed by Node; its peer is ended below.
    socket.on('error', () => undefined);
    return socket;
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    own(client);
    accept(client, settings, own).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get openConnections(): number {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function accept(client: Socket, settings: DelayProxySettings, own: (socket: Socket) => Socket): Promise<void> {
  const isSocks = settings.target === 'socks5';
  const port = settings.target === 'socks5' ? await readSocksRequest(client) : settings.target.port;
  const upstream = own(connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true }));
  upstream.on('error', () => client.destroy());
  await once(upstream, 'connect');
  if (isSocks) {
    // The far end answers to a connection after a whole round trip.
    await new Promise((resolve) => setTimeout(resolve, 2 * settings.oneWayMs));
    client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
  }
  delayOneWay(client, upstream, settings);
  delayOneWay(upstream, client, settings);
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

/** Carries bytes from one socket to the other: in order, late, at the rate, with a bounded queue. */
function delayOneWay(from: Socket, to: Socket, settings: Delay): void {
  const { oneWayMs, jitterMs, bytesPerSecond } = settings;
  const limit = queueLimit(settings);
  const queue: { readonly at: number; readonly bytes: Buffer | undefined }[] = [];
  let queuedBytes = 0;
  let lastAt = 0;
  let wireFreeAt = 0;
  let isWaiting = false;

  const enqueue = (bytes: Buffer | undefined): void => {
    const now = performance.now();
    if (bytes !== undefined && bytesPerSecond !== undefined) {
      wireFreeAt = Math.max(wireFreeAt, now) + (bytes.length / bytesPerSecond) * 1000;
    }
    lastAt = Math.max(lastAt, Math.max(now, wireFreeAt) + oneWayMs + Math.random() * jitterMs);
    queue.push({ at: lastAt, bytes });
    queuedBytes += bytes?.length ?? 0;
    schedule();
  };
  const schedule = (): void => {
    const next = queue[0];
    if (next === undefined || isWaiting) return;
    isWaiting = true;
    setTimeout(deliver, Math.max(0, next.at - performance.now()));
  };
  const deliver = (): void => {
    isWaiting = false;
    while (queue[0] !== undefined && queue[0].at <= performance.now() + 0.5) {
      const bytes = queue.shift()?.bytes;
      if (to.destroyed) return;
      if (bytes === undefined) {
        to.end();
        return;
      }
      queuedBytes -= bytes.length;
      if (to.write(bytes)) continue;
      isWaiting = true;
      to.once('drain', deliver);
      return;
    }
    if (queuedBytes < limit / 2) from.resume();
    schedule();
  };
  from.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) enqueue(bytes.subarray(at, at + pieceBytes));
    if (queuedBytes > limit) from.pause();
  });
  from.on('end', () => enqueue(undefined));
  from.on('close', () => setTimeout(() => to.destroy(), 2 * oneWayMs + jitterMs + lingerMs).unref());
  from.resume();
}

function queueLimit({ bytesPerSecond, oneWayMs }: Delay): number {
  if (bytesPerSecond === undefined) return maxQueuedBytes;
  const bytes = bytesPerSecond * (routerQueueSeconds + oneWayMs / 1000);
  return Math.min(maxQueuedBytes, Math.max(minQueuedBytes, bytes));
}
