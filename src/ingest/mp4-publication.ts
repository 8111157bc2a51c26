import type { Readable } from 'node:stream';
import type { PictureSize } from '../encoder/encoder-types.ts';
import type { AvcFormat } from './avc-config.ts';
import { MediaFeed, type MediaFeedLimits } from './media-feed.ts';
import { PassthroughGauge, type PassthroughVerdict } from './passthrough-gauge.ts';
import type { Publication } from './publication.ts';

/** What is known of a publication before its first byte. */
export interface Mp4PublicationFacts {
  readonly kind: Publication['kind'];
  readonly hasAudio: boolean;
  readonly picture: PictureSize;
  readonly startedAtMs?: number;
  /** ftyp + moov. */
  readonly init: Buffer;
}

/** Fragmented MP4 from somebody else's encoder, as a publication. Whoever writes has checked that it can be decoded. */
export class Mp4Publication implements Publication {
  readonly kind: Publication['kind'];
  readonly format = 'mp4';
  readonly hasAudio: boolean;
  readonly startedAtMs?: number;
  /** For whoever writes to say. */
  isSlate = false;
  #picture: PictureSize;
  #gauge: PassthroughGauge | undefined;
  readonly #feed: MediaFeed;

  constructor({ kind, hasAudio, picture, startedAtMs, init }: Mp4PublicationFacts, limits?: MediaFeedLimits) {
    this.kind = kind;
    this.hasAudio = hasAudio;
    this.#picture = picture;
    if (startedAtMs !== undefined) this.startedAtMs = startedAtMs;
    this.#feed = new MediaFeed(limits);
    this.#feed.setHead(init);
  }

  get picture(): PictureSize {
    return this.#picture;
  }

  /** Only for a publisher who sends at the pace of the picture. */
  get passthrough(): PassthroughVerdict | undefined {
    return this.#gauge?.verdict;
  }

  /** How many fragments readers have lost because they did not keep up. */
  get dropped(): number {
    return this.#feed.dropped;
  }

  /** Measures from now on whether the picture, whose header this is, can be passed on. */
  gauge(format: AvcFormat | undefined): PassthroughGauge {
    this.#gauge = new PassthroughGauge(format);
    return this.#gauge;
  }

  /** A movie fragment; `keyframe`: a reader may start with it. */
  write(fragment: Buffer, { keyframe }: { keyframe: boolean }): void {
    this.#feed.write(fragment, { keyframe });
  }

  /** The writer has started anew, perhaps with another init segment; the tracks are of the same kinds. */
  beginAnew(init: Buffer, picture: PictureSize): void {
    this.#picture = picture;
    this.#feed.restart();
    this.#feed.setHead(init);
  }

  /** What comes next does not continue what came before: the reader ends, the next one starts at the next keyframe. */
  restart(): void {
    this.#feed.restart();
  }

  open(): Readable {
    return this.#feed.open();
  }

  /** The publisher is gone. Safe to call twice. */
  end(): void {
    this.#feed.end();
  }
}
