import { buildBox, children, findBox, joinBytes, malformed, requireBox, type Box } from './boxes.ts';
import { describeSampleEntry, type SampleEntryInfo } from './codec-name.ts';
import { FieldReader } from './field-reader.ts';

const maxTracks = 16;

/** What a sample is when its fragment does not say (trex, ISO/IEC 14496-12 8.8.3). */
export interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/** A track as the init segment declares it. */
export interface Track extends SampleEntryInfo {
  readonly id: number;
  readonly kind: 'video' | 'audio' | 'other';
  /** Ticks per second of this track's times. */
  readonly timescale: number;
  readonly defaults: SampleDefaults;
}

/** An init segment (ftyp + moov of a fragmented file) and what it declares. */
export interface InitSegment {
  readonly bytes: Buffer;
  readonly tracks: readonly Track[];
}

/** Reads an init segment. Throws MEDIA_MALFORMED when a track is incomplete, when there is none, or when there are more than 16. */
export function parseInitSegment(bytes: Buffer): InitSegment {
  const moov = requireBox(bytes, 'moov');
  const defaults = parseDefaults(moov);
  const tracks = [];
  for (const box of children(moov.body)) {
    if (box.type !== 'trak') continue;
    if (tracks.length === maxTracks) throw malformed('there are too many tracks');
    tracks.push(parseTrack(box, defaults));
  }
  if (tracks.length === 0) throw malformed('there is no track');
  if (new Set(tracks.map((track) => track.id)).size < tracks.length) throw malformed('two tracks have one id');
  return { bytes, tracks };
}

/** Gives the only track of an init segment another id. */
export function retrackInitSegment(init: InitSegment, trackId: number): InitSegment {
  const bytes = joinBytes([init.bytes]);
  const moov = requireBox(bytes, 'moov');
  const onlyTrack = init.tracks.length === 1 ? requireBox(moov.body, 'trak', 'tkhd') : undefined;
  if (onlyTrack === undefined) throw malformed('there is more than one track');
  onlyTrack.body.writeUInt32BE(trackId, trackIdOffset(onlyTrack));
  requireBox(moov.body, 'mvex', 'trex').body.writeUInt32BE(trackId, 4);
  setNextTrackId(requireBox(moov.body, 'mvhd').body, trackId + 1);
  return parseInitSegment(bytes);
}

/** The init segment of one track of several, under its own id. Throws MEDIA_MALFORMED if there is no such track. */
export function singleTrackInit(init: InitSegment, trackId: number): InitSegment {
  const moov = requireBox(init.bytes, 'moov');
  const isOwn = (box: Box): boolean => {
    if (box.type === 'trex') return box.body.length >= 8 && box.body.readUInt32BE(4) === trackId;
    const tkhd = requireBox(box.body, 'tkhd');
    return new FieldReader(tkhd.body, trackIdOffset(tkhd)).u32() === trackId;
  };
  const trak = [...children(moov.body)].find((box) => box.type === 'trak' && isOwn(box));
  const trex = [...children(requireBox(moov.body, 'mvex').body)].find((box) => box.type === 'trex' && isOwn(box));
  if (trak === undefined || trex === undefined) throw malformed(`track ${trackId} was not declared`);
  const header = requireBox(moov.body, 'mvhd').bytes;
  const alone = buildBox('moov', header, trak.bytes, buildBox('mvex', trex.bytes));
  return parseInitSegment(joinBytes([requireBox(init.bytes, 'ftyp').bytes, alone]));
}

/**
 * One init segment that declares the track of both. Their fragments may then be sent in turn: a muxed stream without muxing a sample.
 * Throws MEDIA_MALFORMED unless each has exactly one track and the two ids differ.
 */
export function mergeInitSegments(video: InitSegment, audio: InitSegment): InitSegment {
  if (video.tracks.length !== 1 || audio.tracks.length !== 1) throw malformed('there is more than one track');
  const videoMoov = requireBox(video.bytes, 'moov');
  const audioMoov = requireBox(audio.bytes, 'moov');
  const movieHeader = joinBytes([requireBox(videoMoov.body, 'mvhd').body]);
  setNextTrackId(movieHeader, Math.max(...[...video.tracks, ...audio.tracks].map((track) => track.id)) + 1);
  const moov = buildBox(
    'moov',
    buildBox('mvhd', movieHeader),
    requireBox(videoMoov.body, 'trak').bytes,
    requireBox(audioMoov.body, 'trak').bytes,
    buildBox(
      'mvex',
      requireBox(videoMoov.body, 'mvex', 'trex').bytes,
      requireBox(audioMoov.body, 'mvex', 'trex').bytes,
    ),
  );
  return parseInitSegment(joinBytes([requireBox(video.bytes, 'ftyp').bytes, moov]));
}

function parseDefaults(moov: Box): Map<number, SampleDefaults> {
  const mvex = findBox(moov.body, 'mvex');
  if (mvex === undefined) throw malformed('this MP4 is not fragmented');
  const defaults = new Map<number, SampleDefaults>();
  for (const box of children(mvex.body)) {
    if (box.type !== 'trex') continue;
    const fields = new FieldReader(box.body, 4);
    const trackId = fields.u32();
    fields.skip(4);
    defaults.set(trackId, { duration: fields.u32(), size: fields.u32(), flags: fields.u32() });
  }
  return defaults;
}

function parseTrack(trak: Box, allDefaults: Map<number, SampleDefaults>): Track {
  const tkhd = requireBox(trak.body, 'tkhd');
  const id = new FieldReader(tkhd.body, trackIdOffset(tkhd)).u32();
  const mdia = requireBox(trak.body, 'mdia');
  const mdhd = requireBox(mdia.body, 'mdhd');
  const timescale = new FieldReader(mdhd.body, mdhd.body[0] === 1 ? 20 : 12).u32();
  const handler = new FieldReader(requireBox(mdia.body, 'hdlr').body, 8).fourcc();
  const stsd = requireBox(mdia.body, 'minf', 'stbl', 'stsd');
  const entries = new FieldReader(stsd.body, 8).position;
  const entry = children(stsd.body.subarray(entries)).next().value;
  const defaults = allDefaults.get(id);
  if (id === 0 || timescale === 0 || entry === undefined || defaults === undefined) {
    throw malformed('a track is incomplete');
  }
  const kind = handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other';
  return { id, kind, timescale, defaults, ...describeSampleEntry(entry) };
}

/** Where the track id stands in the body of a tkhd: times take 4 or 8 bytes each. */
function trackIdOffset(tkhd: Box): number {
  return tkhd.body[0] === 1 ? 20 : 12;
}

/** It is the last field of the movie header in both versions. */
function setNextTrackId(movieHeader: Buffer, id: number): void {
  if (movieHeader.length < 100) throw malformed('the movie header is cut short');
  movieHeader.writeUInt32BE(id, movieHeader.length - 4);
}
