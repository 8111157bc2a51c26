import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which the kernel takes the ports of outgoing connections, which could snatch a free one. */
const firstPort = 10_000;
const lastPort = 32_000;

/** So many different ports on 127.0.0.1 that nobody listened on a moment ago, for programs that cannot choose for themselves. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > count * 100) throw new Error('No free ports on 127.0.0.1.');
    const port = randomInt(firstPort, lastPort);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
