import { startDelayProxy } from './delay-proxy.ts';
import type { Shape } from './shaped-wire.ts';
import type { TorClient, TorNetwork } from './tor-network.ts';

/** A viewer's tor whose every connection to the network crosses a path of ours. */
export interface ShapedClient extends TorClient {
  /** Gives the path another shape, for what has not left yet. */
  change(shape: Shape): void;
  /** Lets nothing through in either direction for so long; nothing is lost. */
  stall(forMs: number): void;
  /** Breaks every connection between this tor and the network, and with them its circuits; it may connect again at once. */
  cut(): void;
}

/** A far viewer, as the benches mean it: 500 ms of round trip beside what the network itself takes, 2 Mbit/s each way. */
export const farPath: Shape = { oneWayMs: 250, jitterMs: 0, bytesPerSecond: 250_000 };

/** A viewer on an uneven line: 300 ms of round trip and up to 150 ms more each way, 1.5 Mbit/s each way. */
export const unevenPath: Shape = { oneWayMs: 150, jitterMs: 150, bytesPerSecond: 187_500 };

/**
 * Starts a tor for one viewer that reaches its guards through a path of this shape alone. The rate is the viewer's, whatever the number of connections and
 * circuits. Give its `socksPort` to a browser. Several may be started at once; each costs a process and about 30 MB.
 */
export async function startShapedClient(network: TorNetwork, shape: Shape): Promise<ShapedClient> {
  const path = await startDelayProxy({ ...shape, target: 'socks5' });
  try {
    const client = await network.addClient([`Socks5Proxy 127.0.0.1:${path.port}`]);
    return {
      socksPort: client.socksPort,
      newIdentity: async () => await client.newIdentity(),
      change: path.change,
      stall: path.stall,
      cut: path.cut,
      close: async () => {
        await client.close();
        await path.close();
      },
    };
  } catch (error) {
    await path.close();
    throw error;
  }
}
