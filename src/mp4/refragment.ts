import { buildBox, children, joinBytes, malformed, requireBox } from './boxes.ts';
import { FieldReader } from './field-reader.ts';
import { isSync, parseFragment, type Fragment, type Sample, type TrackFragment } from './fragment.ts';
import type { InitSegment, Track } from './init-segment.ts';

/** A short fragment of one track, cut out of a long one. */
export interface ShortFragment {
  /** moof + mdat, with memory of its own. */
  readonly bytes: Buffer;
  readonly trackId: number;
  /** Decode time in the source's own timeline. */
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** Decoding may start here: a sync sample of the picture, or of sound if there is no picture. */
  readonly keyframe: boolean;
}

/**
 * Cuts media of long fragments (a whole HLS segment, or a moof with its mdat) into fragments of one track and at most `maxSeconds`, in the
 * order of their decode times, so that media which arrived in one piece can be handed on at the pace at which it plays. Samples, times and track ids are
 * kept exactly; a keyframe always starts a fragment; a sample longer than `maxSeconds` has a fragment to itself.
 * Throws MEDIA_MALFORMED, also when the last box is incomplete.
 */
export function refragment(init: InitSegment, fragmentBytes: Buffer, maxSeconds: number): ShortFragment[] {
  const short: ShortFragment[] = [];
  const hasVideo = init.tracks.some((track) => track.kind === 'video');
  for (const fragment of longFragments(init, fragmentBytes)) {
    const sequenceNumber = readSequenceNumber(fragment);
    for (const run of fragment.tracks) {
      const track = init.tracks.find(({ id }) => id === run.trackId);
      if (track === undefined) throw malformed(`track ${run.trackId} was not declared`);
      for (const piece of cut(run, track, maxSeconds)) {
        short.push({
          bytes: buildFragment(piece, fragment.bytes, sequenceNumber),
          trackId: track.id,
          startSeconds: piece.decodeTime / track.timescale,
          durationSeconds: piece.duration / track.timescale,
          keyframe: piece.startsWithSync && (track.kind === 'video' || !hasVideo),
        });
      }
    }
  }
  // The sort is stable: the fragments of a track stay in order even where a writer let its times overlap.
  return short.toSorted((a, b) => a.startSeconds - b.startSeconds);
}

function longFragments(init: InitSegment, bytes: Buffer): Fragment[] {
  const fragments: Fragment[] = [];
  let position = 0;
  let moofAt: number | undefined;
  for (const box of children(bytes)) {
    if (box.type === 'moof') moofAt = position;
    position += box.bytes.length;
    if (box.type !== 'mdat') continue;
    if (moofAt === undefined) throw malformed('there is media data without a fragment');
    fragments.push(parseFragment(bytes.subarray(moofAt, position), init.tracks, moofAt));
    moofAt = undefined;
  }
  if (moofAt !== undefined) throw malformed('a fragment has no media data');
  return fragments;
}

function readSequenceNumber(fragment: Fragment): number {
  return new FieldReader(requireBox(fragment.bytes, 'moof', 'mfhd').body, 4).u32();
}

function cut(run: TrackFragment, track: Track, maxSeconds: number): TrackFragment[] {
  // Half a tick of tolerance: a length that the timescale cannot express exactly must not cost a sample.
  const maxTicks = maxSeconds * track.timescale + 0.5;
  const pieces: TrackFragment[] = [];
  let samples: Sample[] = [];
  let decodeTime = run.decodeTime;
  let duration = 0;
  const finish = (): void => {
    const [first] = samples;
    if (first === undefined) return;
    pieces.push({ ...run, decodeTime, duration, samples, startsWithSync: isSync(first.flags) });
    decodeTime += duration;
    duration = 0;
    samples = [];
  };
  for (const sample of run.samples) {
    const startsPicture = track.kind === 'video' && isSync(sample.flags);
    if (startsPicture || duration + sample.duration > maxTicks) finish();
    samples.push(sample);
    duration += sample.duration;
  }
  finish();
  return pieces;
}

/** Every sample is described in full, so that no default of another box matters. */
function buildFragment(run: TrackFragment, source: Buffer, sequenceNumber: number): Buffer {
  const headerFlags = 0x20000 | (run.descriptionIndex === undefined ? 0 : 0x2);
  const header = [headerFlags, run.trackId, ...(run.descriptionIndex === undefined ? [] : [run.descriptionIndex])];
  const time = Buffer.alloc(12);
  time[0] = 1;
  time.writeBigUInt64BE(BigInt(run.decodeTime), 4);
  const trun = buildBox('trun', describeSamples(run.samples));
  const traf = buildBox('traf', buildBox('tfhd', words(header)), buildBox('tfdt', time), trun);
  const moof = buildBox('moof', buildBox('mfhd', words([0, sequenceNumber])), traf);
  // The trun is the last box in the moof: its data offset stands 16 bytes into it (header, flags, count). The data starts after the header of the mdat.
  moof.writeInt32BE(moof.length + 8, moof.length - trun.length + 16);
  return joinBytes([moof, buildBox('mdat', ...run.samples.map(({ start, end }) => source.subarray(start, end)))]);
}

/** The body of a trun (ISO/IEC 14496-12 8.8.8) with data offset, durations, sizes, flags and signed composition offsets; the data offset is still 0. */
function describeSamples(samples: readonly Sample[]): Buffer {
  // Version 0 has unsigned offsets up to 2^32; version 1 signed ones. A negative offset decides.
  const version = samples.some((sample) => sample.compositionOffset < 0) ? 1 : 0;
  const fields = samples.flatMap((sample) => [
    sample.duration,
    sample.end - sample.start,
    sample.flags,
    sample.compositionOffset >>> 0,
  ]);
  return words([((version << 24) | 0xf01) >>> 0, samples.length, 0, ...fields]);
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
