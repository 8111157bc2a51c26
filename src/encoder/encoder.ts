import { type BackOffPolicy, defaultBackOff } from './back-off.ts';
import type { EncoderInput, EncoderListener, EncoderSource, LadderRung, RunEnd } from './encoder-types.ts';
import type { Fence } from './fence.ts';
import { buildFfmpegCommand, type EncodingOptions, type FfmpegCommand } from './ffmpeg-arguments.ts';
import { FfmpegRun, type RunOutcome } from './ffmpeg-run.ts';
import { checkLadder } from './ladder.ts';

/** How to encode, with which FFmpeg, and who hears of it. */
export interface EncoderOptions extends EncodingOptions {
  readonly ffmpegPath: string;
  /** What FFmpeg is kept behind. Default: nothing. */
  readonly fence?: Fence | undefined;
  readonly listener: EncoderListener;
  /** The call of FFmpeg for an input and a ladder. Default: H.264, and the sound. */
  readonly command?: (input: EncoderInput, ladder: readonly LadderRung[]) => FfmpegCommand;
  /** Gives way to whatever else wants the processor. Default: no. */
  readonly givesWay?: boolean;
  /** When to try again after a failure. Default: 0.5 s doubling to 15 s. */
  readonly backOff?: BackOffPolicy;
  /** How long FFmpeg may take to send its first picture. Default 10000. */
  readonly firstBytesAfterMs?: number;
  /** How long a running FFmpeg may send nothing, while its source gives. Default 5000. */
  readonly stallAfterMs?: number;
  /** How long FFmpeg may be slower than its source. Default 30000. */
  readonly behindAfterMs?: number;
  /** A clock that never goes back, in milliseconds. Default: the process's. */
  readonly now?: () => number;
}

/** How the encoder is, for the operator's eyes. */
export interface EncoderHealth {
  /** `starting`: FFmpeg runs and has sent nothing yet; `waiting`: between two runs. */
  readonly state: 'idle' | 'starting' | 'running' | 'waiting' | 'closed';
  /** The newest run, 0 before the first. */
  readonly run: number;
  readonly failuresInARow: number;
  readonly framesPerSecond?: number;
  /** Media time against real time: below 1 the machine is too slow for this ladder. */
  readonly speed?: number;
  /** Of all outputs together. */
  readonly bitsPerSecond?: number;
  readonly droppedFrames?: number;
  readonly repeatedFrames?: number;
}

/**
 * Keeps one FFmpeg at work on one source: starts it, watches it, and starts it again when it fails or hangs, until told otherwise.
 * The last process is gone before the next one starts, so that devices are free again.
 */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #backOff: BackOffPolicy;
  readonly #now: () => number;
  #source: EncoderSource | undefined;
  #run: FfmpegRun | undefined;
  #runNumber = 0;
  #failuresInARow = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  /** Resolves when no process of a former run is left. */
  #departed: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Throws AppError `CONFIG_INVALID` if the ladder cannot be used. */
  constructor(options: EncoderOptions) {
    checkLadder(options.ladder);
    this.#options = options;
    this.#backOff = options.backOff ?? defaultBackOff;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Encodes this source from now on; a run on the source before it has ended when this returns. Throws as the constructor. */
  start(source: EncoderSource): void {
    if (this.#isClosed) throw new Error('The encoder is closed.');
    if (source.ladder !== undefined) checkLadder(source.ladder);
    this.#halt();
    this.#failuresInARow = 0;
    this.#source = source;
    void this.#launchWhenFree(source);
  }

  /** Ends the current run, if any; the listener has heard of it when this returns. Resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#halt();
    await this.#departed;
  }

  /** Like `stop`, for good. Safe to call twice. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.stop();
  }

  health(): EncoderHealth {
    const state = this.#state();
    const common = { state, run: this.#runNumber, failuresInARow: this.#failuresInARow };
    if (this.#run === undefined) return common;
    const { frames: _frames, outTimeSeconds: _outTime, ...progress } = this.#run.progress;
    return { ...common, ...progress };
  }

  #state(): EncoderHealth['state'] {
    if (this.#isClosed) return 'closed';
    if (this.#source === undefined) return 'idle';
    if (this.#run === undefined) return 'waiting';
    return this.#run.firstVideoAtMs === undefined ? 'starting' : 'running';
  }

  async #launchWhenFree(source: EncoderSource): Promise<void> {
    await this.#departed;
    const isOvertaken = this.#source !== source || this.#run !== undefined || this.#retryTimer !== undefined;
    if (!isOvertaken) this.#launch(source);
  }

  #launch(source: EncoderSource): void {
    this.#runNumber += 1;
    const run = this.#runNumber;
    const { listener, ffmpegPath, fence, givesWay = false } = this.#options;
    const { firstBytesAfterMs = 10_000, stallAfterMs = 5_000, behindAfterMs = 30_000 } = this.#options;
    const { ladder = this.#options.ladder, input } = source;
    const command = this.#options.command?.(input, ladder) ?? buildFfmpegCommand(input, { ...this.#options, ladder });
    let reason: string | undefined;
    try {
      this.#run = new FfmpegRun({
        ...{ ffmpegPath, fence, source, command, givesWay, firstBytesAfterMs, stallAfterMs, behindAfterMs },
        now: this.#now,
        onBytes: (output, bytes) => listener.onBytes(run, output, bytes),
        onBehind: () => listener.onBehind?.(run),
        onEnd: (outcome) => this.#onRunOver(source, outcome),
      });
    } catch (cause) {
      reason = cause instanceof Error ? cause.message : String(cause);
    }
    listener.onRunStarted(run);
    if (reason !== undefined) {
      this.#onRunOver(source, { kind: 'failed', message: `The source cannot be opened: ${reason}` });
    }
  }

  #onRunOver(source: EncoderSource, outcome: RunOutcome): void {
    const healthySinceMs = this.#run?.firstVideoAtMs;
    this.#dismissRun();
    if (outcome.kind === 'source-ended') {
      this.#source = undefined;
      this.#announceEnd(outcome);
      return;
    }
    const wasHealthy = healthySinceMs !== undefined && this.#now() - healthySinceMs >= this.#backOff.resetAfterMs;
    this.#failuresInARow = wasHealthy ? 1 : this.#failuresInARow + 1;
    const retryInMs = this.#backOff.delayMs(this.#failuresInARow);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#launchWhenFree(source);
    }, retryInMs);
    this.#announceEnd({ ...outcome, retryInMs });
  }

  #announceEnd(end: RunEnd): void {
    this.#options.listener.onRunEnded(this.#runNumber, end);
  }

  /** Forgets the source and ends its run. */
  #halt(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#source = undefined;
    if (this.#run === undefined) return;
    this.#dismissRun();
    this.#announceEnd({ kind: 'stopped' });
  }

  #dismissRun(): void {
    if (this.#run === undefined) return;
    this.#departed = Promise.all([this.#departed, this.#run.stop()]);
    this.#run = undefined;
  }
}
