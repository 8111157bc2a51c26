import type { RenditionInfo } from '../broadcast/stream-state.ts';
import type { EncoderListener, LadderRung, PictureSize, RunEnd } from '../encoder/encoder-types.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { RewindMemory } from '../live/rewind-window.ts';
import { Packager } from '../mp4/packager.ts';
import { mimeTypeOf, type Piece, pictureMimeTypeOf } from '../mp4/piece.ts';
import { vp9CodecName } from '../mp4/vp9-name.ts';
import type { EncoderPort } from './encoder-port.ts';
import { PictureTap } from './picture-tap.ts';
import { type RenditionLimits, RenditionOutput } from './rendition-output.ts';
import { fittedSize, type SecondLadder, secondLadder } from './second-ladder.ts';

export interface SecondCodecOptions {
  /** The H.264 rendition of this name. */
  sourceOf(name: string): RenditionOutput | undefined;
  /** At most, of the H.264 that is encoded again. */
  readonly frameRate: number;
  readonly audioBitsPerSecond: number;
  readonly limits: RenditionLimits;
  /** What can be rewound; absent where nobody may go back. */
  readonly rewind?: RewindMemory | undefined;
  /** How long the encoder goes on when nobody is watching any more. Default 30000. */
  readonly idleMs?: number;
  /** How long somebody is let wait for the first keyframe. Default 6000. */
  readonly patienceMs?: number;
  createEncoder(listener: EncoderListener): EncoderPort;
  /** Monotonic milliseconds. */
  now(): number;
  onChange(): void;
  /** Something the operator should know. */
  onTrouble(message: string, code: ErrorCode): void;
  /** The encoder is started for somebody, or stopped since nobody needs it. */
  onNeed(isNeeded: boolean): void;
}

/** Somebody who waits for the first keyframe. */
interface Waiting {
  readonly name: string;
  readonly settle: (isReady: boolean) => void;
}

const lookEveryMs = 1000;
/** How long to wait before tapping the H.264 again: what broke off may take a moment to come back. */
const tapAgainMs = 200;
const sound = 'audio';

/**
 * The stream in a second codec, for browsers without the first. On offer for as long as the first is, but encoded only while somebody needs it: our own H.264 is
 * decoded and encoded once more by an encoder of its own, so that the source, and whoever watches the first codec, never notices. Times, keyframes
 * and sound are those of the H.264.
 */
export class SecondCodec {
  readonly #options: SecondCodecOptions;
  readonly #encoder: EncoderPort;
  readonly #outputs = new Map<string, RenditionOutput>();
  readonly #waiting = new Set<Waiting>();
  #plan: SecondLadder | undefined;
  #packager: Packager | undefined;
  #reachedSeconds = 0;
  #runNumber = 0;
  #isNeeded = false;
  #isRunning = false;
  #neededAtMs = 0;
  #looking: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SecondCodecOptions) {
    this.#options = options;
    this.#encoder = options.createEncoder({
      onRunStarted: (run) => {
        this.#runNumber = run;
      },
      onBytes: (_run, output, bytes) => this.#take(output, bytes),
      onRunEnded: (_run, end) => this.#runEnded(end),
    });
  }

  /** A run of the H.264 begins, with these rungs. */
  follow(ladder: readonly LadderRung[]): void {
    const plan = secondLadder(ladder);
    if (JSON.stringify(plan) === JSON.stringify(this.#plan)) return;
    this.#plan = plan;
    const names = plan?.rungs.map(({ name }) => name) ?? [];
    for (const name of names) {
      if (!this.#outputs.has(name)) this.#addOutput(name);
    }
    for (const output of this.#outputs.values()) if (!names.includes(output.name)) output.finish();
    this.#isRunning = false;
    void this.#encoder.stop();
  }

  /** What is on offer, best first; nothing while there is no H.264 to make it of. */
  offers(): RenditionInfo[] {
    const init = this.#source?.init;
    if (this.#plan === undefined || init?.width === undefined || init.height === undefined) return [];
    const size = { width: init.width, height: init.height };
    return this.#plan.rungs.map((rung) => this.#offer(rung, fittedSize(rung, size)));
  }

  output(name: string): RenditionOutput | undefined {
    return this.#outputs.get(name);
  }

  /**
   * Somebody needs this rendition: resolves once it can be joined, which takes a moment if nobody has needed it of late. False if that does not come to
   * pass in time, or if it is not on offer.
   */
  async prepare(name: string): Promise<boolean> {
    const output = this.#outputs.get(name);
    const isOffered = this.offers().some((offer) => offer.name === name);
    if (output === undefined || this.#isClosed || !isOffered) return false;
    this.#need();
    if (output.init !== undefined) return true;
    return await new Promise((resolve) => {
      const waiting: Waiting = {
        name,
        settle: (isReady) => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          resolve(isReady);
        },
      };
      const timer = setTimeout(() => waiting.settle(false), this.#options.patienceMs ?? 6000);
      this.#waiting.add(waiting);
    });
  }

  /** This H.264 rendition can be joined, or joined anew. */
  sourceBegan(name: string): void {
    if (name === this.#plan?.from && this.#isNeeded) this.#run();
  }

  /** The broadcast is over. */
  finish(): void {
    this.#rest();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest();
    for (const output of this.#outputs.values()) output.close();
    await this.#encoder.close();
  }

  get #source(): RenditionOutput | undefined {
    return this.#plan === undefined ? undefined : this.#options.sourceOf(this.#plan.from);
  }

  #addOutput(name: string): void {
    const { limits, rewind } = this.#options;
    this.#outputs.set(name, new RenditionOutput(name, limits, rewind?.window()));
  }

  #offer(rung: LadderRung, size: PictureSize): RenditionInfo {
    const { frameRate, audioBitsPerSecond } = this.#options;
    const codecs = [vp9CodecName(size, frameRate), 'opus'];
    const declared = { bytes: Buffer.alloc(0), codecs, ...size };
    return {
      name: rung.name,
      codec: 'vp9',
      mimeType: mimeTypeOf(declared),
      pictureMimeType: pictureMimeTypeOf(declared),
      bandwidth: rung.bitsPerSecond + audioBitsPerSecond,
      ...size,
      ...(this.#outputs.get(rung.name)?.isLate === true && { isLate: true }),
    };
  }

  #need(): void {
    this.#neededAtMs = this.#options.now();
    if (this.#isNeeded) return;
    this.#isNeeded = true;
    this.#looking = setInterval(() => this.#look(), lookEveryMs);
    this.#looking.unref();
    this.#options.onNeed(true);
    this.#run();
  }

  /** Rests when nobody has needed it for a while. */
  #look(): void {
    const nowMs = this.#options.now();
    const isWatched = [...this.#outputs.values()].some(
      ({ fanOut, picture }) => fanOut.subscribers + picture.subscribers > 0,
    );
    if (isWatched || this.#waiting.size > 0) this.#neededAtMs = nowMs;
    else if (nowMs - this.#neededAtMs >= (this.#options.idleMs ?? 30_000)) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#retry);
    for (const waiting of this.#waiting) waiting.settle(false);
    if (!this.#isNeeded) return;
    this.#isNeeded = false;
    this.#isRunning = false;
    void this.#encoder.stop();
    for (const output of this.#outputs.values()) output.finish();
    this.#options.onNeed(false);
  }

  #run(): void {
    const plan = this.#plan;
    if (plan === undefined || this.#isRunning || this.#isClosed || this.#source?.init === undefined) return;
    this.#isRunning = true;
    const input = { kind: 'pipe', format: 'mp4', hasAudio: false } as const;
    this.#encoder.start({ input, ladder: plan.rungs, open: () => this.#tap(plan) });
  }

  #tap(plan: SecondLadder): PictureTap {
    const source = this.#options.sourceOf(plan.from);
    if (source?.init === undefined) throw new Error('there is no picture to encode');
    const packager = new Packager({
      video: plan.rungs,
      startSeconds: this.#reachedSeconds,
      isPlaced: true,
      sink: {
        onInit: (rendition, init) => this.#outputs.get(rendition)?.begin(init, this.#runNumber),
        onPiece: (rendition, piece) => this.#publish(rendition, piece),
      },
    });
    this.#packager = packager;
    return new PictureTap(source.fanOut, (bytes) => packager.push(sound, bytes));
  }

  #publish(name: string, piece: Piece): void {
    const output = this.#outputs.get(name);
    if (output === undefined) return;
    this.#reachedSeconds = Math.max(this.#reachedSeconds, piece.startSeconds + piece.durationSeconds);
    if (!output.publish(piece)) return;
    for (const waiting of [...this.#waiting]) if (waiting.name === name) waiting.settle(true);
    this.#options.onChange();
  }

  #take(output: string, bytes: Buffer): void {
    try {
      this.#packager?.push(output, bytes);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#options.onTrouble(`The second codec could not be read: ${error.message}`, error.code);
      this.#rest();
    }
  }

  #runEnded(end: RunEnd): void {
    this.#packager = undefined;
    if (end.kind === 'stopped') return;
    if (end.kind !== 'source-ended') {
      this.#options.onTrouble(`The second codec has failed. ${end.message}`, 'SOURCE_UNUSABLE');
      return;
    }
    this.#isRunning = false;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#goOn(), tapAgainMs);
    this.#retry.unref();
  }

  #goOn(): void {
    if (this.#isNeeded) this.#run();
  }
}
