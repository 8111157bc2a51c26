import { mergeInitSegments, type InitSegment } from './init-segment.ts';
import type { Piece, RenditionInit } from './piece.ts';

/** Several seconds of any ladder; what is older than this has no use to a viewer who has not seen a picture yet. */
const maxHeldBytes = 8 * 1024 * 1024;

/** Sound of a run begins up to an encoder's delay (6.5 ms of Opus) before the picture: that much earlier is still the same time. */
const sameTimeSeconds = 0.03;
/** A picture that has stopped must not silence the sound. */
const maxWaitSeconds = 2;

/** Where a rendition's init segment and pieces go. */
export interface RenditionSink {
  onInit(init: RenditionInit): void;
  onPiece(piece: Piece): void;
}

/**
 * Joins one video output with the shared audio. Nothing leaves before both init segments and a keyframe are there. From then on sound follows the
 * picture of the same time: whoever starts at a keyframe gets all the sound that belongs to it (a browser waits for seconds where the beginning is
 * silent), and nobody gets anything later, since neither can be played without the other.
 */
export class MuxedRendition {
  readonly #sink: RenditionSink;
  #video: InitSegment | undefined;
  #audio: InitSegment | undefined;
  #started = false;
  /** What arrived before the start, oldest first, bounded by `maxHeldBytes`. */
  #held: Piece[] = [];
  #heldBytes = 0;
  #pictureEndSeconds = Number.NEGATIVE_INFINITY;
  /** Sound that waits for its picture, oldest first; bounded by `maxWaitSeconds`. */
  readonly #sound: Piece[] = [];

  constructor(sink: RenditionSink) {
    this.#sink = sink;
  }

  setVideo(init: InitSegment): void {
    this.#video = init;
    this.#join();
  }

  setAudio(init: InitSegment): void {
    this.#audio = init;
    this.#join();
  }

  take(piece: Piece): void {
    if (!this.#started) {
      this.#hold(piece);
      this.#tryStart();
      return;
    }
    if (piece.kind === 'audio') this.#sound.push(piece);
    else this.#send(piece);
    this.#sendSound();
  }

  #join(): void {
    if (this.#video === undefined || this.#audio === undefined) return;
    const merged = mergeInitSegments(this.#video, this.#audio);
    const [picture] = this.#video.tracks;
    this.#sink.onInit({
      bytes: merged.bytes,
      pictureBytes: this.#video.bytes,
      codecs: merged.tracks.map((track) => track.codec),
      ...(picture?.width === undefined ? {} : { width: picture.width }),
      ...(picture?.height === undefined ? {} : { height: picture.height }),
    });
    this.#tryStart();
  }

  #send(piece: Piece): void {
    if (piece.kind === 'video') this.#pictureEndSeconds = piece.startSeconds + piece.durationSeconds;
    this.#sink.onPiece(piece);
  }

  #sendSound(): void {
    if (this.#pictureEndSeconds === Number.NEGATIVE_INFINITY) return;
    const last = this.#sound.at(-1);
    const overdue = last === undefined ? 0 : last.startSeconds - maxWaitSeconds;
    const due = Math.max(this.#pictureEndSeconds - sameTimeSeconds, overdue);
    while (this.#sound[0] !== undefined && this.#sound[0].startSeconds < due) {
      const [piece] = this.#sound.splice(0, 1);
      if (piece !== undefined) this.#sink.onPiece(piece);
    }
  }

  #hold(piece: Piece): void {
    this.#held.push(piece);
    this.#heldBytes += piece.bytes.length;
    while (this.#heldBytes > maxHeldBytes) {
      const oldest = this.#held.shift();
      if (oldest === undefined) break;
      this.#heldBytes -= oldest.bytes.length;
    }
  }

  #tryStart(): void {
    const keyframeAt = this.#held.findIndex((piece) => piece.kind === 'video' && piece.keyframe);
    const keyframe = this.#held[keyframeAt];
    if (this.#video === undefined || this.#audio === undefined || keyframe === undefined) return;
    const held = this.#held;
    this.#started = true;
    this.#held = [];
    this.#heldBytes = 0;
    for (const [index, piece] of held.entries()) {
      const isHeard = piece.startSeconds + piece.durationSeconds > keyframe.startSeconds;
      if (piece.kind === 'audio' && isHeard) this.#sound.push(piece);
      if (piece.kind === 'video' && index >= keyframeAt) this.#send(piece);
      this.#sendSound();
    }
  }
}
