import type { AvcFormat } from './avc-config.ts';

/**
 * Why a publisher's picture is not passed on as it is. format: not 8 bits, 4:2:0, progressive. b-frames: pictures are shown in another order than they
 * are sent. keyframes: too far apart. rate: too many bits. irregular: times or headers are not as they should be.
 */
export type PassthroughProblem = 'format' | 'b-frames' | 'keyframes' | 'rate' | 'irregular';

/** Whether a publisher's picture can be passed on. Once unfit it stays so. */
export type PassthroughVerdict =
  | { readonly kind: 'measuring' }
  /** `bitsPerSecond`: the most it has taken over a few seconds, in steps of 100,000. */
  | { readonly kind: 'fits'; readonly bitsPerSecond: number }
  | { readonly kind: 'unfit'; readonly problem: PassthroughProblem };

/** A picture as it was sent. */
export interface SentPicture {
  /** Decode time in seconds, on the publisher's clock. */
  readonly atSeconds: number;
  /** By how much later it is shown than decoded. */
  readonly offset: number;
  readonly keyframe: boolean;
  /** NAL units, each behind its length (ISO/IEC 14496-15, 5.3.4). */
  readonly data: Buffer;
}

/** A viewer who joins waits for a keyframe. A frame of jitter is allowed; times are exact to a millisecond. */
const maxKeyframeSeconds = 2.1 + 0.0005;
/** What is measured before it is offered. */
const least = { intervals: 2, seconds: 2 } as const;
const rateWindowSeconds = 4;
/** Far more than circuits carry; a source that sends more is meant for a recording. */
const maxBitsPerSecond = 8_000_000;
const rateStep = 100_000;
const idrType = 5;

/** Measures, picture by picture, whether what a publisher sends can go to viewers as it is. No clock: the publisher's own times count. */
export class PassthroughGauge {
  readonly #lengthBytes: number;
  #verdict: PassthroughVerdict = { kind: 'measuring' };
  #lastAt: number | undefined;
  #keyframeAt: number | undefined;
  #intervals = 0;
  /** Where the bits are counted from: always a keyframe. */
  #window: { readonly from: number; bytes: number } | undefined;

  /** `format`: absent if the header could not be read. */
  constructor(format: AvcFormat | undefined) {
    this.#lengthBytes = format?.lengthBytes ?? 4;
    if (format?.isPlain !== true) this.#condemn('irregular');
    else if (format.bitDepth !== 8 || !format.isSubsampled || !format.isProgressive) this.#condemn('format');
  }

  get verdict(): PassthroughVerdict {
    return this.#verdict;
  }

  /** What comes next does not continue what came before: times start anew. */
  restart(): void {
    this.#lastAt = undefined;
    this.#keyframeAt = undefined;
    this.#window = undefined;
  }

  take(picture: SentPicture): void {
    if (this.#verdict.kind === 'unfit') return;
    const { atSeconds, offset, keyframe, data } = picture;
    if (this.#lastAt !== undefined && atSeconds <= this.#lastAt) return this.#condemn('irregular');
    this.#lastAt = atSeconds;
    if (offset !== 0) return this.#condemn('b-frames');
    if (this.#keyframeAt !== undefined && atSeconds - this.#keyframeAt > maxKeyframeSeconds)
      return this.#condemn('keyframes');
    if (keyframe) this.#takeKeyframe(picture);
    if (this.#window !== undefined) this.#window.bytes += data.length;
  }

  #takeKeyframe({ atSeconds, data }: SentPicture): void {
    // A picture that others before it are needed for is no place to begin.
    if (!this.#holdsIdr(data)) return this.#condemn('irregular');
    if (this.#keyframeAt !== undefined) this.#intervals += 1;
    this.#keyframeAt = atSeconds;
    this.#window ??= { from: atSeconds, bytes: 0 };
    const seconds = atSeconds - this.#window.from;
    const isDue = seconds >= (this.#verdict.kind === 'fits' ? rateWindowSeconds : least.seconds);
    if (isDue && this.#intervals >= least.intervals) this.#judgeRate((this.#window.bytes * 8) / seconds);
    if (isDue) this.#window = { from: atSeconds, bytes: 0 };
  }

  #judgeRate(bitsPerSecond: number): void {
    if (bitsPerSecond > maxBitsPerSecond) return this.#condemn('rate');
    const before = this.#verdict.kind === 'fits' ? this.#verdict.bitsPerSecond : 0;
    const rounded = Math.ceil(bitsPerSecond / rateStep) * rateStep;
    if (rounded > before) this.#verdict = { kind: 'fits', bitsPerSecond: rounded };
  }

  #holdsIdr(data: Buffer): boolean {
    let at = 0;
    while (at + this.#lengthBytes < data.length) {
      const type = (data[at + this.#lengthBytes] ?? 0) & 0x1f;
      if (type === idrType) return true;
      at += this.#lengthBytes + data.readUIntBE(at, this.#lengthBytes);
    }
    return false;
  }

  #condemn(problem: PassthroughProblem): void {
    this.#verdict = { kind: 'unfit', problem };
  }
}
