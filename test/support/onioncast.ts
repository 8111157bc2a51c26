import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ServeEvent } from '../../src/serve-event.ts';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(repository, 'dist/cli/main.js');

/** What the launcher gives to Node for a server. */
export const { nodeFlags }: { readonly nodeFlags: readonly string[] } = createRequire(import.meta.url)(
  path.join(repository, 'bin/setup/node-flags.cjs'),
);

/** The same on every machine, and none is measured. */
const ladder = { ONIONCAST_ENCODER_LADDER: '360p,240p' };

export interface OnioncastOptions {
  /** What is run, with arguments of its own. Default: `serve` at a free local port. */
  readonly command?: readonly string[];
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
  /** Further environment, `ONIONCAST_*` for settings. No captcha is asked unless this says so. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program and its arguments that become this one: another namespace, a tracer. It must `exec`. */
  readonly within?: readonly string[];
  /** A data directory that outlives this process; otherwise a temporary one is made and removed. */
  readonly data?: string;
}

/** The built program as a child process: real, whole, on loopback, on free ports, without tor unless asked for. */
export class Onioncast {
  readonly data: string;
  readonly events: ServeEvent[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ownsData: boolean;
  readonly #exited: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #errors = '';

  private constructor(data: string, ownsData: boolean, options: OnioncastOptions) {
    this.data = data;
    this.#ownsData = ownsData;
    const args = [
      ...nodeFlags,
      program,
      ...(options.command ?? ['serve', '--listen', '127.0.0.1:0']),
      '--json',
      '--data',
      data,
      ...(options.args ?? (options.command === undefined ? ['--no-tor'] : [])),
    ];
    // A wish of the tests, which the program would take for a setting.
    const { ONIONCAST_PICTURES: _, ...inherited } = process.env;
    const [command = process.execPath, ...rest] = [...(options.within ?? []), process.execPath, ...args];
    this.#child = spawn(command, rest, {
      cwd: data,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        ONIONCAST_INGEST_RTMP: '127.0.0.1:0',
        ONIONCAST_CAPTCHA_ASK: 'off',
        // Many programs at a time on a small machine are no attack.
        ONIONCAST_LIMITS_SHED: 'false',
        ...ladder,
        ...options.env,
      },
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        resolve(code);
        this.#wake();
      });
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line));
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-1_048_576);
    });
  }

  /** Starts the program and waits until it says that everything has been started. */
  static async start(options: OnioncastOptions = {}): Promise<Onioncast> {
    const data = options.data ?? (await mkdtemp(path.join(tmpdir(), 'onioncast-')));
    const server = new Onioncast(data, options.data === undefined, options);
    try {
      await server.event('ready');
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** As every program on this machine can read it. */
  commandLine(): string {
    return readFileSync(`/proc/${this.pid}/cmdline`, 'utf8');
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What the program wrote to standard error, the last MiB. */
  get errors(): string {
    return this.#errors;
  }

  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  get url(): string {
    const listening = this.events.find((event) => event.kind === 'listening');
    if (listening === undefined) throw new Error('the program has not said where it listens');
    return listening.url.replace(/\/$/u, '');
  }

  /** The first event of this kind that satisfies the condition, past or future. */
  event<Kind extends ServeEvent['kind']>(
    kind: Kind,
    condition: (event: Extract<ServeEvent, { kind: Kind }>) => boolean = () => true,
    withinMs = 90_000,
  ): Promise<Extract<ServeEvent, { kind: Kind }>> {
    const isWanted = (event: ServeEvent): event is Extract<ServeEvent, { kind: Kind }> => event.kind === kind;
    return this.until(
      () => this.events.filter(isWanted).find(condition),
      withinMs,
      () => `no event "${kind}" as expected within ${withinMs} ms; last: ${JSON.stringify(this.events.slice(-5))}`,
    );
  }

  /** The first event of this kind from now on. */
  nextEvent<Kind extends ServeEvent['kind']>(
    kind: Kind,
    condition: (event: Extract<ServeEvent, { kind: Kind }>) => boolean = () => true,
    withinMs = 90_000,
  ): Promise<Extract<ServeEvent, { kind: Kind }>> {
    const seen = new Set(this.events);
    return this.event(kind, (event) => !seen.has(event) && condition(event), withinMs);
  }

  /** Ends the program as Ctrl-C does. Safe to call twice. Returns its exit code and how long it took, in milliseconds. */
  async close(): Promise<{ code: number | null; ms: number }> {
    const start = performance.now();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGINT');
    const hardStop = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    const code = await this.#exited;
    clearTimeout(hardStop);
    if (this.#ownsData) await rm(this.data, { recursive: true, force: true });
    return { code, ms: performance.now() - start };
  }

  /** Kills the program without warning and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** A test that has failed meanwhile waits for it no more, and the run must not fail of that a second time. */
  private until<T>(look: () => T | undefined, withinMs: number, complaint: () => string): Promise<T> {
    const found = new Promise<T>((resolve, reject) => {
      const settle = (): void => {
        const found = look();
        const gone = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (found === undefined && !gone) return;
        this.#waiting.delete(settle);
        clearTimeout(timer);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the program ended (${this.#child.exitCode}): ${this.#errors}`));
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(settle);
        reject(new Error(`${complaint()}\n${this.#errors}`));
      }, withinMs);
      this.#waiting.add(settle);
      settle();
    });
    found.catch(() => undefined);
    return found;
  }

  #onLine(line: string): void {
    this.events.push(JSON.parse(line));
    this.#wake();
  }

  #wake(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}
