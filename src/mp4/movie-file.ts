import { buildBox, children, joinBytes, malformed, requireBox, type Box } from './boxes.ts';
import type { InitSegment, Track } from './init-segment.ts';
import type { IndexedFragment } from './recording-index.ts';

/** A stretch of a recording, to be made into a movie of its own. */
export interface Stretch {
  readonly init: InitSegment;
  /** In the order of the recording; the first of the picture, if there is one, is a keyframe. */
  readonly fragments: readonly IndexedFragment[];
}

/** A movie made of a head of our own and a range of bytes of the recording. */
export interface MovieFile {
  readonly head: Buffer;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

const movieTimescale = 1000;
const maxShort = 0xffffffff;
/** `mdat` with a 64-bit size. */
const longHeaderBytes = 16;

/**
 * An ordinary MP4 file (ISO/IEC 14496-12) around a stretch of fragmented media, without touching it: its tables name every sample where it stands, and what
 * holds the samples is one `mdat` in which the heads of the fragments are bytes that nobody looks at. Firefox can go to any place of such a file at once; in
 * a fragmented one it would have to read all that comes before, with an index (`sidx`) or without.
 */
export function movieFile({ init, fragments }: Stretch): MovieFile {
  const [first] = fragments;
  const last = fragments.at(-1);
  if (first === undefined || last === undefined) throw malformed('there is nothing in this part of the recording');
  const startSeconds = timeOf(init, fragments.find(({ kind }) => kind === 'video') ?? first);
  const tables = init.tracks
    .map((track) => tableOf(track, fragments, startSeconds))
    .filter(({ chunks }) => chunks.length > 0);
  const range = { from: first.position, to: last.position + last.byteLength };
  const seconds = Math.max(...tables.map((table) => table.startOffset + table.ticks / table.track.timescale));
  const build = (dataStart: number): Buffer => moovOf(init, tables, seconds, { dataStart, ...range });
  const ftyp = fileType();
  const before = ftyp.length + build(0).length + longHeaderBytes;
  const mdat = Buffer.alloc(longHeaderBytes);
  mdat.writeUInt32BE(1, 0);
  mdat.write('mdat', 4, 'latin1');
  mdat.writeBigUInt64BE(BigInt(longHeaderBytes + range.to - range.from), 8);
  return { head: joinBytes([ftyp, build(before), mdat]), ...range, seconds };
}

/** A track's samples; a chunk is what one fragment holds. */
interface Table {
  readonly track: Track;
  readonly chunks: readonly IndexedFragment[];
  readonly durations: readonly number[];
  /** Sum of the durations. */
  readonly ticks: number;
  /** Seconds from the start of the movie to its first sample; negative if that is before. */
  readonly startOffset: number;
}

function timeOf(init: InitSegment, { kind, decodeTime }: IndexedFragment): number {
  const track = init.tracks.find((each) => each.kind === kind);
  if (track === undefined) throw malformed('a fragment belongs to no track');
  return decodeTime / track.timescale;
}

function tableOf(track: Track, all: readonly IndexedFragment[], startSeconds: number): Table {
  const start = startSeconds * track.timescale;
  const ofTrack = all.filter(({ kind }) => kind === track.kind);
  const chunks = ofTrack.filter(({ decodeTime, durations }) => decodeTime + sum(durations) > start);
  const durations = chunks.flatMap((chunk, n) => {
    const next = chunks[n + 1];
    if (next === undefined) return chunk.durations;
    // What is missing between two fragments is shown for longer: the times of what follows stay true.
    const gap = next.decodeTime - chunk.decodeTime - sum(chunk.durations);
    const before = chunk.durations.slice(0, -1);
    return [...before, Math.max(0, (chunk.durations.at(-1) ?? 0) + gap)];
  });
  const first = chunks[0]?.decodeTime ?? start;
  return { track, chunks, durations, ticks: sum(durations), startOffset: (first - start) / track.timescale };
}

interface Place {
  /** Where the first byte of the range stands in the movie. */
  readonly dataStart: number;
  readonly from: number;
  readonly to: number;
}

function moovOf(init: InitSegment, tables: readonly Table[], seconds: number, place: Place): Buffer {
  const moov = requireBox(init.bytes, 'moov');
  const boxes = [...children(moov.body)].flatMap((box) => {
    if (box.type === 'mvhd') return [withDuration(box, seconds * movieTimescale, movieTimescale)];
    if (box.type !== 'trak') return [];
    const header = requireBox(box.body, 'tkhd').body;
    const id = header.readUInt32BE(header[0] === 1 ? 20 : 12);
    const table = tables.find(({ track }) => track.id === id);
    return table === undefined ? [] : [trackOf(box, table, place)];
  });
  return buildBox('moov', ...boxes);
}

function trackOf(trak: Box, table: Table, place: Place): Buffer {
  const { timescale } = table.track;
  const shownSeconds = table.startOffset + table.ticks / timescale;
  const mdia = requireBox(trak.body, 'mdia');
  const minf = requireBox(mdia.body, 'minf');
  const media = [...children(mdia.body)].map((box) => {
    if (box.type === 'mdhd') return withDuration(box, table.ticks);
    return box.type === 'minf' ? buildBox('minf', ...informationOf(minf, table, place)) : box.bytes;
  });
  const header = withTrackDuration(requireBox(trak.body, 'tkhd'), Math.round(shownSeconds * movieTimescale));
  return buildBox('trak', header, editsOf(table), buildBox('mdia', ...media));
}

function informationOf(minf: Box, table: Table, place: Place): Buffer[] {
  return [...children(minf.body)].map((box) =>
    box.type === 'stbl' ? sampleTable(requireBox(box.body, 'stsd'), table, place) : box.bytes,
  );
}

/** Nothing until the track begins, or its beginning cut off; then all of it (ISO/IEC 14496-12 8.6.6). */
function editsOf({ track, startOffset, ticks }: Table): Buffer {
  const skipTicks = Math.max(0, Math.round(-startOffset * track.timescale));
  const emptyMs = Math.max(0, Math.round(startOffset * movieTimescale));
  const shownMs = Math.round(((ticks - skipTicks) / track.timescale) * movieTimescale);
  const edits = [...(emptyMs > 0 ? [{ ms: emptyMs, at: -1 }] : []), { ms: shownMs, at: skipTicks }];
  const list = Buffer.alloc(8 + edits.length * 20);
  list.writeUInt8(1, 0);
  list.writeUInt32BE(edits.length, 4);
  for (const [n, { ms, at }] of edits.entries()) {
    list.writeBigUInt64BE(BigInt(ms), 8 + n * 20);
    list.writeBigInt64BE(BigInt(at), 16 + n * 20);
    list.writeUInt16BE(1, 24 + n * 20);
  }
  return buildBox('edts', buildBox('elst', list));
}

/** ISO/IEC 14496-12 8.5 to 8.7. */
function sampleTable(stsd: Box, { track, chunks, durations }: Table, place: Place): Buffer {
  const sizes = chunks.flatMap((chunk) => chunk.sizes);
  const offsets = chunks.map(({ dataPosition }) => place.dataStart + dataPosition - place.from);
  const boxes = [
    stsd.bytes,
    tableBox(
      'stts',
      runs(durations).map(({ value, count }) => [count, value]),
    ),
    tableBox('stsc', chunkRuns(chunks)),
    buildBox('stsz', words([0, 0, sizes.length, ...sizes])),
    offsetTable(offsets, place),
  ];
  if (track.kind === 'video')
    boxes.push(
      tableBox(
        'stss',
        syncSamples(chunks).map((number) => [number]),
      ),
    );
  return buildBox('stbl', ...boxes);
}

function offsetTable(offsets: readonly number[], { dataStart, from, to }: Place): Buffer {
  if (dataStart + to - from <= maxShort / 2)
    return tableBox(
      'stco',
      offsets.map((offset) => [offset]),
    );
  return tableBox(
    'co64',
    offsets.map((offset) => [Math.floor(offset / 2 ** 32), offset % 2 ** 32]),
  );
}

function chunkRuns(chunks: readonly IndexedFragment[]): number[][] {
  let chunk = 1;
  return runs(chunks.map(({ sizes }) => sizes.length)).map(({ value, count }) => {
    const entry = [chunk, value, 1];
    chunk += count;
    return entry;
  });
}

function syncSamples(chunks: readonly IndexedFragment[]): number[] {
  const numbers: number[] = [];
  let sample = 1;
  for (const { keyframe, sizes } of chunks) {
    if (keyframe) numbers.push(sample);
    sample += sizes.length;
  }
  return numbers;
}

function runs(values: readonly number[]): { value: number; count: number }[] {
  const found: { value: number; count: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.value === value) last.count += 1;
    else found.push({ value, count: 1 });
  }
  return found;
}

/** A full box with a count and entries of 32-bit words. */
function tableBox(type: string, entries: readonly (readonly number[])[]): Buffer {
  return buildBox(type, words([0, entries.length, ...entries.flat()]));
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [n, value] of values.entries()) bytes.writeUInt32BE(value, n * 4);
  return bytes;
}

/** `mvhd` or `mdhd` of version 1 with this duration and no times; the timescale stays unless another is given. */
function withDuration({ type, body }: Box, duration: number, timescale?: number): Buffer {
  const isLong = body[0] === 1;
  const header = Buffer.alloc(32);
  header.writeUInt8(1, 0);
  header.writeUInt32BE(timescale ?? body.readUInt32BE(isLong ? 20 : 12), 20);
  header.writeBigUInt64BE(BigInt(Math.round(duration)), 24);
  return buildBox(type, header, body.subarray(isLong ? 32 : 20));
}

/** `tkhd` of version 1, enabled, in the movie. */
function withTrackDuration({ body }: Box, duration: number): Buffer {
  const isLong = body[0] === 1;
  const header = Buffer.alloc(36);
  header.writeUInt32BE(0x01000003, 0);
  header.writeUInt32BE(body.readUInt32BE(isLong ? 20 : 12), 20);
  header.writeBigUInt64BE(BigInt(duration), 28);
  return buildBox('tkhd', header, body.subarray(isLong ? 36 : 24));
}

function fileType(): Buffer {
  return buildBox('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1'));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
