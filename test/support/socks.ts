import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Where to go through which tor. */
export interface SocksTarget {
  readonly socksPort: number;
  readonly host: string;
  readonly port?: number;
  /** Streams with different users never share a circuit (IsolateSOCKSAuth, on by default). */
  readonly user?: string;
  readonly timeoutMs?: number;
}

/** What a GET brought. */
export interface OnionResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const defaultTimeoutMs = 60_000;
const username = 2;

/** Opens a stream through a SOCKS5 proxy (RFC 1928, RFC 1929). Rejects with tor's reply code, and after `timeoutMs`. */
export async function socksConnect(target: SocksTarget): Promise<Socket> {
  const { socksPort, host, port = 80, user, timeoutMs = defaultTimeoutMs } = target;
  const socket = connect({ host: '127.0.0.1', port: socksPort, noDelay: true });
  const timer = setTimeout(() => socket.destroy(new Error(`SOCKS: no stream within ${timeoutMs} ms`)), timeoutMs);
  try {
    const reader = byteReader(socket);
    socket.write(Buffer.from([5, 1, user === undefined ? 0 : username]));
    const [, method] = await reader.read(2);
    if (method === username && user !== undefined) {
      const name = Buffer.from(user);
      socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([1, 0x78])]));
      await reader.read(2);
    }
    const name = Buffer.from(host);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 0xff])]));
    const reply = await reader.read(4);
    if (reply[1] !== 0) throw new Error(`SOCKS: reply ${reply[1]}`);
    await reader.read(reply[3] === 4 ? 18 : 6);
    // From here on the stream belongs to the caller, errors included.
    reader.release();
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** One GET of an onion service, on a stream of its own. */
export async function onionGet(
  target: SocksTarget & { readonly path?: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<OnionResponse> {
  const { host, path = '/', headers = {}, timeoutMs = defaultTimeoutMs } = target;
  const socket = await socksConnect(target);
  const signal = AbortSignal.timeout(timeoutMs);
  return await new Promise((resolve, reject) => {
    const options = { createConnection: () => socket, host, path, signal, headers: { host, ...headers } };
    const outgoing = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.on('close', () => socket.destroy());
    outgoing.end();
  });
}

/**
 * Asks again for a minute and a half, as a person would who loads a page anew. A tor that looked for an address too early asks each directory once and then none for a
 * quarter of an hour, unless it takes a new identity, which `renew` makes it do.
 */
export async function inTime<Answer>(ask: () => Promise<Answer>, renew: () => Promise<unknown>): Promise<Answer> {
  const giveUpAt = performance.now() + 90_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await renew();
      await delay(500);
    }
  }
}

/** Reads a handshake off a socket, exact numbers of bytes at a time. */
export interface ByteReader {
  /** Rejects when the socket fails or ends first. */
  read(length: number): Promise<Buffer>;
  /** Lets go of the socket; bytes not read stay in it. */
  release(): void;
}

/** Begins to read from a socket that nobody else reads. */
export function byteReader(socket: Socket): ByteReader {
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  const onReadable = (): void => wake();
  const onEnd = (error?: unknown): void => {
    failure ??= error instanceof Error ? error : new Error('The connection ended early.');
    wake();
  };
  socket.on('readable', onReadable).on('error', onEnd).on('end', onEnd).on('close', onEnd);
  return {
    read: async (length) => {
      for (;;) {
        const bytes: Buffer | null = socket.read(length);
        if (bytes?.length === length) return bytes;
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    release: () => {
      socket.off('readable', onReadable).off('error', onEnd).off('end', onEnd).off('close', onEnd);
    },
  };
}
