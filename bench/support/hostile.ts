import type { Socket } from 'node:net';
import { socksConnect } from '../../test/support/socks.ts';

/** What a hostile circuit does. */
export const hostileKinds = ['flood', 'slow-reader', 'slowloris', 'half-open', 'captcha'] as const;
export type HostileKind = (typeof hostileKinds)[number];

/** Where it comes from and goes to. */
export interface HostileWay {
  readonly socksPort: number;
  readonly host: string;
  /** Its streams share one circuit, and no other's. */
  readonly user: string;
}

/** What all of them together have got. */
export class HostileTally {
  readonly answers = new Map<string, number>();
  /** Connections that were ended by the other side. */
  cut = 0;
  /** Connections that could not even be made. */
  refused = 0;

  answered(head: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/u.exec(head)?.[1] ?? 'other';
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

const pauseMs = 250;
const connectMs = 20_000;
/** As many as tor lets one circuit have, but for a few. */
const streams: Record<HostileKind, number> = {
  flood: 4,
  'slow-reader': 12,
  slowloris: 16,
  'half-open': 16,
  captcha: 2,
};

/** One hostile circuit: as many streams as its kind takes, each taken up again whenever it is cut. */
export class HostileCircuit {
  readonly #kind: HostileKind;
  readonly #way: HostileWay;
  readonly #tally: HostileTally;
  readonly #sockets = new Set<Socket>();
  #isOver = false;

  constructor(kind: HostileKind, way: HostileWay, tally: HostileTally) {
    this.#kind = kind;
    this.#way = way;
    this.#tally = tally;
    for (let stream = 0; stream < streams[kind]; stream += 1) void this.#goOn();
  }

  close(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) {
      const socket = await socksConnect({ ...this.#way, timeoutMs: connectMs }).catch(() => undefined);
      if (socket === undefined) this.#tally.refused += 1;
      else await this.#attack(socket);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Resolves when the connection is over. */
  async #attack(socket: Socket): Promise<void> {
    if (this.#isOver) socket.destroy();
    this.#sockets.add(socket);
    const timers = this.#begin(socket);
    await new Promise<void>((resolve) => {
      socket.on('error', () => undefined);
      socket.once('close', () => resolve());
    });
    for (const timer of timers) clearInterval(timer);
    this.#sockets.delete(socket);
    if (!this.#isOver) this.#tally.cut += 1;
  }

  #begin(socket: Socket): readonly NodeJS.Timeout[] {
    const send = (text: string): boolean => socket.write(text);
    const get = (path: string): boolean => send(`GET ${path} HTTP/1.1\r\nHost: ${this.#way.host}\r\n\r\n`);
    switch (this.#kind) {
      case 'flood':
        this.#readAnswers(socket, () => undefined);
        // Whether it is answered or not: fifty a second on each connection.
        return [setInterval(() => get('/'), 20)];
      case 'slow-reader':
        socket.pause();
        get('/stream.mp4');
        return [];
      case 'slowloris':
        socket.resume();
        send(`GET / HTTP/1.1\r\nHost: ${this.#way.host}\r\n`);
        return [setInterval(() => send('X'), 1000)];
      case 'half-open':
        socket.resume();
        return [];
      case 'captcha': {
        this.#readAnswers(socket, (body) => {
          const picture = /captcha\/[\w-]+\.png/u.exec(body)?.[0];
          get(picture === undefined ? '/chat/form' : `/${picture}`);
        });
        get('/chat/form');
        return [];
      }
    }
  }

  /** Counts answers by their heads; an answer is taken for whole when what has come ends. */
  #readAnswers(socket: Socket, next: (text: string) => void): void {
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      const heads = text.match(/HTTP\/1\.1 \d{3}/gu) ?? [];
      for (const head of heads) this.#tally.answered(head);
      if (heads.length > 0) next(text);
    });
  }
}
