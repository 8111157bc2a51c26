import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CaptchaPicture } from './picture.ts';

/** What draws: gets a message, answers with a picture. */
export interface Painter {
  postMessage(order: string): void;
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  unref(): void;
  terminate(): Promise<unknown>;
}

export interface PicturePoolOptions {
  /** How many pictures lie ready; two to three kilobytes each. */
  readonly size: number;
  startPainter?(): Painter;
  /** Hears why the thread died. It is started again all the same. */
  onFailure?(error: unknown): void;
}

/** A thread that died is started again after so long, each time later until one picture has come. */
const restartMs = { first: 250, longest: 30_000 };
/** How much memory drawing may take; far more than it needs. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8, stackSizeMb: 1 };
/** What drawing a few pictures takes at worst, for those who find none ready. */
const emptyWaitMs = 2000;

/** Pictures drawn in advance, in a thread of their own. Taking one never waits. */
// Threat: T12
export class PicturePool {
  readonly #options: PicturePoolOptions;
  readonly #ready: CaptchaPicture[] = [];
  #painter: Painter | undefined;
  #ordered = 0;
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PicturePoolOptions) {
    this.#options = options;
    this.#start();
  }

  /** How many lie ready. */
  get ready(): number {
    return this.#ready.length;
  }

  /** A picture that nobody else gets; or how long to wait, if there is none. */
  take(): CaptchaPicture | { readonly waitMs: number } {
    const picture = this.#ready.shift();
    this.#order();
    return picture ?? { waitMs: emptyWaitMs };
  }

  /** Ends the thread. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#ready.length = 0;
    const painter = this.#painter;
    this.#painter = undefined;
    await painter?.terminate();
  }

  #start(): void {
    const painter = this.#options.startPainter?.() ?? startWorker();
    // The server must be able to end whatever a thread is doing.
    painter.unref();
    painter.on('message', (picture: unknown) => this.#keep(picture));
    painter.on('error', (error) => this.#options.onFailure?.(error));
    painter.on('exit', () => this.#startAgain(painter));
    this.#painter = painter;
    this.#ordered = 0;
    this.#order();
  }

  #startAgain(painter: Painter): void {
    if (this.#closed || painter !== this.#painter) return;
    this.#painter = undefined;
    const waitMs = Math.min(restartMs.longest, restartMs.first * 2 ** this.#failures);
    this.#failures += 1;
    this.#restart = setTimeout(() => this.#start(), waitMs).unref();
  }

  #order(): void {
    while (this.#painter !== undefined && this.#ready.length + this.#ordered < this.#options.size) {
      this.#ordered += 1;
      this.#painter.postMessage('draw');
    }
  }

  #keep(picture: unknown): void {
    if (this.#closed || !isPicture(picture)) return;
    this.#ordered -= 1;
    this.#failures = 0;
    this.#ready.push({ answer: picture.answer, png: Buffer.from(picture.png.buffer) });
  }
}

/** The file beside this one: TypeScript where the sources run, JavaScript in the built program. */
function startWorker(): Painter {
  const file = new URL(`./picture-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  return new Worker(file, { resourceLimits, env: {}, stdin: false });
}

function isPicture(value: unknown): value is { readonly answer: string; readonly png: Uint8Array } {
  if (typeof value !== 'object' || value === null || !('answer' in value) || !('png' in value)) return false;
  return typeof value.answer === 'string' && value.png instanceof Uint8Array;
}
