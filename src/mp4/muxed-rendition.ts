import { mergeInitSegments, type InitSegment } from './init-segment.ts';
import type { Piece, RenditionInit } from './piece.ts';

/** Several seconds of any ladder; what is older than this has no use to a viewer who has not seen a picture yet. */
const maxHeldBytes = 8 * 1024 * 1024;

/** Where a rendition's init segment and pieces go. */
export interface RenditionSink {
  onInit(init: RenditionInit): void;
  onPiece(piece: Piece): void;
}

/**
 * Joins one video output with the shared audio. Nothing leaves before both init segments and a keyframe are there; then everything does in the
 * order in which it arrived, except that the stream begins with the keyframe and that sound which is over by then is left out.
 */
export class MuxedRendition {
  readonly #sink: RenditionSink;
  #video: InitSegment | undefined;
  #audio: InitSegment | undefined;
  #started = false;
  /** What arrived before the start, oldest first, bounded by `maxHeldBytes`. */
  #held: Piece[] = [];
  #heldBytes = 0;

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
    if (this.#started) {
      this.#sink.onPiece(piece);
      return;
    }
    this.#hold(piece);
    this.#tryStart();
  }

  #join(): void {
    if (this.#video === undefined || this.#audio === undefined) return;
    const merged = mergeInitSegments(this.#video, this.#audio);
    const [picture] = this.#video.tracks;
    this.#sink.onInit({
      bytes: merged.bytes,
      codecs: merged.tracks.map((track) => track.codec),
      ...(picture?.width === undefined ? {} : { width: picture.width }),
      ...(picture?.height === undefined ? {} : { height: picture.height }),
    });
    this.#tryStart();
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
    this.#sink.onPiece(keyframe);
    for (const [index, piece] of held.entries()) {
      const isHeard = piece.kind === 'audio' && piece.startSeconds + piece.durationSeconds > keyframe.startSeconds;
      if (isHeard || index > keyframeAt) this.#sink.onPiece(piece);
    }
  }
}
