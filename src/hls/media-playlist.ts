import type { MediaSegment, OpenSegment } from './segment.ts';

/** What a media playlist is made of; a `MediaWindow` has it. */
export interface MediaPlaylistSource {
  readonly listed: readonly MediaSegment[];
  readonly open: OpenSegment | undefined;
  readonly targetDuration: number;
  readonly partTarget: number;
  readonly nextNumber: number;
  readonly hasEnded: boolean;
}

/** The newest of another rendition (RFC 8216bis 4.4.5.4). */
export interface RenditionReport {
  /** Its media playlist, relative to this one. */
  readonly uri: string;
  readonly lastNumber: number;
  /** Absent if nothing of that segment is in parts. */
  readonly lastPart?: number;
}

/** What all renditions have in common, and what is asked for. */
export interface MediaPlaylistOptions {
  /** The longest of all renditions, in whole seconds: they must not differ (RFC 8216bis 6.2.4). */
  readonly targetDuration: number;
  /** The same of parts, in seconds. */
  readonly partTarget: number;
  readonly reports: readonly RenditionReport[];
  /** A Playlist Delta Update (RFC 8216bis 6.2.5.1) for a client that has what is older. */
  readonly skip: boolean;
}

/** EXT-X-MAP in a playlist of media segments needs 6, EXT-X-SKIP 9, and nothing more is to be claimed (RFC 8216bis 6.2.1 and 8). */
const versions = { whole: 6, delta: 9 };
/** In target durations: 4.4.3.8 asks for 3 of HOLD-BACK and 6 of CAN-SKIP-UNTIL, 6.2.2 for the removal of parts after 3. */
const holdBack = 3;
const canSkipUntil = 6;
const partsFor = 3;
/** In part targets; 2 at least, and 3 recommended (RFC 8216bis 4.4.3.8). */
const partHoldBack = 3;

/**
 * The media playlist (RFC 8216bis 4.4.3) of what is listed. Addresses are relative (`init-<id>.mp4`, `<number>.m4s`, `<number>.<part>.m4s`), so that they keep
 * what the playlist's own address says of the viewer. It holds no wall-clock time (EXT-X-PROGRAM-DATE-TIME would tell the clock of this machine).
 */
export function renderMediaPlaylist(source: MediaPlaylistSource, options: MediaPlaylistOptions): string {
  const { listed } = source;
  const skipped = options.skip && !source.hasEnded ? countSkipped(listed, canSkipUntil * options.targetDuration) : 0;
  const lines = [...head(source, options, skipped > 0 ? versions.delta : versions.whole)];
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  lines.push(...segmentLines(source, skipped, partsFor * options.targetDuration));
  if (source.hasEnded) lines.push('#EXT-X-ENDLIST');
  else lines.push(...edgeLines(source, options));
  return `${lines.join('\n')}\n`;
}

function head(source: MediaPlaylistSource, options: MediaPlaylistOptions, version: number): readonly string[] {
  const { targetDuration, partTarget } = options;
  const control = [
    'CAN-BLOCK-RELOAD=YES',
    `CAN-SKIP-UNTIL=${canSkipUntil * targetDuration}`,
    `HOLD-BACK=${holdBack * targetDuration}`,
    `PART-HOLD-BACK=${seconds(partHoldBack * partTarget)}`,
  ];
  const first = source.listed[0] ?? source.open;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    `#EXT-X-SERVER-CONTROL:${control.join(',')}`,
    `#EXT-X-PART-INF:PART-TARGET=${seconds(partTarget)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first?.number ?? source.nextNumber}`,
  ];
  const earlier = first === undefined ? 0 : first.discontinuity - first.breaks;
  if (earlier > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${earlier}`);
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  return lines;
}

/** How many segments at the beginning are further from the end of the last one than this. */
function countSkipped(listed: readonly MediaSegment[], boundarySeconds: number): number {
  const distances = distancesFromEnd(listed, 0);
  return distances.filter((distance) => distance > boundarySeconds).length;
}

/** How far the end of each segment is from the end of all, `after` seconds behind the last. */
function distancesFromEnd(listed: readonly MediaSegment[], after: number): readonly number[] {
  let distance = after;
  const distances: number[] = [];
  for (const { durationSeconds } of listed.toReversed()) {
    distances.unshift(distance);
    distance += durationSeconds;
  }
  return distances;
}

function segmentLines(
  { listed, open, hasEnded }: MediaPlaylistSource,
  skipped: number,
  partSeconds: number,
): readonly string[] {
  const underWay = hasEnded ? undefined : open;
  const openSeconds = underWay?.parts.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0) ?? 0;
  const distances = distancesFromEnd(listed, openSeconds);
  const lines: string[] = [];
  let initId: number | undefined;
  for (const [index, segment] of listed.entries()) {
    if (index < skipped) continue;
    lines.push(...beginning(segment, initId));
    initId = segment.initId;
    if ((distances[index] ?? 0) < partSeconds) lines.push(...partLines(segment));
    lines.push(`#EXTINF:${segment.durationSeconds.toFixed(5)},`, `${segment.number}.m4s`);
  }
  if (underWay !== undefined) lines.push(...beginning(underWay, initId), ...partLines(underWay));
  return lines;
}

function beginning(segment: MediaSegment | OpenSegment, initIdBefore: number | undefined): readonly string[] {
  const lines = Array.from({ length: segment.breaks }, () => '#EXT-X-DISCONTINUITY');
  if (segment.initId !== initIdBefore) lines.push(`#EXT-X-MAP:URI="init-${segment.initId}.mp4"`);
  return lines;
}

function partLines({ number, parts }: MediaSegment | OpenSegment): readonly string[] {
  return parts.map(({ durationSeconds, isIndependent }, index) => {
    const attributes = [`DURATION=${durationSeconds.toFixed(5)}`, `URI="${number}.${index}.m4s"`];
    if (isIndependent) attributes.push('INDEPENDENT=YES');
    return `#EXT-X-PART:${attributes.join(',')}`;
  });
}

/** What is to come, and where the other renditions are. */
function edgeLines({ open }: MediaPlaylistSource, { reports }: MediaPlaylistOptions): readonly string[] {
  const hint =
    open === undefined ? [] : [`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${open.number}.${open.parts.length}.m4s"`];
  return [
    ...hint,
    ...reports.map(({ uri, lastNumber, lastPart }) => {
      const attributes = [`URI="${uri}"`, `LAST-MSN=${lastNumber}`];
      if (lastPart !== undefined) attributes.push(`LAST-PART=${lastPart}`);
      return `#EXT-X-RENDITION-REPORT:${attributes.join(',')}`;
    }),
  ];
}

function seconds(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
