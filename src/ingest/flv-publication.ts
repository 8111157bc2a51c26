import type { Readable } from 'node:stream';
import type { PictureSize } from '../encoder/encoder-types.ts';
import { type FlvTag, flvHeader, writeFlvTag } from './flv.ts';
import { type FlvContent, inspectFlvTag } from './flv-content.ts';
import type { IntakeProgress } from './intake-progress.ts';
import { MediaFeed, type MediaFeedLimits } from './media-feed.ts';
import { PassthroughGauge, type PassthroughVerdict } from './passthrough-gauge.ts';
import type { Publication } from './publication.ts';

/** A picture alone for this long (by the publisher's own timestamps): there is no sound. Longer if the metadata promised some. */
const silenceMs = 1000;
const promisedSilenceMs = 3000;
/** Sound alone for this long: there is no picture. */
const blindnessMs = 3000;
/** What may come before it is clear what is being sent. */
const maxUndecidedBytes = 8 * 2 ** 20;
/** The clock of a publisher that jumps by more than this has started anew. */
const jumpForwardMs = 10_000;
const jumpBackMs = 1000;

/**
 * What an FLV publisher sends (over RTMP or HTTP), as a publication: decides what there is, keeps the decoder headers, refuses what cannot be
 * decoded. Metadata stops here: it names programs and people, and FFmpeg needs none of it.
 *
 * The reader ends, and another may be opened at once, when what comes next does not continue what came before: new decoder headers
 * (another resolution), sound where there was none, a jump of the clock.
 */
export class FlvPublication implements Publication {
  readonly kind: Publication['kind'];
  readonly format = 'flv';
  readonly #feed: MediaFeed;
  #videoHeader: FlvTag | undefined;
  #picture: PictureSize | undefined;
  #gauge: PassthroughGauge | undefined;
  #audioHeader: FlvTag | undefined;
  #promisesAudio: boolean | undefined;
  #hasAudio: boolean | undefined;
  #firstVideoAt: number | undefined;
  #firstAudioAt: number | undefined;
  #lastVideoAt: number | undefined;
  #undecidedBytes = 0;
  #refusal: string | undefined;

  constructor(kind: Publication['kind'], limits?: MediaFeedLimits) {
    this.kind = kind;
    this.#feed = new MediaFeed(limits);
  }

  /** Known once `ready`; turns true if sound comes late. */
  get hasAudio(): boolean {
    return this.#hasAudio ?? false;
  }

  get picture(): PictureSize | undefined {
    return this.#picture;
  }

  get passthrough(): PassthroughVerdict | undefined {
    return this.#gauge?.verdict;
  }

  /** How many tags readers have lost because they did not keep up. */
  get dropped(): number {
    return this.#feed.dropped;
  }

  write(tag: FlvTag): IntakeProgress {
    if (this.#refusal === undefined) this.#take(tag, inspectFlvTag(tag));
    if (this.#refusal !== undefined) return { kind: 'refused', message: this.#refusal };
    return { kind: this.#hasAudio === undefined ? 'waiting' : 'ready' };
  }

  open(): Readable {
    return this.#feed.open();
  }

  /** The publisher is gone. Safe to call twice. */
  end(): void {
    this.#feed.end();
  }

  #take(tag: FlvTag, content: FlvContent): void {
    switch (content.kind) {
      case 'unsupported':
        this.#refusal = content.message;
        return;
      case 'metadata':
        this.#promisesAudio = content.hasAudio;
        break;
      case 'video-header':
        if (this.#videoHeader?.body.equals(tag.body) !== true) this.#gauge = new PassthroughGauge(content.format);
        this.#videoHeader = tag;
        this.#picture = content.picture;
        this.#updateHead();
        break;
      case 'audio-header':
        this.#audioHeader = tag;
        if (this.#hasAudio === false) this.#hasAudio = true;
        this.#updateHead();
        break;
      case 'video':
        this.#takeVideo(tag, content);
        break;
      case 'audio':
        this.#takeAudio(tag);
        break;
      case 'nothing':
        break;
    }
    if (this.#hasAudio === undefined) this.#decide(tag);
  }

  #takeVideo(tag: FlvTag, { keyframe, offset, data }: Extract<FlvContent, { kind: 'video' }>): void {
    if (this.#videoHeader === undefined) return;
    if (this.#lastVideoAt !== undefined && isJump(elapsed(this.#lastVideoAt, tag.timestamp))) this.#startAnew();
    this.#firstVideoAt ??= tag.timestamp;
    this.#lastVideoAt = tag.timestamp;
    this.#gauge?.take({ atSeconds: this.#secondsOf(tag), offset, keyframe, data });
    this.#feed.write(writeFlvTag(tag), { keyframe });
  }

  #startAnew(): void {
    this.#feed.restart();
    this.#gauge?.restart();
  }

  /** Since the first picture, also when the 32 bits of the clock are over. */
  #secondsOf({ timestamp }: FlvTag): number {
    return elapsed(this.#firstVideoAt ?? timestamp, timestamp) / 1000;
  }

  #takeAudio(tag: FlvTag): void {
    this.#firstAudioAt ??= tag.timestamp;
    if (this.#audioHeader === undefined || this.#hasAudio === false) return;
    // After a jump, sound of the old clock may still come; FFmpeg would fill the distance with silence.
    const distance = elapsed(this.#lastVideoAt ?? tag.timestamp, tag.timestamp);
    if (Math.abs(distance) > jumpForwardMs) return;
    this.#feed.write(writeFlvTag(tag), { keyframe: false });
  }

  #decide(tag: FlvTag): void {
    this.#undecidedBytes += tag.body.length;
    const seesVideo = this.#videoHeader !== undefined && this.#firstVideoAt !== undefined;
    if (this.#videoHeader !== undefined && this.#audioHeader !== undefined) {
      this.#hasAudio = true;
    } else if (seesVideo && (this.#promisesAudio === false || this.#isSilent(tag))) {
      this.#hasAudio = false;
    } else if (this.#isBlind(tag)) {
      this.#refusal = 'There is sound but no picture. Onioncast needs a video track (H.264).';
    } else if (this.#undecidedBytes > maxUndecidedBytes) {
      this.#refusal = 'No H.264 header came. Restart the encoder.';
    }
    this.#updateHead();
  }

  #isSilent({ timestamp }: FlvTag): boolean {
    const span = this.#promisesAudio === true ? promisedSilenceMs : silenceMs;
    return this.#firstVideoAt !== undefined && elapsed(this.#firstVideoAt, timestamp) >= span;
  }

  #isBlind({ timestamp }: FlvTag): boolean {
    if (this.#videoHeader !== undefined || this.#firstAudioAt === undefined) return false;
    return elapsed(this.#firstAudioAt, timestamp) >= blindnessMs;
  }

  /** Only once it is known whether there is sound: the file header has to say so, or FFmpeg waits for it. */
  #updateHead(): void {
    if (this.#hasAudio === undefined || this.#videoHeader === undefined) return;
    const headers = [this.#videoHeader, this.#hasAudio ? this.#audioHeader : undefined];
    const tags = headers
      .filter((header) => header !== undefined)
      .map((header) => writeFlvTag({ ...header, timestamp: 0 }));
    this.#feed.setHead(Buffer.concat([flvHeader({ hasAudio: this.#hasAudio }), ...tags]));
  }
}

/** Signed distance of two timestamps that count modulo 2^32 (49 days). */
function elapsed(from: number, to: number): number {
  return (to - from) | 0;
}

function isJump(elapsedMs: number): boolean {
  return elapsedMs > jumpForwardMs || elapsedMs < -jumpBackMs;
}
