import { type ChildProcess, spawn } from 'node:child_process';
import { NoticeRing, type ProcessExit } from './notice-ring.ts';
import { torEnvironment } from './tor-command.ts';

const terminateTimeoutMs = 2000;

/** How a run ended; `error` when it could not even begin. */
export type TorExit = ProcessExit & { readonly error?: Error };

/** One run of the tor program, from its launch to its exit. */
export class TorProcess {
  /** Resolves, never rejects, once the process is gone. */
  readonly exited: Promise<TorExit>;
  readonly #child: ChildProcess;
  readonly #ring = new NoticeRing();
  #hasExited = false;

  /** Launches `torBinary` on a torrc; `home` is the only directory it is told of. */
  constructor(torBinary: string, torrcPath: string, home: string) {
    // The system's defaults could open a SocksPort or log to the journal; ours is the whole configuration.
    this.#child = spawn(torBinary, ['--defaults-torrc', '/dev/null', '-f', torrcPath], {
      cwd: home,
      env: torEnvironment(home),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (text: string): void => this.#ring.push(text);
    this.#child.stdout?.setEncoding('utf8').on('data', take);
    this.#child.stderr?.setEncoding('utf8').on('data', take);
    this.exited = new Promise<TorExit>((resolve) => {
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve({ code: null, signal: null, error });
      });
      // Not `exit`: the last words of tor say why it ended, and they may come after it.
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    }).finally(() => {
      this.#hasExited = true;
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True once `exited` is resolved. */
  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** What tor said last, addresses taken out. */
  get notices(): readonly string[] {
    return this.#ring.notices;
  }

  /** Ends the process: politely, after 2 s by force. Resolves when it is gone; safe to call twice. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), terminateTimeoutMs);
    await this.exited;
    clearTimeout(force);
  }
}
