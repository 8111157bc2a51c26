import { type Entrance, exchange, parseAnswers, type RawAnswer } from '../../test/support/raw-http.ts';

/** For a connection that was ended without an answer, as those of a circuit are that has behaved badly for long. */
const cut: RawAnswer = { status: 0, headers: new Map(), cookies: [], body: '' };

/** Somebody on a circuit of their own who keeps cookies and answers forms, and nothing else of a browser. */
export class Visitor {
  readonly #entrance: Extract<Entrance, { readonly socketPath: string }>;
  readonly #host: string;
  readonly #cookies: Map<string, string>;

  constructor(socketPath: string, host: string, circuitId: number, cookies = new Map<string, string>()) {
    this.#entrance = { socketPath, circuitId };
    this.#host = host;
    this.#cookies = cookies;
  }

  /** The same session on another circuit, as many at a time as a program can have. */
  on(circuitId: number): Visitor {
    return new Visitor(this.#entrance.socketPath, this.#host, circuitId, this.#cookies);
  }

  /** Asks for an address. */
  async get(path: string): Promise<RawAnswer> {
    return await this.#ask(`GET ${path} HTTP/1.1`, '');
  }

  /** Sends a form. */
  async post(path: string, form: Readonly<Record<string, string>>): Promise<RawAnswer> {
    const body = new URLSearchParams(form).toString();
    const head = `POST ${path} HTTP/1.1\r\nOrigin: http://${this.#host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}`;
    return await this.#ask(head, body);
  }

  /** The fields of the first form at an address, as they stand there. */
  async fields(path: string): Promise<Record<string, string>> {
    const { body } = await this.get(path);
    const fields: Record<string, string> = {};
    for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      const isOff = tag.includes('type="radio"') && !tag.includes('checked');
      if (name !== undefined && !isOff && !(name in fields)) fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
    }
    return fields;
  }

  async #ask(head: string, body: string): Promise<RawAnswer> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const cookie = cookies === '' ? '' : `Cookie: ${cookies}\r\n`;
    const accept = 'Accept: text/html\r\nConnection: close\r\n';
    const request = `${head}\r\nHost: ${this.#host}\r\n${cookie}${accept}\r\n${body}`;
    const [answer = cut] = parseAnswers(await exchange(this.#entrance, request));
    for (const set of answer.cookies) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
