import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { Readable, type Writable } from 'node:stream';
import { sourceRendition } from '../broadcast/renditions.ts';
import type { EncoderSource } from './encoder-types.ts';
import type { Fence, FencedCall } from './fence.ts';
import { type FfmpegCommand, firstOutputFd } from './ffmpeg-arguments.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { type FfmpegProgress, ProgressReader } from './ffmpeg-progress.ts';
import { LastLines } from './last-lines.ts';
import { PaceWatch } from './pace-watch.ts';
import { StallWatch } from './stall-watch.ts';
import { terminate } from './terminate.ts';

/** How a run ended by itself; when to try again is for the supervisor to decide. */
export type RunOutcome =
  | { readonly kind: 'source-ended' }
  | { readonly kind: 'failed' | 'stalled'; readonly message: string };

/** What a run needs to know. */
export interface RunOptions {
  readonly ffmpegPath: string;
  readonly fence: Fence | undefined;
  readonly source: EncoderSource;
  readonly command: FfmpegCommand;
  /** Gives way to whatever else wants the processor. */
  readonly givesWay: boolean;
  readonly firstBytesAfterMs: number;
  readonly stallAfterMs: number;
  readonly behindAfterMs: number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  readonly onBytes: (output: string, bytes: Buffer) => void;
  /** It has not kept up with its source for `behindAfterMs`. */
  readonly onBehind: () => void;
  /** Called at most once, and never after `stop`; no bytes come after it. */
  readonly onEnd: (outcome: RunOutcome) => void;
}

/** A source whose media is this much longer than the time it took has jumped in time or is not live. */
const maxAheadSeconds = 30;
/** How long after the end of a source without sound its last picture may take to come out. */
const lastPictureMs = 500;

/** One FFmpeg process, from spawn to exit. The constructor throws if the source cannot be opened. */
export class FfmpegRun {
  readonly #options: RunOptions;
  readonly #child: ChildProcess;
  readonly #media: Readable | undefined;
  readonly #watch: StallWatch;
  readonly #pace: PaceWatch;
  readonly #ticking: NodeJS.Timeout;
  readonly #progressReader = new ProgressReader();
  readonly #stderr = new LastLines();
  readonly #startedAtMs: number;
  #progress: FfmpegProgress = {};
  #bitsPerSecond = 0;
  /** Bytes since the last report of progress, which came at `#reportedAtMs`. */
  #unreportedBytes = 0;
  #reportedAtMs: number;
  #firstVideoAtMs: number | undefined;
  #lastVideoAtMs: number;
  #lastMediaAtMs = Number.NEGATIVE_INFINITY;
  #mediaEndedAtMs: number | undefined;
  /** We ended a process that had nothing left to do; its exit code does not matter then. */
  #isDismissed = false;
  #isOver = false;

  constructor(options: RunOptions) {
    const { source, command, firstBytesAfterMs, stallAfterMs } = options;
    this.#options = options;
    this.#startedAtMs = options.now();
    this.#reportedAtMs = this.#startedAtMs;
    this.#lastVideoAtMs = this.#startedAtMs;
    const tickMs = Math.max(20, Math.min(250, stallAfterMs / 10, firstBytesAfterMs / 10));
    this.#watch = new StallWatch({ firstBytesAfterMs, stallAfterMs, tickMs }, this.#startedAtMs);
    this.#pace = new PaceWatch(options.behindAfterMs);
    const { outputs } = command;
    const call = callOf(options);
    this.#media = source.input.kind === 'pipe' ? openMedia(source) : undefined;
    this.#child = spawn(call.program, call.args, {
      stdio: [
        this.#media === undefined ? 'ignore' : 'pipe',
        'ignore',
        'pipe',
        ...outputs.map(() => 'pipe' as const),
        'pipe',
      ],
      env: ffmpegEnvironment(source.input),
      // Its own process group: Ctrl-C at the terminal reaches us alone, and we end FFmpeg in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child.once('error', (error) =>
      this.#finish({ kind: 'failed', message: `FFmpeg cannot be run: ${error.message}` }),
    );
    this.#child.once('close', (code, signal) => this.#finish(this.#outcomeOf(code, signal)));
    this.#ticking = setInterval(() => this.#tick(), tickMs);
    // Without a process there are no pipes; its `error` follows.
    if (this.#child.pid !== undefined) this.#connect(outputs);
    if (options.givesWay) giveWay(this.#child.pid);
  }

  /** FFmpeg's own account of the run, and the rate of what came out of it. */
  get progress(): FfmpegProgress & { readonly bitsPerSecond: number } {
    return { ...this.#progress, bitsPerSecond: this.#bitsPerSecond };
  }

  /** When the first picture came, by the clock given; absent before. */
  get firstVideoAtMs(): number | undefined {
    return this.#firstVideoAtMs;
  }

  /** Ends the run without a word to the listener. Resolves when the process is gone. Safe to call twice. */
  stop(): Promise<void> {
    this.#release();
    return terminate(this.#child);
  }

  #connect(outputs: readonly string[]): void {
    for (const [index, output] of outputs.entries()) {
      this.#readPipe(firstOutputFd + index, (bytes) => this.#onOutput(output, bytes));
    }
    this.#readPipe(firstOutputFd + outputs.length, (bytes) => this.#onProgress(bytes));
    this.#readPipe(2, (bytes) => this.#stderr.push(bytes));
    if (this.#media !== undefined && this.#child.stdin !== null) this.#feed(this.#media, this.#child.stdin);
  }

  /** Reads to the end whatever happens, also of a run that is over: a full pipe would keep FFmpeg from exiting. */
  #readPipe(fd: number, take: (bytes: Buffer) => void): void {
    const pipe = this.#child.stdio[fd];
    if (!(pipe instanceof Readable)) throw new Error(`FFmpeg has no pipe ${fd} to read from.`);
    pipe.on('data', take);
    pipe.on('error', ignoreBrokenPipe);
  }

  #feed(media: Readable, stdin: Writable): void {
    stdin.on('error', ignoreBrokenPipe);
    stdin.on('drain', () => media.resume());
    media.on('data', (bytes: Buffer) => {
      this.#lastMediaAtMs = this.#options.now();
      if (!stdin.write(bytes)) media.pause();
    });
    media.once('close', () => {
      this.#mediaEndedAtMs ??= this.#options.now();
      stdin.end();
    });
  }

  #onOutput(output: string, bytes: Buffer): void {
    if (this.#isOver) return;
    this.#unreportedBytes += bytes.length;
    // Sound and the source's own picture come also out of an encoder that hangs.
    if (output !== 'audio' && output !== sourceRendition) {
      this.#lastVideoAtMs = this.#options.now();
      this.#firstVideoAtMs ??= this.#lastVideoAtMs;
      this.#watch.progressed();
    }
    this.#options.onBytes(output, bytes);
  }

  #onProgress(bytes: Buffer): void {
    const report = this.#progressReader.push(bytes);
    if (report === undefined || this.#isOver) return;
    const nowMs = this.#options.now();
    this.#progress = report;
    this.#bitsPerSecond = Math.round((this.#unreportedBytes * 8000) / Math.max(1, nowMs - this.#reportedAtMs));
    this.#unreportedBytes = 0;
    this.#reportedAtMs = nowMs;
    const aheadSeconds = (report.outTimeSeconds ?? 0) - (nowMs - this.#startedAtMs) / 1000;
    if (aheadSeconds > maxAheadSeconds) {
      this.#finish({ kind: 'failed', message: 'The source is faster than real time, or its clock has jumped.' });
      return;
    }
    // What a start takes says nothing.
    if (this.#firstVideoAtMs === undefined || nowMs - this.#firstVideoAtMs < this.#options.behindAfterMs / 3) return;
    if (this.#pace.add(nowMs, report.outTimeSeconds ?? 0, this.#isSourceWaiting)) this.#options.onBehind();
  }

  #tick(): void {
    const nowMs = this.#options.now();
    const stall = this.#watch.tick(nowMs, this.#isSourceGiving(nowMs));
    if (stall !== undefined) {
      const what = stall === 'no-first-bytes' ? 'sent nothing after its start' : 'stopped sending';
      this.#finish({ kind: 'stalled', message: `FFmpeg ${what}. ${this.#stderr.summary()}`.trim() });
      return;
    }
    if (this.#hasOnlySilenceLeft(nowMs)) {
      this.#isDismissed = true;
      void terminate(this.#child);
    }
  }

  /** A capture always gives. A pipe gives while bytes come or wait to be taken; after its end it is FFmpeg's turn. */
  #isSourceGiving(nowMs: number): boolean {
    if (this.#media === undefined || this.#mediaEndedAtMs !== undefined) return true;
    const quietAfterMs = Math.min(1000, this.#options.stallAfterMs / 2);
    return (this.#child.stdin?.writableLength ?? 0) > 0 || nowMs - this.#lastMediaAtMs < quietAfterMs;
  }

  /** It has more than FFmpeg has taken. A capture always has. */
  get #isSourceWaiting(): boolean {
    return this.#media === undefined || (this.#child.stdin?.writableLength ?? 0) > 0;
  }

  /** The silence that FFmpeg makes for a source without sound has no end of its own. */
  #hasOnlySilenceLeft(nowMs: number): boolean {
    const { input } = this.#options.source;
    if (this.#mediaEndedAtMs === undefined || this.#isDismissed || input.kind !== 'pipe' || input.hasAudio)
      return false;
    return nowMs - Math.max(this.#mediaEndedAtMs, this.#lastVideoAtMs) > lastPictureMs;
  }

  #outcomeOf(code: number | null, signal: NodeJS.Signals | null): RunOutcome {
    if (this.#mediaEndedAtMs !== undefined && (code === 0 || this.#isDismissed)) return { kind: 'source-ended' };
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    return { kind: 'failed', message: `FFmpeg ${how}. ${this.#stderr.summary()}`.trim() };
  }

  #finish(outcome: RunOutcome): void {
    if (this.#isOver) return;
    this.#release();
    this.#options.onEnd(outcome);
  }

  #release(): void {
    this.#isOver = true;
    clearInterval(this.#ticking);
    this.#media?.destroy();
    // End of file wakes an FFmpeg that waits for input; in a blocking read it would not notice SIGTERM.
    this.#child.stdin?.destroy();
  }
}

function callOf({ ffmpegPath, fence, source: { input }, command: { args } }: RunOptions): FencedCall {
  const reach = input.kind === 'capture' ? input.reach : [];
  return fence?.around(ffmpegPath, args, reach) ?? { program: ffmpegPath, args };
}

function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or this system has no such thing: it works all the same.
  }
}

function openMedia(source: EncoderSource): Readable {
  if (source.open === undefined) throw new Error('A piped source needs open().');
  const media = source.open();
  // An error of the source is its end; `close` follows and tells the run.
  media.on('error', () => undefined);
  return media;
}

/** FFmpeg closes its pipes when it exits, also in the middle of a write; the exit is what tells us. */
function ignoreBrokenPipe(): void {}
