import http from 'node:http';

/** Posts to the chat as the broadcaster, whom no rule of pace holds back, over one connection that is kept. */
export class ChatPoster {
  readonly #origin: URL;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  readonly #cookies = new Map<string, string>();
  #token = '';
  #nonce = 0;

  private constructor(origin: URL) {
    this.#origin = origin;
  }

  static async logIn(origin: URL, name: string, password: string): Promise<ChatPoster> {
    const poster = new ChatPoster(origin);
    const login = await poster.#send('GET', '/broadcaster');
    const fields = { token: hiddenToken(login.body), name, password };
    const action = /action="([^"]+)"/u.exec(login.body)?.[1] ?? '';
    const { status } = await poster.#send('POST', action, fields);
    if (status !== 303) throw new Error(`the login was refused: ${status}`);
    poster.#token = hiddenToken((await poster.#send('GET', '/chat/form')).body);
    return poster;
  }

  /** Resolves when the message has been acknowledged. */
  async post(text: string): Promise<void> {
    this.#nonce += 1;
    const nonce = `benchmark-${this.#nonce}`;
    const { body } = await this.#send('POST', '/chat/form', { token: this.#token, nonce, message: text, do: 'post' });
    if (!body.includes('"posted":true')) throw new Error(`the message was refused: ${body.slice(0, 400)}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    fields?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: string }> {
    const body = fields === undefined ? '' : new URLSearchParams(fields).toString();
    const headers = {
      Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(path === '/chat/form' && method === 'POST' ? { Accept: 'application/json' } : {}),
      ...(method === 'POST'
        ? {
            Origin: this.#origin.origin,
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': String(Buffer.byteLength(body)),
          }
        : {}),
    };
    return await new Promise((resolve, reject) => {
      const request = http.request(new URL(path, this.#origin), { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        for (const line of response.headers['set-cookie'] ?? []) this.#keepCookie(line);
        response.setEncoding('utf8').on('data', (data: string) => (text += data));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.on('error', reject).end(body);
    });
  }

  #keepCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
    this.#cookies.set(name, value);
  }
}

function hiddenToken(html: string): string {
  return /name="token" value="([^"]*)"/u.exec(html)?.[1] ?? '';
}
