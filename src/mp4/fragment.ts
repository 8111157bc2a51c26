import { buildBox, children, joinBytes, malformed, requireBox, type Box } from './boxes.ts';
import { FieldReader } from './field-reader.ts';
import type { SampleDefaults, Track } from './init-segment.ts';

/** Ten seconds of audio and video have under a thousand; without a bound 12 hostile bytes could claim 4 billion. */
const maxSamples = 65_536;
const notSync = 0x10000;

/** One access unit. Times are in ticks of its track. */
export interface Sample {
  readonly duration: number;
  readonly compositionOffset: number;
  readonly flags: number;
  /** Where its bytes are in the fragment. */
  readonly start: number;
  readonly end: number;
}

/** What a fragment holds of one track (traf, ISO/IEC 14496-12 8.8.6). Times are in ticks of the track. */
export interface TrackFragment {
  readonly trackId: number;
  readonly decodeTime: number;
  readonly duration: number;
  /** The first sample can be decoded without any other. */
  readonly startsWithSync: boolean;
  readonly samples: readonly Sample[];
  /** Which sample entry applies; absent: the track's default. */
  readonly descriptionIndex?: number;
}

/** A movie fragment: moof, mdat, and whatever stood between them. */
export interface Fragment {
  readonly bytes: Buffer;
  readonly tracks: readonly TrackFragment[];
}

/** True if a decoder may start at a sample with these flags (ISO/IEC 14496-12 8.8.3.1, sample_is_non_sync_sample). */
export function isSync(flags: number): boolean {
  return (flags & notSync) === 0;
}

/**
 * Reads a fragment that starts with its moof. `streamPosition` is where that moof stood in the stream: some writers count from the stream's
 * beginning. Throws MEDIA_MALFORMED for an undeclared track, a missing decode time, samples outside the fragment or more than 65,536 of them.
 */
export function parseFragment(bytes: Buffer, tracks: readonly Track[], streamPosition = 0): Fragment {
  const moof = requireBox(bytes, 'moof');
  const reader = new TrackFragmentReader(bytes, moof, streamPosition);
  const found = [];
  for (const box of children(moof.body)) {
    if (box.type === 'traf') found.push(reader.read(box, tracks));
  }
  return { bytes, tracks: found };
}

/** Where a fragment's only track is to be: under which id, and by how many ticks later (or earlier, if negative). */
export interface Placement {
  readonly trackId: number;
  readonly shift: number;
}

/**
 * A copy of a fragment of one track, with another track id and decode time; samples stay as they are. Throws MEDIA_MALFORMED for more than
 * one track, for a time before zero, and for a fragment that names its place in its old stream.
 */
export function placeFragment(fragment: Fragment, { trackId, shift }: Placement): Buffer {
  const [track, ...others] = fragment.tracks;
  if (track === undefined || others.length > 0) throw malformed('a fragment does not have exactly one track');
  const decodeTime = track.decodeTime + shift;
  if (!Number.isSafeInteger(decodeTime) || decodeTime < 0) throw malformed('a decode time is out of range');
  const narrow = requireBox(fragment.bytes, 'moof', 'traf', 'tfdt').body[0] === 0;
  const bytes = narrow && decodeTime > 0xffffffff ? widenDecodeTime(fragment.bytes) : joinBytes([fragment.bytes]);
  const traf = requireBox(bytes, 'moof', 'traf');
  const header = requireBox(traf.body, 'tfhd').body;
  if (header.readUInt32BE(0) & 1) throw malformed('a fragment has an explicit base data offset');
  header.writeUInt32BE(trackId, 4);
  const time = requireBox(traf.body, 'tfdt').body;
  if (time[0] === 0) time.writeUInt32BE(decodeTime, 4);
  else time.writeBigUInt64BE(BigInt(decodeTime), 4);
  return bytes;
}

interface FragmentHeader extends SampleDefaults {
  readonly trackId: number;
  readonly base: number;
  readonly descriptionIndex?: number;
}

/** Goes through the trafs of one moof in order: where a run of samples starts may depend on where the run before it ended. */
class TrackFragmentReader {
  readonly #bytes: Buffer;
  readonly #moof: Box;
  readonly #streamPosition: number;
  #dataEnd = 0;
  #samples = 0;
  #sampleBytes = 0;

  constructor(bytes: Buffer, moof: Box, streamPosition: number) {
    this.#bytes = bytes;
    this.#moof = moof;
    this.#streamPosition = streamPosition;
  }

  read(traf: Box, tracks: readonly Track[]): TrackFragment {
    const header = this.#readHeader(requireBox(traf.body, 'tfhd'), tracks);
    const decodeTime = readDecodeTime(requireBox(traf.body, 'tfdt'));
    const samples: Sample[] = [];
    this.#dataEnd = header.base;
    for (const box of children(traf.body)) {
      if (box.type === 'trun') this.#readRun(box, header, samples);
    }
    const [first] = samples;
    const { trackId, descriptionIndex } = header;
    return {
      trackId,
      decodeTime,
      duration: samples.reduce((sum, sample) => sum + sample.duration, 0),
      startsWithSync: first !== undefined && isSync(first.flags),
      samples,
      ...(descriptionIndex === undefined ? {} : { descriptionIndex }),
    };
  }

  /** ISO/IEC 14496-12 8.8.7. */
  #readHeader(tfhd: Box, tracks: readonly Track[]): FragmentHeader {
    const fields = new FieldReader(tfhd.body);
    const { flags } = fields.versionAndFlags();
    const trackId = fields.u32();
    const defaults = tracks.find((track) => track.id === trackId)?.defaults;
    if (defaults === undefined) throw malformed(`track ${trackId} was not declared`);
    // Without a base of its own a traf counts from the moof (default-base-is-moof), or else from the end of the traf before it.
    const explicitBase = flags & 0x1 ? fields.u64() - this.#streamPosition : undefined;
    const base = explicitBase ?? (flags & 0x20000 ? 0 : this.#dataEnd);
    const descriptionIndex = flags & 0x2 ? fields.u32() : undefined;
    return {
      trackId,
      base,
      duration: flags & 0x8 ? fields.u32() : defaults.duration,
      size: flags & 0x10 ? fields.u32() : defaults.size,
      flags: flags & 0x20 ? fields.u32() : defaults.flags,
      ...(descriptionIndex === undefined ? {} : { descriptionIndex }),
    };
  }

  /** ISO/IEC 14496-12 8.8.8. */
  #readRun(trun: Box, header: FragmentHeader, samples: Sample[]): void {
    const fields = new FieldReader(trun.body);
    const { version, flags } = fields.versionAndFlags();
    const count = fields.u32();
    this.#samples += count;
    if (this.#samples > maxSamples) throw malformed('a fragment has too many samples');
    let start = flags & 0x1 ? header.base + fields.i32() : this.#dataEnd;
    const firstFlags = flags & 0x4 ? fields.u32() : undefined;
    for (let index = 0; index < count; index += 1) {
      const duration = flags & 0x100 ? fields.u32() : header.duration;
      const end = start + (flags & 0x200 ? fields.u32() : header.size);
      const ownFlags = flags & 0x400 ? fields.u32() : header.flags;
      const compositionOffset = flags & 0x800 ? (version === 0 ? fields.u32() : fields.i32()) : 0;
      this.#checkData(start, end);
      samples.push({
        duration,
        compositionOffset,
        flags: index === 0 ? (firstFlags ?? ownFlags) : ownFlags,
        start,
        end,
      });
      start = end;
    }
    this.#dataEnd = start;
  }

  /** The sum is bounded too, or many samples could share the same bytes and a small fragment would unfold into a huge one. */
  #checkData(start: number, end: number): void {
    this.#sampleBytes += end - start;
    const inside = start >= this.#moof.bytes.length && end <= this.#bytes.length;
    if (!inside || this.#sampleBytes > this.#bytes.length) throw malformed('a sample lies outside its fragment');
  }
}

function readDecodeTime(tfdt: Box): number {
  const fields = new FieldReader(tfdt.body);
  return fields.versionAndFlags().version === 0 ? fields.u32() : fields.u64();
}

/** Rebuilds the moof with a 64-bit decode time; the data moves back by the 4 bytes this takes. */
function widenDecodeTime(bytes: Buffer): Buffer {
  const moof = requireBox(bytes, 'moof');
  const parts = [...children(moof.body)].map((box) => {
    if (box.type !== 'traf') return box.bytes;
    return buildBox('traf', ...[...children(box.body)].map((child) => widenTrafChild(child)));
  });
  return joinBytes([buildBox('moof', ...parts), bytes.subarray(moof.bytes.length)]);
}

function widenTrafChild(box: Box): Buffer {
  if (box.type === 'tfdt') return buildBox('tfdt', Buffer.from([1, 0, 0, 0]), Buffer.alloc(4), box.body.subarray(4));
  const hasDataOffset = box.type === 'trun' && (box.body.readUInt32BE(0) & 1) === 1;
  if (!hasDataOffset) return box.bytes;
  const run = Buffer.from(box.body);
  run.writeInt32BE(run.readInt32BE(8) + 4, 8);
  return buildBox('trun', run);
}
