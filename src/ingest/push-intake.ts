import { children, requireBox } from '../mp4/boxes.ts';
import { type Fragment, isSync, type TrackFragment } from '../mp4/fragment.ts';
import { FragmentReader } from '../mp4/fragment-reader.ts';
import type { InitSegment } from '../mp4/init-segment.ts';
import { FlvReader, flvMagic } from './flv.ts';
import { FlvPublication } from './flv-publication.ts';
import type { IntakeProgress } from './intake-progress.ts';
import { avcFormatIn, readMp4Facts } from './mp4-facts.ts';
import { Mp4Publication } from './mp4-publication.ts';
import type { PassthroughGauge } from './passthrough-gauge.ts';

/** Turns the bytes of a pushed body into a publication. */
export interface PushIntake {
  /** There once `ready`. */
  readonly publication: (FlvPublication | Mp4Publication) | undefined;
  /** Throws MEDIA_MALFORMED; nothing more may be pushed after that. */
  push(bytes: Buffer): IntakeProgress;
}

/** How many bytes `intakeFor` looks at. */
export const sniffBytes = 8;

/** The intake for what a body begins with; undefined if that is neither FLV nor MP4. Threat: M03, a playlist or script posing as media. */
export function intakeFor(head: Buffer): PushIntake | undefined {
  if (head.toString('latin1', 0, 3) === flvMagic) return new FlvIntake();
  if (head.toString('latin1', 4, 8) === 'ftyp') return new Mp4Intake();
  return undefined;
}

class FlvIntake implements PushIntake {
  readonly publication = new FlvPublication('push');
  readonly #reader = new FlvReader();

  push(bytes: Buffer): IntakeProgress {
    let progress: IntakeProgress = { kind: 'waiting' };
    for (const tag of this.#reader.push(bytes)) {
      progress = this.publication.write(tag);
      if (progress.kind === 'refused') break;
    }
    return progress;
  }
}

class Mp4Intake implements PushIntake {
  readonly #reader: FragmentReader;
  #publication: Mp4Publication | undefined;
  #video: { readonly trackId: number; readonly timescale: number; readonly gauge: PassthroughGauge } | undefined;
  #refusal: string | undefined;

  constructor() {
    this.#reader = new FragmentReader({
      onInit: (init) => this.#onInit(init),
      onFragment: (fragment) => this.#onFragment(fragment),
    });
  }

  get publication(): Mp4Publication | undefined {
    return this.#publication;
  }

  push(bytes: Buffer): IntakeProgress {
    this.#reader.push(bytes);
    if (this.#refusal !== undefined) return { kind: 'refused', message: this.#refusal };
    return { kind: this.#publication === undefined ? 'waiting' : 'ready' };
  }

  #onInit({ bytes: init, tracks }: InitSegment): void {
    const facts = readMp4Facts(init);
    if (facts.kind === 'refused') {
      this.#refusal = facts.message;
      return;
    }
    const { hasAudio, videoTrackId, picture } = facts;
    if (this.#publication === undefined)
      this.#publication = new Mp4Publication({ kind: 'push', hasAudio, picture, init });
    else if (this.#publication.hasAudio === hasAudio) this.#publication.beginAnew(init, picture);
    else this.#refusal = 'The stream has changed its tracks. Publish it anew.';
    const timescale = tracks.find(({ id }) => id === videoTrackId)?.timescale ?? 1;
    const gauge = this.#publication.gauge(avcFormatIn(init, videoTrackId));
    this.#video = { trackId: videoTrackId, timescale, gauge };
  }

  #onFragment(fragment: Fragment): void {
    if (this.#refusal !== undefined) return;
    if (namesItsPlace(fragment.bytes)) {
      this.#refusal =
        'The fragments depend on their place in the stream. Add "-movflags +default_base_moof" to FFmpeg.';
      return;
    }
    const video = fragment.tracks.find((track) => track.trackId === this.#video?.trackId);
    if (video !== undefined) this.#measure(fragment.bytes, video);
    this.#publication?.write(fragment.bytes, { keyframe: video?.startsWithSync ?? false });
  }

  #measure(bytes: Buffer, { samples, decodeTime }: TrackFragment): void {
    if (this.#video === undefined) return;
    const { gauge, timescale } = this.#video;
    let time = decodeTime;
    for (const { duration, compositionOffset, flags, start, end } of samples) {
      const data = bytes.subarray(start, end);
      gauge.take({ atSeconds: time / timescale, offset: compositionOffset, keyframe: isSync(flags), data });
      time += duration;
    }
  }
}

/** An explicit base data offset (ISO/IEC 14496-12 8.8.7): such a fragment cannot be read by whoever joins later. */
function namesItsPlace(fragment: Buffer): boolean {
  for (const box of children(requireBox(fragment, 'moof').body)) {
    if (box.type === 'traf' && (requireBox(box.body, 'tfhd').body.readUInt32BE() & 1) === 1) return true;
  }
  return false;
}
