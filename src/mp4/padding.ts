import { buildBox } from './boxes.ts';
import type { Piece } from './piece.ts';

/** Bytes that go out at once. */
export interface WirePiece {
  readonly bytes: Buffer;
  /** Whoever joins begins here: it starts with a box, and a decoder may start at it. */
  readonly keyframe: boolean;
}

export interface ConstantFlowOptions {
  readonly bytesPerSecond: number;
  /** The pieces that keep the time: with each of them goes out what belongs to its duration. */
  readonly clock: Piece['kind'];
  /** What may be late at most; more than that is sent out of turn. */
  readonly maxLateSeconds: number;
}

/** The bit rate of what is to flow at a constant rate. */
export interface FlowRates {
  /** Absent for sound alone. */
  readonly pictureBitsPerSecond?: number;
  /** Absent for the picture alone. */
  readonly soundBitsPerSecond?: number;
  readonly frameRate: number;
}

const fragmentsPerSecond = 10;
/** moof and mdat around a fragment, without its samples; and each sample's entry. */
const fragmentBytes = 120;
const sampleEntryBytes = 8;
const soundFrames = 5;
/** x264 with filler gives 0.1 % more than it was asked for. */
const fillerSurplus = 1.005;
const minBoxBytes = 8;

/** Bytes per second that carry these rates and the boxes around them; a tenth of it is whole. */
export function constantBytesPerSecond({ pictureBitsPerSecond, soundBitsPerSecond, frameRate }: FlowRates): number {
  const boxes = (samples: number) => fragmentsPerSecond * (fragmentBytes + sampleEntryBytes * Math.ceil(samples));
  const picture =
    pictureBitsPerSecond === undefined
      ? 0
      : (fillerSurplus * pictureBitsPerSecond) / 8 + boxes(frameRate / fragmentsPerSecond);
  const sound = soundBitsPerSecond === undefined ? 0 : soundBitsPerSecond / 8 + boxes(soundFrames);
  return fragmentsPerSecond * Math.ceil((picture + sound) / fragmentsPerSecond);
}

/**
 * Makes of pieces of any size a flow whose size says nothing about them: with every piece of the clock exactly what belongs to its duration goes out,
 * the rest waits for its turn, and where nothing waits a `free` box (ISO/IEC 14496-12 8.1.2), which players skip, fills the gap. The bytes of a movie
 * fragment may be spread over several wire pieces; put together they are the stream that came in and the boxes between its fragments.
 *
 * An encoder with a decoder's buffer of so many seconds (VBV) never makes more wait than that. Threat: T23.
 */
export class ConstantFlow {
  readonly #options: ConstantFlowOptions;
  #queue: WirePiece[] = [];
  #queuedBytes = 0;
  #seconds = 0;
  #sentBytes = 0;

  constructor(options: ConstantFlowOptions) {
    this.#options = options;
  }

  /** Takes a piece and gives what goes out now: nothing, or pieces of a known size together; a new one begins where a viewer may join. */
  push({ bytes, kind, keyframe, durationSeconds }: Piece): readonly WirePiece[] {
    this.#add({ bytes, keyframe });
    if (kind !== this.#options.clock) return [];
    const { bytesPerSecond, maxLateSeconds } = this.#options;
    this.#seconds += durationSeconds;
    let due = Math.round(this.#seconds * bytesPerSecond) - this.#sentBytes;
    this.#sentBytes += due;
    const late = this.#queuedBytes - due - maxLateSeconds * bytesPerSecond;
    // In whole steps of a tenth of a second, so that not even this tells how large something was.
    const step = bytesPerSecond / fragmentsPerSecond;
    if (late > 0) due += step * Math.ceil(late / step);
    if (this.#queuedBytes < due) this.#add(filler(due - this.#queuedBytes));
    return this.#take(due);
  }

  #add(piece: WirePiece): void {
    this.#queue.push(piece);
    this.#queuedBytes += piece.bytes.length;
  }

  #take(count: number): readonly WirePiece[] {
    const taken: WirePiece[] = [];
    let parts: Buffer[] = [];
    let keyframe = false;
    const finish = () => {
      if (parts.length > 0) taken.push({ bytes: Buffer.concat(parts), keyframe });
      parts = [];
    };
    let missing = count;
    while (missing > 0) {
      const first = this.#queue.shift();
      if (first === undefined) break;
      if (first.keyframe) {
        finish();
        keyframe = true;
      }
      parts.push(first.bytes.subarray(0, missing));
      const rest = first.bytes.subarray(missing);
      if (rest.length > 0) this.#queue.unshift({ bytes: rest, keyframe: false });
      missing -= first.bytes.length - rest.length;
    }
    finish();
    this.#queuedBytes -= count - missing;
    return taken;
  }
}

/** A box has eight bytes at least; what is more than asked for goes out with the next piece. */
function filler(bytes: number): WirePiece {
  return { bytes: buildBox('free', Buffer.alloc(Math.max(minBoxBytes, bytes) - minBoxBytes)), keyframe: false };
}
