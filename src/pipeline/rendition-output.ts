import { MediaWindow, type MediaWindowLimits } from '../hls/media-window.ts';
import { frameChunk, frameShared, joinChunks } from '../live/chunked.ts';
import { FanOut, type FanOutLimits, type Gathering } from '../live/fan-out.ts';
import type { RewindWindow } from '../live/rewind-window.ts';
import { ConstantFlow, constantBytesPerSecond, type FlowRates } from '../mp4/padding.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { Punctuality } from './punctuality.ts';

/** Bounds of one rendition's memory. */
export interface RenditionLimits {
  readonly live: FanOutLimits;
  readonly hls: MediaWindowLimits;
}

/**
 * Up to a hundred and fifty viewers get every piece as it comes, a thousand wait for three tenths of a second, and nobody for more than nine: then the CPU
 * for thousands is about that of a server of files (`npm run bench:capacity`).
 */
const crowd: Gathering = { msPerSubscriber: 0.3, maxMs: 900, now: () => performance.now(), join: joinChunks };

/** What an encoder with half a second of buffer makes wait, and a margin. */
const maxLateSeconds = 0.75;

/**
 * One rendition as viewers get it: the endless responses (`fanOut`, `picture`; bytes framed as HTTP chunks), the HLS window, and what can be rewound. All hold
 * the same memory: a piece is copied once, into its chunk frame, and the HLS window keeps a view of it.
 */
export class RenditionOutput {
  readonly name: string;
  readonly fanOut: FanOut;
  /** The picture alone, for players that are muted anyhow: they begin sooner where there is no sound to wait for. */
  readonly picture: FanOut;
  readonly window: MediaWindow;
  /** Absent where nobody may go back. */
  readonly rewind: RewindWindow | undefined;
  readonly #punctuality = new Punctuality();
  #init: RenditionInit | undefined;
  #run = 0;
  #awaitsKeyframe = false;
  #awaitsJoiners = false;
  #rates: FlowRates | undefined;
  #flow: ConstantFlow | undefined;
  #pictureFlow: ConstantFlow | undefined;

  constructor(name: string, limits: RenditionLimits, rewind?: RewindWindow) {
    this.name = name;
    this.fanOut = new FanOut(limits.live, crowd);
    this.picture = new FanOut(limits.live, crowd);
    this.window = new MediaWindow(limits.hls);
    this.rewind = rewind;
  }

  /** The init segment of what is being sent; absent while nothing can be joined. */
  get init(): RenditionInit | undefined {
    return this.fanOut.isJoinable ? this.#init : undefined;
  }

  /** It is made slower than it plays, at the moment. */
  get isLate(): boolean {
    return this.#punctuality.isLate(performance.now() / 1000);
  }

  /**
   * A new encoder run declares itself. Viewers keep what they have until its first keyframe is there: whoever is told to come back
   * must find a picture. `run` counts the runs, in all renditions alike. With `rates` endless responses
   * flow at a constant rate, whatever the picture is.
   */
  begin(init: RenditionInit, run: number, rates?: FlowRates): void {
    this.#init = init;
    this.#rates = rates;
    this.#run = run;
    this.#awaitsKeyframe = true;
    this.#punctuality.reset();
  }

  /** Sends a piece to everybody. Returns true when viewers can start in a run for the first time. */
  publish(piece: Piece): boolean {
    if (this.#awaitsKeyframe && !this.#startWith(piece)) return false;
    if (piece.kind === 'video')
      this.#punctuality.add(performance.now() / 1000, piece.startSeconds + piece.durationSeconds);
    const { framed, payload } = frameShared(piece.bytes);
    this.#send(piece, framed);
    this.window.push({ ...piece, bytes: payload });
    this.rewind?.push({ ...piece, framed });
    if (!this.#awaitsJoiners || !this.fanOut.isJoinable) return false;
    this.#awaitsJoiners = false;
    return true;
  }

  #send(piece: Piece, framed: Buffer): void {
    const { keyframe } = piece;
    if (this.#flow === undefined) this.fanOut.publish(framed, { keyframe });
    else flow(this.fanOut, this.#flow, piece);
    if (piece.kind === 'audio') return;
    if (this.#pictureFlow === undefined) this.picture.publish(framed, { keyframe });
    else flow(this.picture, this.#pictureFlow, piece);
  }

  #beginFlow(): void {
    const { soundBitsPerSecond: _, ...picture } = this.#rates ?? { frameRate: 0 };
    // Sound comes ten times a second, as long as there is anything.
    this.#flow = this.#rates === undefined ? undefined : newFlow(this.#rates, 'audio');
    this.#pictureFlow = this.#rates === undefined ? undefined : newFlow(picture, 'video');
  }

  /** The stream is over: responses end, nobody can join, players of the playlist are told that it ended. */
  finish(): void {
    this.#awaitsKeyframe = false;
    this.fanOut.reset();
    this.picture.reset();
    this.window.end();
    this.rewind?.reset();
  }

  close(): void {
    this.fanOut.close();
    this.picture.close();
  }

  #startWith(piece: Piece): boolean {
    if (!piece.keyframe || this.#init === undefined) return false;
    this.#awaitsKeyframe = false;
    this.#awaitsJoiners = true;
    this.#beginFlow();
    const head = frameChunk(this.#init.bytes);
    this.fanOut.setHead(head);
    this.rewind?.begin(head);
    if (this.#init.pictureBytes !== undefined) this.picture.setHead(frameChunk(this.#init.pictureBytes));
    this.window.begin(this.#init, this.#run);
    return true;
  }
}

function newFlow(rates: FlowRates, clock: Piece['kind']): ConstantFlow {
  return new ConstantFlow({ bytesPerSecond: constantBytesPerSecond(rates), clock, maxLateSeconds });
}

function flow(fanOut: FanOut, through: ConstantFlow, piece: Piece): void {
  for (const { bytes, keyframe } of through.push(piece)) fanOut.publish(frameChunk(bytes), { keyframe });
}

const rewindStepSeconds = 10;

/** How far back one can go in any of these, rounded down, so that it does not change with every look. */
export function rewindSecondsOf(outputs: Iterable<RenditionOutput>): number {
  const available = [...outputs].map(({ rewind }) => rewind?.availableSeconds ?? 0);
  return Math.floor(Math.max(0, ...available) / rewindStepSeconds) * rewindStepSeconds;
}
