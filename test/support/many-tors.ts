import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { operations } from '../../src/http/control/operations.ts';
import type { TorsState } from '../../src/serve-event.ts';
import { onioncast } from './command-line.ts';
import { Onioncast } from './onioncast.ts';
import { type SocksTarget, socksConnect } from './socks.ts';
import type { TorNetwork } from './tor-network.ts';

/** The built program with several tors on a network of its own. */
export interface ManyTors {
  readonly server: Onioncast;
  /** As `onioncast tor status` or another command of `tor` says it. */
  tors(...command: readonly string[]): Promise<TorsState>;
  close(): Promise<void>;
}

/** Starts it without a source; `lines` are further ones of the section `[tor]`. */
export async function startManyTors(
  network: TorNetwork,
  lines: readonly string[],
  folders: readonly string[],
): Promise<ManyTors> {
  const data = await mkdtemp(path.join(tmpdir(), 'onioncast-many-'));
  for (const folder of folders) {
    const directory = path.join(data, 'tor', folder);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await network.seedDataDirectory(directory);
  }
  const config = path.join(data, 'onioncast.toml');
  const own = ['source = "none"', '[tor]', `extra_torrc = ${JSON.stringify(network.torrcLines)}`, ...lines];
  await writeFile(config, `${own.join('\n')}\n`);
  const server = await Onioncast.start({ data, args: ['--config', config] });
  return {
    server,
    tors: async (...command) => {
      const wish = command.length === 0 ? ['status'] : command;
      const { code, stdout, stderr } = await onioncast(data, ['tor', ...wish, '--json']);
      if (code !== 0) throw new Error(`tor ${wish.join(' ')}: ${code} ${stdout} ${stderr}`);
      return operations.tors.output.parse(JSON.parse(stdout));
    },
    close: async () => {
      await server.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Somebody who has the chat open, an answer without end. */
export class ChatReader {
  #socket: Socket;
  #text = '';
  #isLost = false;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text) => {
      this.#text += text;
      this.#wake();
    });
    socket
      .on('error', () => undefined)
      .on('close', () => {
        this.#isLost = true;
        this.#wake();
      });
    socket.write(`GET /chat HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\n\r\n`);
  }

  /** Resolves when the answer has begun; rejects when it does not within `timeoutMs`. */
  static async open(target: SocksTarget): Promise<ChatReader> {
    const { timeoutMs = 20_000 } = target;
    const reader = new ChatReader(await socksConnect(target), target.host);
    try {
      await reader.until('HTTP/1.1 200', timeoutMs);
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Waits for a text. Rejects when the answer ends before, or nothing like it comes in time. */
  async until(text: string, timeoutMs: number): Promise<void> {
    await this.#when(() => this.#text.includes(text), `"${text}"`, timeoutMs);
  }

  /** Waits for its end. */
  async lost(timeoutMs: number): Promise<void> {
    await this.#when(() => this.#isLost, 'the end', timeoutMs).catch((error: unknown) => {
      if (!this.#isLost) throw error;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  async #when(holds: () => boolean, what: string, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (holds()) resolve();
      else if (this.#isLost) reject(new Error(`the answer ended before ${what}: ${this.#text.slice(0, 200)}`));
    };
    const timer = setTimeout(() => reject(new Error(`no ${what} within ${timeoutMs} ms`)), timeoutMs);
    this.#waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
