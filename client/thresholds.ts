/** What is known of a rendition and of the way it comes, in seconds. */
export interface Pace {
  /** Between two keyframes. */
  readonly keyframe: number;
  /** Of one piece of picture. */
  readonly piece: number;
  /** From the request to the first byte: some round trips, and what the link had queued. */
  readonly firstByte: number;
}

/** What holds until it is measured: what our encoder makes, over a link of which nothing is known. */
export const usualPace: Pace = { keyframe: 1, piece: 0.1, firstByte: 1 };

/** How long to wait for what, in seconds. */
export interface Thresholds {
  /** Without a byte for this long a connection counts as dead, though nobody has closed it. */
  readonly dead: number;
  /** With nothing left to play and nothing coming for this long, the viewer is told. */
  readonly notReceiving: number;
  /** As much behind the newest media as this is too far: the link is slower than the rendition. */
  readonly tooFarBehind: number;
  /** A silence as long as this is no jitter: no hold-back would have bridged it, so none is learnt from it. */
  readonly outage: number;
  /** A better rendition that has not been joined by then is too much for the link. */
  readonly trial: number;
  /** Nothing for so long that a pause is no longer a pause: the download ends. */
  readonly longPause: number;
}

/** Pieces come several times a second; what is unusual is measured in keyframes, since only with one can anything begin anew. */
export function thresholdsFor({ keyframe, piece, firstByte }: Pace): Thresholds {
  return {
    dead: within(4, 3 * keyframe + 10 * piece + firstByte, 12),
    notReceiving: within(1.5, keyframe + 5 * piece, 5),
    tooFarBehind: within(3, 3 * keyframe, 10),
    outage: within(1.5, keyframe + 5 * piece, 4),
    trial: within(4, 2 * keyframe + 2 * firstByte, 12),
    longPause: 30,
  };
}

function within(least: number, wanted: number, most: number): number {
  return Math.min(most, Math.max(least, wanted));
}

/** Learns the pace of a response from what comes. */
export class PaceMeter {
  #pace: Pace = usualPace;
  #lastKeyframe: number | undefined;

  get pace(): Pace {
    return this.#pace;
  }

  /** The first byte of a response has come, so long after it was asked for. */
  responded(seconds: number): void {
    this.#lastKeyframe = undefined;
    this.#pace = { ...this.#pace, firstByte: seconds };
  }

  /** A piece of picture. */
  add(start: number, end: number, isKeyframe: boolean): void {
    if (!isKeyframe) return;
    const since = start - (this.#lastKeyframe ?? start);
    this.#lastKeyframe = start;
    if (since <= 0) return;
    this.#pace = { ...this.#pace, keyframe: since, piece: end - start };
  }
}
