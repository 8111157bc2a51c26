import { type ChildProcess, spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeOrder } from './close-order.ts';

export interface CircuitCloserOptions {
  readonly controlSocketPath: string;
  readonly cookiePath: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** A process that died is not started again before. */
const restartMs = 5000;
/** Orders that it has not read are not added to: what is hostile stays so, and is asked for again. */
const maxWaitingBytes = 4096;
const program = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Closes circuits by way of a process of its own, which holds the control connection and takes no other order: whoever decides about circuits reaches
 * nothing else of tor by this. The process is started with the first order, so that it costs nothing in peace.
 */
// Threat: T15
export class CircuitCloser {
  readonly #options: CircuitCloserOptions;
  readonly #now: () => number;
  #child: ChildProcess | undefined;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(options: CircuitCloserOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks for the end of a circuit, by the number in its PROXY lines. Nobody hears whether it came to that. */
  close(circuitId: number): void {
    const input = this.#running()?.stdin;
    if (input === null || input === undefined || input.writableLength > maxWaitingBytes) return;
    input.write(closeOrder(circuitId));
  }

  /** Ends the process. Safe to call twice. */
  stop(): void {
    this.#isStopped = true;
    this.#child?.kill('SIGKILL');
  }

  #running(): ChildProcess | undefined {
    if (this.#child !== undefined) return this.#child;
    const nowMs = this.#now();
    if (this.#isStopped || nowMs - this.#startedAtMs < restartMs) return undefined;
    this.#startedAtMs = nowMs;
    const { controlSocketPath, cookiePath } = this.#options;
    const child = spawn(process.execPath, [...permissions(cookiePath), processFile(), controlSocketPath, cookiePath], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('error', forget).once('exit', forget);
    // It ended before it read the order; the next one starts another.
    child.stdin.on('error', forget);
    return child;
  }
}

/** It may read the program and the cookie, and may not write, start programs or threads, or load libraries. */
function permissions(cookiePath: string): string[] {
  const network = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
  return ['--permission', `--allow-fs-read=${join(program, '*')}`, `--allow-fs-read=${cookiePath}`, ...network];
}

/** The file beside this one: TypeScript where the sources run, JavaScript in the built program. */
function processFile(): string {
  const file = `./circuit-closer-process${extname(fileURLToPath(import.meta.url))}`;
  return fileURLToPath(new URL(file, import.meta.url));
}
