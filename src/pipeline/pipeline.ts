import {
  advance,
  type Broadcast,
  type BroadcastEvent,
  newBroadcast,
  uptimeSeconds,
  waitedSeconds,
} from '../broadcast/broadcast.ts';
import { inOrder, sourceRendition } from '../broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import type { EncoderListener, EncoderSource, LadderRung, PictureSize, RunEnd } from '../encoder/encoder-types.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { PassthroughProblem } from '../ingest/passthrough-gauge.ts';
import type { Publication } from '../ingest/publication.ts';
import type { RewindMemory } from '../live/rewind-window.ts';
import { audioRendition, Packager } from '../mp4/packager.ts';
import { constantBytesPerSecond, type FlowRates } from '../mp4/padding.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import type { BaseSource } from './base-source.ts';
import type { Stage } from './curtain.ts';
import type { EncoderPort } from './encoder-port.ts';
import { Passthrough, type PassthroughNews } from './passthrough.ts';
import type { MediaTap } from './media-tap.ts';
import { mayChoose, offersOf, outputNames } from './offers.ts';
import { refuseMedia } from './refused-media.ts';
import { type RenditionLimits, RenditionOutput, rewindSecondsOf } from './rendition-output.ts';
import { SecondCodec, type SecondCodecOptions } from './second-codec.ts';

export interface PipelineOptions {
  /** What a picture of this size, if it is known, is encoded to; asked whenever a source begins. */
  ladderFor(picture: PictureSize | undefined): readonly LadderRung[];
  readonly audioBitsPerSecond: number;
  /** Given where endless responses are to flow at a constant rate: pictures per second, at most. */
  readonly constantFrameRate?: number;
  readonly limits: RenditionLimits;
  /** What can be rewound; absent where nobody may go back. */
  readonly rewind?: RewindMemory;
  /** Who records it. */
  readonly tap?: MediaTap;
  readonly base?: BaseSource;
  /** For browsers without H.264; absent if there is to be none. */
  readonly secondCodec?: Pick<SecondCodecOptions, 'frameRate' | 'idleMs' | 'createEncoder' | 'onNeed'>;
  /** The publisher's own picture is offered, too, where it fits. */
  readonly offersSource?: boolean;
  /** How long a publisher may be away before the broadcast is over. */
  readonly graceMs: number;
  createEncoder(listener: EncoderListener): EncoderPort;
  /** The machine is too slow for this ladder: what to encode from now on; absent: the same. */
  onBehind?(ladder: readonly LadderRung[]): readonly LadderRung[] | undefined;
  /** Monotonic milliseconds. */
  now(): number;
  /** Unix milliseconds, only to understand a publisher's account of its start. */
  wallClock(): number;
  /** State, run or renditions have changed. */
  onChange(): void;
  /** Something the operator should know; never shown to viewers. */
  onTrouble(message: string, code: ErrorCode): void;
  /** What the publisher's picture is good for. */
  onPassthrough?(news: PassthroughNews): void;
}

/** The part of a snapshot that the pipeline knows. */
export type PipelineStatus = Omit<StreamSnapshot, 'title' | 'viewers'>;

/** How long to wait before encoding again after media that could not be read. */
const malformedPauseMs = 1000;
/** How long to wait before reading a publisher anew whose media has changed: a broken one must not make us spin. */
const changedPauseMs = 200;
/** An encoder that fails so soon will fail again. */
const soonMs = 10_000;
const failed: ErrorCode = 'SOURCE_UNUSABLE';

/**
 * The way of a frame: chooses what is on air (a publisher, else the base source), has it encoded, packaged and handed to every viewer,
 * and keeps the public state of the broadcast. Switching or losing a publisher never needs a restart of the server.
 */
export class Pipeline implements Stage {
  readonly #options: PipelineOptions;
  readonly #encoder: EncoderPort;
  readonly #outputs = new Map<string, RenditionOutput>();
  readonly #second: SecondCodec | undefined;
  readonly #passthrough: Passthrough;
  #broadcast: Broadcast;
  #publication: Publication | undefined;
  #onBase = false;
  #source: EncoderSource | undefined;
  #packager: Packager | undefined;
  /** Of the newest run. */
  #ladder: readonly LadderRung[] = [];
  #timelineSeconds = 0;
  #run = 0;
  #runStartedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#broadcast = newBroadcast(options.now());
    for (const name of outputNames(options.ladderFor(undefined))) this.#addOutput(name);
    this.#second = this.#openSecond(options);
    // Nobody goes back in it: it would take the memory of all others.
    if (options.offersSource === true)
      this.#outputs.set(sourceRendition, new RenditionOutput(sourceRendition, options.limits));
    const tell = (news: PassthroughNews): void => {
      options.onPassthrough?.(news);
      options.onChange();
    };
    this.#passthrough = new Passthrough(this.#outputs.get(sourceRendition), tell);
    this.#encoder = options.createEncoder({
      onRunStarted: (run) => this.#runStarted(run),
      onBytes: (_run, output, bytes) => this.#package(output, bytes),
      onRunEnded: (_run, end) => this.#runEnded(end),
      onBehind: () => this.#encode(this.#options.onBehind?.(this.#ladder)),
    });
  }

  /** Puts the base source on air, if there is one. */
  start(): void {
    if (this.#options.base !== undefined && this.#publication === undefined) this.#playBase();
  }

  /** Takes off the air whatever is on it: the broadcast is over until `start`, or a publisher begins. */
  stop(): void {
    this.#publication = undefined;
    this.#onBase = false;
    void this.#encoder.stop();
    clearTimeout(this.#timer);
    this.#sourceOver();
  }

  begin(publication: Publication): 'accepted' | 'busy' {
    if (this.#closed || this.#publication !== undefined) return 'busy';
    this.#publication = publication;
    // The audience of a test card has not been watching a broadcast: its clock starts anew.
    if (this.#isTestCard) {
      this.#broadcast = newBroadcast(this.#options.now());
      for (const { rewind } of this.#outputs.values()) rewind?.reset();
    }
    this.#onBase = false;
    this.#playPublication(publication);
    return 'accepted';
  }

  end(publication: Publication): void {
    if (this.#publication !== publication) return;
    this.#publication = undefined;
    this.#source = undefined;
    void this.#encoder.stop();
    this.#advance({ kind: 'picture-lost' });
    this.#wait(this.#options.graceMs, () => this.#publisherStaysAway());
  }

  /** What is on air, for the operator: a publisher's kind, or the name of the base source. */
  get onAir(): string | undefined {
    return this.#publication?.kind ?? (this.#onBase ? this.#options.base?.name : undefined);
  }

  /** Why the publisher's picture is not offered as it is, or is late for everybody. */
  get publisherProblem(): PassthroughProblem | undefined {
    return this.#publication === undefined ? undefined : this.#passthrough.problem;
  }

  status(): PipelineStatus {
    const now = this.#options.now();
    const uptime = uptimeSeconds(this.#broadcast, now);
    return {
      state: this.#broadcast.state,
      stateSeconds: waitedSeconds(this.#broadcast, now),
      ...(uptime === undefined ? {} : { uptimeSeconds: uptime }),
      renditions: this.#offered(),
      run: this.#run,
      ...(this.#isTestCard && { standIn: 'test-card' }),
      ...(this.#publication?.isSlate === true && { standIn: 'slate' }),
      ...(this.#options.rewind === undefined ? {} : { rewindSeconds: rewindSecondsOf(this.#outputs.values()) }),
    };
  }

  /** What is encoded in this run, the best first; sound alone is always there as well. */
  get ladder(): readonly LadderRung[] {
    return this.#ladder;
  }

  /** The rendition of this name, whether or not it can be joined now. */
  rendition(name: string): RenditionOutput | undefined {
    return this.#outputs.get(name) ?? this.#second?.output(name);
  }

  /** Resolves once a rendition on offer can be joined: what is encoded only when somebody needs it takes a moment. False if it does not come. */
  async prepare(name: string): Promise<boolean> {
    const output = this.#outputs.get(name);
    return output === undefined ? ((await this.#second?.prepare(name)) ?? false) : output.init !== undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const output of this.#outputs.values()) output.close();
    await Promise.all([this.#encoder.close(), this.#second?.close()]);
  }

  #openSecond(options: PipelineOptions): SecondCodec | undefined {
    const { audioBitsPerSecond, limits, rewind, now, onChange, onTrouble, secondCodec } = options;
    if (secondCodec === undefined) return undefined;
    const sourceOf = (name: string) => this.#outputs.get(name);
    return new SecondCodec({ ...secondCodec, sourceOf, audioBitsPerSecond, limits, rewind, now, onChange, onTrouble });
  }

  #playPublication(publication: Publication): void {
    const { format, hasAudio, picture, startedAtMs } = publication;
    const keepsPicture = this.#passthrough.follow(publication);
    const input = { kind: 'pipe', format, hasAudio, ...(keepsPicture && { keepsPicture }) } as const;
    this.#play({ input, open: () => publication.open(), ...(picture !== undefined && { picture }) }, startedAtMs);
  }

  #playBase(): void {
    const base = this.#options.base;
    if (base === undefined) return;
    this.#onBase = true;
    this.#passthrough.follow(undefined);
    this.#play(base.source);
  }

  #play(source: EncoderSource, startedAtMs?: number): void {
    clearTimeout(this.#timer);
    this.#source = { ...source, ladder: this.#options.ladderFor(source.picture) };
    const begun =
      startedAtMs === undefined ? undefined : this.#options.now() - (this.#options.wallClock() - startedAtMs);
    this.#advance(begun === undefined ? { kind: 'source-begins' } : { kind: 'source-begins', startedAtMs: begun });
    this.#encoder.start(this.#source);
  }

  /** What is on air, in these sizes from now on. */
  #encode(ladder: readonly LadderRung[] | undefined): void {
    if (this.#source === undefined || ladder === undefined) return;
    this.#source = { ...this.#source, ladder };
    this.#encoder.start(this.#source);
  }

  #publisherStaysAway(): void {
    if (this.#publication !== undefined) return;
    const base = this.#options.base;
    if (base !== undefined && !base.isTestCard) {
      this.#playBase();
      return;
    }
    this.#sourceOver();
  }

  #sourceOver(): void {
    this.#source = undefined;
    for (const output of this.#outputs.values()) output.finish();
    this.#second?.finish();
    this.#options.tap?.finish();
    this.#advance({ kind: 'source-over' });
  }

  #runStarted(run: number): void {
    this.#run = run;
    this.#runStartedMs = this.#options.now();
    this.#ladder = this.#source?.ladder ?? [];
    const kept = this.#keepsPicture ? [sourceRendition] : [];
    this.#keepOutputs([...outputNames(this.#ladder), ...kept]);
    this.#second?.follow(this.#ladder);
    this.#packager = new Packager({
      video: [...this.#ladder, ...kept.map((name) => ({ name, follows: true }))],
      startSeconds: this.#timelineSeconds,
      sink: {
        onInit: (rendition, init) => this.#begin(rendition, init),
        onPiece: (rendition, piece) => this.#publish(rendition, piece),
      },
    });
  }

  /** Viewers of a rendition that is not made any more come back to one that is. */
  #keepOutputs(names: readonly string[]): void {
    for (const name of names) if (!this.#outputs.has(name)) this.#addOutput(name);
    for (const output of this.#outputs.values()) if (!names.includes(output.name)) output.finish();
  }

  #addOutput(name: string): void {
    this.#outputs.set(name, new RenditionOutput(name, this.#options.limits, this.#options.rewind?.window()));
  }

  #package(output: string, bytes: Buffer): void {
    try {
      this.#packager?.push(output, bytes);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { message, code, next } = refuseMedia(output, error);
      this.#options.onTrouble(message, code);
      this.#leaveRun();
      this.#advance({ kind: 'picture-lost' });
      if (next === 'stop') void this.#encoder.stop();
      else if (next === 'leave-out-source') this.#tryWithoutPicture();
      else this.#wait(malformedPauseMs, () => this.#source && this.#encoder.start(this.#source));
    }
  }

  #begin(rendition: string, init: RenditionInit): void {
    if (!this.#isTestCard) this.#options.tap?.begin(rendition, init);
    const run = this.#run;
    if (rendition === sourceRendition) this.#passthrough.begin(init, run);
    else this.#outputs.get(rendition)?.begin(init, run, this.#ratesOf(rendition));
  }

  /** At which rates a rendition flows; absent where sizes may follow the picture. */
  #ratesOf(rendition: string): FlowRates | undefined {
    const { constantFrameRate: frameRate, audioBitsPerSecond: soundBitsPerSecond } = this.#options;
    if (frameRate === undefined) return undefined;
    const rung = this.#ladder.find(({ name }) => name === rendition);
    return { frameRate, soundBitsPerSecond, ...(rung !== undefined && { pictureBitsPerSecond: rung.bitsPerSecond }) };
  }

  get #isTestCard(): boolean {
    return this.#onBase && this.#options.base?.isTestCard === true;
  }

  #publish(rendition: string, piece: Piece): void {
    if (!this.#isTestCard) this.#options.tap?.push(rendition, piece);
    this.#passthrough.look();
    const output = rendition === sourceRendition ? this.#passthrough : this.#outputs.get(rendition);
    const isFirst = output?.publish(piece) === true;
    if (isFirst) this.#second?.sourceBegan(rendition);
    // Live is what can be joined. A run that is never whole is joined at a later keyframe.
    const mayBegin = isFirst || (piece.keyframe && this.#broadcast.state !== 'live');
    if (mayBegin && rendition !== audioRendition && this.#offered().length > 0) this.#advance({ kind: 'picture' });
    if (isFirst) this.#options.onChange();
  }

  #runEnded(end: RunEnd): void {
    this.#leaveRun();
    if (end.kind === 'stopped' || this.#closed) return;
    if (end.kind !== 'source-ended') {
      this.#options.onTrouble(`${end.message} Trying again in ${Math.ceil(end.retryInMs / 1000)} s.`, failed);
      this.#advance({ kind: 'picture-lost' });
      if (this.#keepsPicture && this.#options.now() - this.#runStartedMs < soonMs) this.#tryWithoutPicture();
      return;
    }
    this.#advance({ kind: 'picture-lost' });
    const publication = this.#publication;
    if (publication === undefined) {
      this.#sourceOver();
      return;
    }
    // The publisher is still there and says when it is over: its picture or sound has changed, and must be read anew.
    this.#readAnew(publication);
  }

  #readAnew(publication: Publication): void {
    this.#wait(changedPauseMs, () => {
      if (this.#publication === publication) this.#playPublication(publication);
    });
  }

  get #keepsPicture(): boolean {
    const input = this.#source?.input;
    return input?.kind === 'pipe' && input.keepsPicture === true;
  }

  /** It may be what the encoder has stumbled over. */
  #tryWithoutPicture(): void {
    this.#passthrough.distrust();
    if (this.#publication !== undefined) this.#readAnew(this.#publication);
  }

  #leaveRun(): void {
    if (this.#packager !== undefined)
      this.#timelineSeconds = Math.max(this.#timelineSeconds, this.#packager.endSeconds);
    this.#packager = undefined;
  }

  #offered(): readonly RenditionInfo[] {
    const offers = [...this.#outputs.values()].flatMap((output) => offersOf(output, this.#bandwidthOf(output.name)));
    const ladder = this.#ladder.map(({ name }) => name);
    const joinable = new Set(offers.map(({ name }) => name));
    if (!mayChoose(ladder, joinable, this.#options.now() - this.#runStartedMs)) return [];
    return inOrder([...offers, ...(this.#second?.offers() ?? [])]);
  }

  #bandwidthOf(name: string): number {
    const rates = this.#ratesOf(name);
    if (rates !== undefined) return 8 * constantBytesPerSecond(rates);
    const own = name === sourceRendition ? this.#passthrough.bitsPerSecond : 0;
    const rung = this.#ladder.find((candidate) => candidate.name === name);
    return (rung?.bitsPerSecond ?? own) + this.#options.audioBitsPerSecond;
  }

  #advance(event: BroadcastEvent): void {
    const before = this.#broadcast;
    this.#broadcast = advance(before, event, this.#options.now());
    if (this.#broadcast !== before) this.#options.onChange();
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
    this.#timer.unref();
  }
}
