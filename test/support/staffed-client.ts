import { ask, type RawAnswer, RawConnection } from './raw-http.ts';

/** What a form holds in a hidden field; empty if it is not there. */
export function fieldOf(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
}

const head = (method: string, path: string, cookie: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: example.onion\r\nCookie: ${cookie}\r\n${more}`;

/** Somebody who comes by a circuit of their own with one session. `more`: further header lines, each with its line end. */
export class StaffedClient {
  readonly cookie: string;
  readonly #socketPath: string;
  readonly #circuitId: number;
  readonly #more: string;
  readonly #connections: RawConnection[] = [];

  constructor(socketPath: string, cookie: string, circuitId: number, more = '') {
    this.cookie = cookie;
    this.#socketPath = socketPath;
    this.#circuitId = circuitId;
    this.#more = more;
  }

  /** Opens an endless response and waits until it has begun. */
  async open(path: string): Promise<RawConnection> {
    const connection = new RawConnection({ socketPath: this.#socketPath, circuitId: this.#circuitId });
    this.#connections.push(connection);
    connection.send(`${head('GET', path, this.cookie, this.#more)}\r\n`);
    await connection.until(() => connection.received.includes('\r\n\r\n'), `${path} opens`);
    return connection;
  }

  async get(path: string): Promise<RawAnswer> {
    const headers = `${this.#more}Connection: close\r\n`;
    return await this.#ask(`${head('GET', path, this.cookie, headers)}\r\n`);
  }

  async post(path: string, form: Record<string, string>): Promise<RawAnswer> {
    const body = new URLSearchParams(form).toString();
    const headers = [
      'Connection: close',
      'Origin: http://example.onion',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    return await this.#ask(`${head('POST', path, this.cookie, `${this.#more}${headers}\r\n`)}\r\n${body}`);
  }

  /** Posts a message with the form of the chat. */
  async write(text: string): Promise<RawAnswer> {
    const form = (await this.get('/chat/form')).body;
    const fields = { token: fieldOf(form, 'token'), nonce: fieldOf(form, 'nonce'), message: text, do: 'post' };
    return await this.post('/chat/form', fields);
  }

  close(): void {
    for (const connection of this.#connections.splice(0)) connection.close();
  }

  async #ask(bytes: string): Promise<RawAnswer> {
    return await ask({ socketPath: this.#socketPath, circuitId: this.#circuitId }, bytes);
  }
}
