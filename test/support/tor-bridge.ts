import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { socksConnect } from './socks.ts';

/** A port of this machine behind which an onion service is, as one client of the network reaches it. */
export interface TorBridge {
  readonly port: number;
  /** What the last connection failed by; undefined if it was made. */
  readonly failure: Error | undefined;
  close(): void;
}

/** Opens it. All connections share a circuit, as those of one browser to one site do; those that tor refuses are closed without a byte. */
export async function bridgeOver(socksPort: number, host: string, user: string): Promise<TorBridge> {
  const sockets = new Set<Socket>();
  let failure: Error | undefined;
  const join = async (near: Socket): Promise<void> => {
    try {
      const far = await socksConnect({ socksPort, host, user, timeoutMs: 30_000 });
      failure = undefined;
      keep(far);
      near.pipe(far).pipe(near);
      far.on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      near.resume();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      near.destroy();
    }
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    keep(near);
    void join(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get failure() {
      return failure;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
