import { connect, type Socket } from 'node:net';

/** Why tor opened no connection, by the reply of RFC 1928, section 6, and of tor's proposal 304 (`ExtendedErrors`). */
export class SocksError extends Error {
  override readonly name = 'SocksError';
  readonly reply: number;

  constructor(reply: number) {
    super(sentences.get(reply) ?? 'tor could not open the connection.');
    this.reply = reply;
  }
}

/** Where to, through the SOCKS socket of which tor. */
export interface SocksTarget {
  readonly socketPath: string;
  /** `<56 characters>.onion`. */
  readonly host: string;
  readonly port: number;
  /** Connections with different names share no circuit (IsolateSOCKSAuth, tor's default). At most 255 bytes. */
  readonly user: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const notFound = 'The server cannot be found. Is it running, and is the address right?';
const notReached = 'The server is known to Tor and does not answer at the moment.';
const sentences: ReadonlyMap<number, string> = new Map([
  [0x04, notFound],
  [0x06, 'tor took too long to open the connection.'],
  [0xf0, notFound],
  [0xf1, 'What Tor knows of the server is not valid. Are the clocks of both machines right?'],
  [0xf2, notReached],
  [0xf3, notReached],
  [0xf4, 'The server opens to a key alone, and tor has none for it.'],
  [0xf5, 'The key does not open the server. Has a new one been made there?'],
  [0xf6, 'This is no onion address.'],
  [0xf7, notReached],
]);

const version = 5;
const byName = 2;
const replyHeadBytes = 4;
/** Address and port behind it, by the kind of address: IPv4 or IPv6, as tor likes (RFC 1928, section 6). */
const replyTailBytes: ReadonlyMap<number, number> = new Map([
  [1, 6],
  [4, 18],
]);

/** Opens a connection through tor (RFC 1928, RFC 1929). Rejects with `SocksError`, or why the socket failed. */
export async function socksConnect(target: SocksTarget): Promise<Socket> {
  const { socketPath, host, port, user, timeoutMs, signal } = target;
  const socket = connect(socketPath);
  const abort = (): void => void socket.destroy(new Error('Stopped.'));
  const timer = setTimeout(() => socket.destroy(new SocksError(0x06)), timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    const name = Buffer.from(user);
    const address = Buffer.from(host);
    socket.write(Buffer.from([version, 1, byName]));
    await expectBytes(socket, Buffer.from([version, byName]));
    socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([1, 0x78])]));
    await expectBytes(socket, Buffer.from([1, 0]));
    const toName = Buffer.from([version, 1, 0, 3, address.length]);
    socket.write(Buffer.concat([toName, address, Buffer.from([port >> 8, port & 0xff])]));
    const [, reply = 1, , kind = 0] = await readExactly(socket, replyHeadBytes);
    if (reply !== 0) throw new SocksError(reply);
    const tailBytes = replyTailBytes.get(kind);
    if (tailBytes === undefined) throw new Error('What answers at the socket of tor is not tor.');
    await readExactly(socket, tailBytes);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function expectBytes(socket: Socket, expected: Buffer): Promise<void> {
  const answer = await readExactly(socket, expected.length);
  if (!answer.equals(expected)) throw new Error('What answers at the socket of tor is not tor.');
}

/** Exactly so many bytes; what follows stays in the socket. */
function readExactly(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (): void => void socket.off('readable', look).off('error', fail).off('close', fail);
    const look = (): void => {
      const bytes: Buffer | null = socket.read(length);
      if (bytes === null) return;
      done();
      if (bytes.length === length) resolve(bytes);
      else reject(new Error('tor closed the connection.'));
    };
    const fail = (error?: unknown): void => {
      done();
      reject(error instanceof Error ? error : new Error('tor closed the connection.'));
    };
    socket.on('readable', look).on('error', fail).on('close', fail);
    look();
  });
}
