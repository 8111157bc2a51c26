import type { InitSegment } from '../mp4/init-segment.ts';
import { encodeIndexRecord, type IndexedFragment } from '../mp4/recording-index.ts';
import type { RecordedRendition, RecordingPart } from './recording-info.ts';

/** A part is a file of its own: short enough that its tables come quickly (0.4 MB for each quarter of an hour). */
export const partSeconds = 30 * 60;

/** What adds up while fragments come: the length, the size, and where parts begin. */
export class RenditionFacts {
  readonly #init: InitSegment;
  readonly #parts: { indexFrom: number; startSeconds: number }[] = [];
  #beganSeconds: number | undefined;
  #endSeconds = 0;
  #indexBytes = 0;

  constructor(init: InitSegment) {
    this.#init = init;
  }

  /** Bytes of the index so far. */
  get indexBytes(): number {
    return this.#indexBytes;
  }

  get seconds(): number {
    return this.#beganSeconds === undefined ? 0 : Math.max(0, this.#endSeconds - this.#beganSeconds);
  }

  /** Takes the next fragment; returns its record for the index. */
  take(fragment: IndexedFragment): Buffer {
    const timescale = this.#timescaleOf(fragment);
    const start = fragment.decodeTime / timescale;
    if (this.#canBegin(fragment)) this.#noteCue(start);
    const duration = fragment.durations.reduce((sum, each) => sum + each, 0) / timescale;
    this.#endSeconds = Math.max(this.#endSeconds, start + duration);
    const record = encodeIndexRecord(fragment);
    this.#indexBytes += record.length;
    return record;
  }

  /** As it is told to others. */
  describe(name: string, mimeType: string, bytes: number): RecordedRendition {
    const { width, height } = this.#init.tracks.find(({ kind }) => kind === 'video') ?? {};
    return {
      name,
      mimeType,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      initBytes: this.#init.bytes.length,
      bytes,
      seconds: this.seconds,
      parts: this.#describeParts(),
    };
  }

  #describeParts(): RecordingPart[] {
    return this.#parts.map((part, n) => {
      const next = this.#parts[n + 1] ?? { indexFrom: this.#indexBytes, startSeconds: this.seconds };
      return { ...part, indexTo: next.indexFrom, seconds: next.startSeconds - part.startSeconds };
    });
  }

  #canBegin({ kind, keyframe }: IndexedFragment): boolean {
    return keyframe || (kind === 'audio' && this.#init.tracks.every((track) => track.kind === 'audio'));
  }

  #noteCue(seconds: number): void {
    this.#beganSeconds ??= seconds;
    const startSeconds = seconds - this.#beganSeconds;
    const last = this.#parts.at(-1);
    if (last !== undefined && startSeconds - last.startSeconds < partSeconds) return;
    this.#parts.push({ indexFrom: this.#indexBytes, startSeconds });
  }

  #timescaleOf({ kind }: IndexedFragment): number {
    return this.#init.tracks.find((track) => track.kind === kind)?.timescale ?? 1;
  }
}
