import { type ChildProcess, spawn } from 'node:child_process';
import { cleanNotice, NoticeRing, type ProcessExit } from './notice-ring.ts';
import { torEnvironment } from './tor-command.ts';

export interface OnionbalanceSettings {
  readonly binary: string;
  /** The one directory that it is told of. */
  readonly home: string;
  readonly configPath: string;
  /** Of the tor by which it announces. */
  readonly controlSocketPath: string;
  readonly isTestNetwork: boolean;
}

const terminateTimeoutMs = 2000;

/**
 * Onionbalance goes on for ever when its tor is gone, and would outlive a server that was killed: the shell beside it ends it when nobody holds our end of
 * the pipe any more. `$@` is the program with its arguments; nothing of ours is read as a script.
 */
const watched =
  'exec 3<&0; "$@" </dev/null 3<&- & it=$!; exec 2>/dev/null; { cat <&3 >/dev/null; kill "$it"; } & wait "$it"';

/** One run of the Onionbalance program, from its launch to its exit. */
export class OnionbalanceProcess {
  /** Resolves, never rejects, once it is gone. */
  readonly exited: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  readonly #ring = new NoticeRing();

  constructor({ binary, home, configPath, controlSocketPath, isTestNetwork }: OnionbalanceSettings) {
    const args = ['-v', 'warning', '-c', configPath, '-s', controlSocketPath];
    if (isTestNetwork) args.push('--is-testnet');
    this.#child = spawn('/bin/sh', ['-c', watched, 'sh', binary, ...args], {
      cwd: home,
      env: { ...torEnvironment(home), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: all of it ends together.
      detached: true,
    });
    const take = (text: string): void => this.#ring.push(text);
    this.#child.stdout?.setEncoding('utf8').on('data', take);
    this.#child.stderr?.setEncoding('utf8').on('data', take);
    this.#child.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: null }));
      this.#child.once('exit', (code, signal) => {
        this.#kill();
        resolve({ code, signal });
      });
    });
  }

  /** What it said last, addresses taken out. */
  get lastWords(): string | undefined {
    const words = this.#ring.notices.findLast((line) => line.trim() !== '');
    return words === undefined ? undefined : cleanNotice(words);
  }

  /** Ends it: politely, after 2 s by force. Resolves when it is gone; safe to call twice. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const force = setTimeout(() => this.#kill(), terminateTimeoutMs);
    await this.exited;
    clearTimeout(force);
  }

  /** All of the group. */
  #kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The group is gone, which is what was wanted.
    }
  }
}
