import { malformed } from './boxes.ts';
import type { Fragment } from './fragment.ts';
import { FragmentReader } from './fragment-reader.ts';
import type { InitSegment } from './init-segment.ts';

/** What must be known of a fragment in a recording to play from it without reading it. */
export interface IndexedFragment {
  readonly kind: 'video' | 'audio';
  /** Its first sample can be decoded without any other. */
  readonly keyframe: boolean;
  /** Where it stands in the recording, and how long it is, in bytes. */
  readonly position: number;
  readonly byteLength: number;
  /** Where its first sample stands in the recording; the others follow. */
  readonly dataPosition: number;
  /** Of the first sample, in ticks of its track. */
  readonly decodeTime: number;
  readonly sizes: readonly number[];
  /** In ticks of the track. */
  readonly durations: readonly number[];
}

/** Who hears what a recording holds. */
export interface IndexSink {
  onInit?(init: InitSegment): void;
  onFragment(fragment: IndexedFragment): void;
}

const headerBytes = 40;
const sampleBytes = 8;
const kinds = ['video', 'audio'] as const;

/** Makes the index of a recording from its bytes: while it is written, or from the file when the index was lost. */
export class RecordingIndexer {
  readonly #reader: FragmentReader;
  #init: InitSegment | undefined;
  #endPosition = 0;

  constructor(sink: IndexSink) {
    this.#reader = new FragmentReader({
      onInit: (init) => {
        if (this.#init !== undefined) throw malformed('a recording has two init segments');
        this.#init = init;
        this.#endPosition = init.bytes.length;
        sink.onInit?.(init);
      },
      onFragment: (fragment, position) => {
        sink.onFragment(indexed(fragment, position, this.#init));
        this.#endPosition = position + fragment.bytes.length;
      },
    });
  }

  /** How many bytes are whole: up to the end of the init segment or of the last fragment. What comes after can be cut off. */
  get endPosition(): number {
    return this.#endPosition;
  }

  /** Takes the next bytes. Throws MEDIA_MALFORMED; `endPosition` then says what is good. */
  push(bytes: Buffer): void {
    this.#reader.push(bytes);
  }
}

function indexed({ bytes, tracks }: Fragment, position: number, init: InitSegment | undefined): IndexedFragment {
  const [run, ...more] = tracks;
  const [first] = run?.samples ?? [];
  const kind = init?.tracks.find(({ id }) => id === run?.trackId)?.kind;
  if (run === undefined || first === undefined || more.length > 0) throw malformed('a fragment is not of one track');
  if (kind !== 'video' && kind !== 'audio') throw malformed('a fragment is neither picture nor sound');
  if (!run.samples.every(({ start }, n) => n === 0 || start === run.samples[n - 1]?.end)) {
    throw malformed('samples do not follow each other');
  }
  return {
    kind,
    keyframe: kind === 'video' && run.startsWithSync,
    position,
    byteLength: bytes.length,
    dataPosition: position + first.start,
    decodeTime: run.decodeTime,
    sizes: run.samples.map(({ start, end }) => end - start),
    durations: run.samples.map(({ duration }) => duration),
  };
}

/** A record of the index: 40 bytes, and 8 for each sample. */
export function encodeIndexRecord(fragment: IndexedFragment): Buffer {
  const record = Buffer.alloc(headerBytes + fragment.sizes.length * sampleBytes);
  record.writeUInt32LE(record.length, 0);
  record.writeUInt8(kinds.indexOf(fragment.kind), 4);
  record.writeUInt8(fragment.keyframe ? 1 : 0, 5);
  record.writeDoubleLE(fragment.position, 8);
  record.writeUInt32LE(fragment.byteLength, 16);
  record.writeDoubleLE(fragment.dataPosition, 20);
  record.writeDoubleLE(fragment.decodeTime, 28);
  let at = headerBytes;
  for (const [n, size] of fragment.sizes.entries()) {
    record.writeUInt32LE(size, at);
    record.writeUInt32LE(fragment.durations[n] ?? 0, at + 4);
    at += sampleBytes;
  }
  return record;
}

/** The record at the start of these bytes, and how long it is; undefined while bytes are missing. Throws MEDIA_MALFORMED for what is none. */
export function decodeIndexRecord(bytes: Buffer): { fragment: IndexedFragment; length: number } | undefined {
  if (bytes.length < headerBytes) return undefined;
  const length = bytes.readUInt32LE(0);
  const kind = kinds[bytes.readUInt8(4)];
  if (kind === undefined || length < headerBytes || (length - headerBytes) % sampleBytes !== 0) {
    throw malformed('the index of a recording is damaged');
  }
  if (bytes.length < length) return undefined;
  const sizes = [];
  const durations = [];
  for (let at = headerBytes; at < length; at += sampleBytes) {
    sizes.push(bytes.readUInt32LE(at));
    durations.push(bytes.readUInt32LE(at + 4));
  }
  const fragment: IndexedFragment = {
    kind,
    keyframe: bytes.readUInt8(5) === 1,
    position: bytes.readDoubleLE(8),
    byteLength: bytes.readUInt32LE(16),
    dataPosition: bytes.readDoubleLE(20),
    decodeTime: bytes.readDoubleLE(28),
    sizes,
    durations,
  };
  return { fragment, length };
}
