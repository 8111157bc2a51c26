import { type Entrance, exchange, parseAnswers, RawConnection } from './raw-http.ts';

/** An HTTP answer with its body as text. */
export interface VisitorAnswer {
  readonly status: number;
  /** Lower-case names; of `set-cookie` the last one. */
  readonly headers: ReadonlyMap<string, string>;
  readonly setCookies: readonly string[];
  readonly body: string;
}

/** What is sent besides the form. */
export interface PostOptions {
  /** Header lines in place of the `Origin` that a browser sends. */
  readonly origin?: readonly string[];
  /** Further header lines. */
  readonly headers?: readonly string[];
  /** Appended to the body as it is. */
  readonly raw?: string;
}

/** Somebody with a jar of cookies who fills in forms, on connections of which every byte is ours. */
export class RawVisitor {
  readonly cookies = new Map<string, string>();
  #entrance: Entrance;
  #host: string;

  constructor(entrance: Entrance, host: string) {
    this.#entrance = entrance;
    this.#host = host;
  }

  get entrance(): Entrance {
    return this.#entrance;
  }

  get host(): string {
    return this.#host;
  }

  /** The server is somewhere else now; the cookies are still good there. */
  moveTo(entrance: Entrance, host: string): void {
    this.#entrance = entrance;
    this.#host = host;
  }

  /** `name=value; ...`, empty without cookies. */
  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(target: string, headers: readonly string[] = []): Promise<VisitorAnswer> {
    return await this.send(this.head(`GET ${target}`, ['Connection: close', 'Accept: text/html', ...headers]));
  }

  async post(
    target: string,
    form: Readonly<Record<string, string>> | string,
    { origin = [`Origin: http://${this.host}`], headers = [], raw = '' }: PostOptions = {},
  ): Promise<VisitorAnswer> {
    const body = Buffer.from((typeof form === 'string' ? form : new URLSearchParams(form).toString()) + raw);
    const type = headers.some((line) => /^content-type:/i.test(line)) ? [] : [formType];
    const more = ['Connection: close', ...type, `Content-Length: ${body.length}`, ...origin, ...headers];
    return await this.send(Buffer.concat([Buffer.from(this.head(`POST ${target}`, more)), body]));
  }

  /** Takes the form at an address, fills it in and sends it where it belongs, unless `action` names another one of the page. */
  async fill(target: string, wish: Readonly<Record<string, string>>, action?: string): Promise<VisitorAnswer> {
    const { body } = await this.get(target);
    const form = formIn(body, action);
    return await this.post(form.action === '' ? target : form.action, { ...form.fields, ...wish });
  }

  /** Posts a message with the form of the chat. */
  async say(message: string, more: Readonly<Record<string, string>> = {}): Promise<VisitorAnswer> {
    return await this.fill('/chat/form', { message, do: 'post', ...more });
  }

  /** Opens a response without end; resolves when its head has come. */
  async open(target: string, headers: readonly string[] = []): Promise<RawConnection> {
    const connection = new RawConnection(this.entrance);
    connection.send(this.head(`GET ${target}`, headers));
    await connection.until(() => connection.received.includes('\r\n\r\n'), `${target} opens`);
    return connection;
  }

  /** A request line with Host, cookies and these header lines, and the empty line behind them. */
  head(request: string, headers: readonly string[] = []): string {
    const cookie = this.cookie === '' ? [] : [`Cookie: ${this.cookie}`];
    return `${[`${request} HTTP/1.1`, `Host: ${this.host}`, ...cookie, ...headers].join('\r\n')}\r\n\r\n`;
  }

  /** Sends bytes that ask for one answer, and keeps the cookies that come with it. */
  async send(bytes: string | Buffer): Promise<VisitorAnswer> {
    const text = await exchange(this.entrance, bytes);
    const [answer, ...more] = parseAnswers(text);
    if (answer === undefined || more.length > 0)
      throw new Error(`not one answer: ${JSON.stringify(text.slice(0, 500))}`);
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    const setCookies = [...head.matchAll(/\r\nset-cookie: ([^\r]*)/gi)].map(([, cookie = '']) => cookie);
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { ...answer, setCookies, body: Buffer.from(answer.body, 'latin1').toString() };
  }
}

const formType = 'Content-Type: application/x-www-form-urlencoded';

/** The first form of a page, or the first one whose address ends with `action`: where it posts to, and its hidden fields. Throws if there is none. */
export function formIn(html: string, action?: string): { action: string; fields: Record<string, string> } {
  for (const [, head = '', inner = ''] of html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)) {
    const own = /action="([^"]*)"/.exec(head)?.[1] ?? '';
    if (action !== undefined && !own.endsWith(action)) continue;
    const fields: Record<string, string> = {};
    for (const [tag] of inner.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      if (name !== undefined) fields[name] ??= /value="([^"]*)"/.exec(tag)?.[1] ?? '';
    }
    return { action: own, fields };
  }
  throw new Error(`no form${action === undefined ? '' : ` for ${action}`} in ${html.slice(0, 300)}`);
}
