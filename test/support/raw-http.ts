import { connect, type Socket } from 'node:net';

/** Where a raw connection goes: a port of this machine, or a unix socket with tor's PROXY line for this circuit in front. */
export type Entrance = { readonly port: number } | { readonly socketPath: string; readonly circuitId?: number };

/** An HTTP answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Every `Set-Cookie`, in order. */
  readonly cookies: readonly string[];
  readonly body: string;
}

/** The line tor writes in front of a stream of this circuit. */
export function proxyLine(circuitId: number): string {
  const high = Math.floor(circuitId / 0x1_0000).toString(16);
  const low = circuitId % 0x1_0000;
  return `PROXY TCP6 fc00:dead:beef:4dad::${high}:${low.toString(16)} ::1 ${low} 80\r\n`;
}

/** A connection on which every byte is ours. */
export class RawConnection {
  readonly socket: Socket;
  readonly #pieces: Buffer[] = [];
  #receivedBytes = 0;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(entrance: Entrance) {
    this.socket = 'port' in entrance ? connect(entrance.port, '127.0.0.1') : connect(entrance.socketPath);
    this.socket.on('data', (data: Buffer) => {
      this.#pieces.push(data);
      this.#receivedBytes += data.length;
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
    if ('socketPath' in entrance && entrance.circuitId !== undefined) this.socket.write(proxyLine(entrance.circuitId));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Everything received so far, a byte per character. */
  get received(): string {
    return Buffer.concat(this.#pieces).toString('latin1');
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  /** Waits until it holds; throws with what came so far. */
  async until(holds: () => boolean, what: string, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!holds()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`not in time: ${what}; received ${JSON.stringify(this.received.slice(0, 500))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Everything until the server closes. */
  async untilClosed(timeoutMs?: number): Promise<string> {
    await this.until(() => this.#closed, 'the end of the connection', timeoutMs);
    return this.received;
  }

  close(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Sends bytes and returns all that comes until the server closes. */
export async function exchange(entrance: Entrance, bytes: string | Buffer): Promise<string> {
  const connection = new RawConnection(entrance);
  connection.send(bytes);
  try {
    return await connection.untilClosed();
  } finally {
    connection.close();
  }
}

/** Reads the answers of a connection one after another; bodies by `Content-Length`, chunked ones taken as they are. */
export function parseAnswers(text: string, isHead = false): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`not an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const pairs = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const headers = new Map(pairs);
    const cookies = pairs.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
    const length = isHead ? 0 : Number(headers.get('content-length') ?? rest.length);
    const body = rest.slice(end + 4, end + 4 + length);
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, cookies, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

/** The one answer to a request after which the server closes. */
export async function ask(entrance: Entrance, bytes: string | Buffer): Promise<RawAnswer> {
  const text = await exchange(entrance, bytes);
  const [answer, ...more] = parseAnswers(text);
  if (answer === undefined || more.length > 0) throw new Error(`not one answer: ${JSON.stringify(text.slice(0, 500))}`);
  return answer;
}
