/** Where a segment stands; known from its beginning. */
export interface SegmentPlace {
  /** Media Sequence Number; also its name. */
  readonly number: number;
  /** The init segment that it needs. */
  readonly initId: number;
  /** How many EXT-X-DISCONTINUITY stand before it: the encoder runs since the segment before it. */
  readonly breaks: number;
  /** Discontinuity Sequence Number (RFC 8216bis 4.4.3.3), its own breaks included. The same for one run in all renditions (6.2.4). */
  readonly discontinuity: number;
}

/** A Partial Segment (RFC 8216bis 4.4.4.9): what can be had of a segment before the whole of it is there. Its number is its index in the segment. */
export interface MediaPart {
  readonly durationSeconds: number;
  /** A player may begin with it: it starts with a keyframe, or is sound alone. */
  readonly isIndependent: boolean;
  /** The body: shared buffers, to be sent one after the other. */
  readonly pieces: readonly Buffer[];
  readonly byteLength: number;
}

/** A finished segment. Its body is that of its parts, one after the other. */
export interface MediaSegment extends SegmentPlace {
  readonly durationSeconds: number;
  readonly parts: readonly MediaPart[];
  readonly byteLength: number;
  /** Frames, or packets of sound. */
  readonly samples: number;
}

/** The segment under way: what is finished of it can be had, and the part with index `parts.length` comes next. */
export type OpenSegment = SegmentPlace & { readonly parts: readonly MediaPart[] };

/** The body of a segment: shared buffers, to be sent one after the other. */
export function piecesOf(segment: MediaSegment): readonly Buffer[] {
  return segment.parts.flatMap(({ pieces }) => pieces);
}

/** A hole in time that is no rounding: what comes behind it does not lengthen what is before it. */
const holeSeconds = 0.5;

/** A segment that is being filled, part by part. */
export class GrowingSegment implements SegmentPlace {
  readonly number: number;
  readonly initId: number;
  readonly breaks: number;
  readonly discontinuity: number;
  readonly startSeconds: number;
  readonly #parts: MediaPart[] = [];
  #pieces: Buffer[] = [];
  #partBytes = 0;
  #partStartSeconds: number;
  #isIndependent = true;
  #endSeconds: number;
  #byteLength = 0;
  #samples = 0;

  constructor(place: SegmentPlace, startSeconds: number) {
    this.number = place.number;
    this.initId = place.initId;
    this.breaks = place.breaks;
    this.discontinuity = place.discontinuity;
    this.startSeconds = startSeconds;
    this.#partStartSeconds = startSeconds;
    this.#endSeconds = startSeconds;
  }

  /** The finished ones. */
  get parts(): readonly MediaPart[] {
    return this.#parts;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** End of the latest piece of what the segment is made of. */
  get endSeconds(): number {
    return this.#endSeconds;
  }

  /** Length of the part under way. */
  get partSeconds(): number {
    return this.#endSeconds - this.#partStartSeconds;
  }

  add(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#partBytes += bytes.length;
    this.#byteLength += bytes.length;
  }

  /** What was added reaches so far. */
  reach(endSeconds: number, samples: number): void {
    this.#endSeconds = endSeconds;
    this.#samples += samples;
  }

  /** The part under way is done; the next one, if any, begins here. Returns how long it was. */
  finishPart(nextSeconds: number, nextIsIndependent: boolean): number {
    const endSeconds = this.#endBefore(nextSeconds);
    const durationSeconds = endSeconds - this.#partStartSeconds;
    if (this.#pieces.length > 0) {
      this.#parts.push({
        durationSeconds,
        isIndependent: this.#isIndependent,
        pieces: this.#pieces,
        byteLength: this.#partBytes,
      });
    }
    this.#pieces = [];
    this.#partBytes = 0;
    this.#partStartSeconds = nextSeconds;
    this.#isIndependent = nextIsIndependent;
    return durationSeconds;
  }

  /** All of it, after the last part has been finished. */
  finished(nextSeconds: number): MediaSegment {
    const { number, initId, breaks, discontinuity } = this;
    return {
      ...{ number, initId, breaks, discontinuity },
      durationSeconds: this.#endBefore(nextSeconds) - this.startSeconds,
      parts: this.#parts,
      byteLength: this.#byteLength,
      samples: this.#samples,
    };
  }

  #endBefore(nextSeconds: number): number {
    return Math.abs(nextSeconds - this.#endSeconds) < holeSeconds ? nextSeconds : this.#endSeconds;
  }
}
