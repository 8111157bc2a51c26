import type { MediaSegment } from './media-window.ts';

/** What a media playlist is made of; a `MediaWindow` has it. */
export interface MediaPlaylistSource {
  readonly listed: readonly Pick<
    MediaSegment,
    'number' | 'initId' | 'durationSeconds' | 'isDiscontinuity' | 'discontinuities'
  >[];
  readonly targetDuration: number;
  readonly nextNumber: number;
  readonly hasEnded: boolean;
}

/** Fragmented MP4 needs 6 (EXT-X-MAP); 7 is what every packager of fMP4 writes and every player knows. RFC 8216bis 8. */
const version = 7;

/**
 * The media playlist (RFC 8216bis 4.4.3) of what is listed. Addresses are relative (`init-<id>.mp4` and `<number>.m4s`), so that they keep
 * what the playlist's own address says of the viewer. It holds no wall-clock time (EXT-X-PROGRAM-DATE-TIME would tell the clock of this machine).
 */
export function renderMediaPlaylist(source: MediaPlaylistSource): string {
  const [first] = source.listed;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${source.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${first?.number ?? source.nextNumber}`,
  ];
  const earlierDiscontinuities = first === undefined ? 0 : first.discontinuities - (first.isDiscontinuity ? 1 : 0);
  if (earlierDiscontinuities > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${earlierDiscontinuities}`);
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  let initId: number | undefined;
  for (const segment of source.listed) {
    if (segment.isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.initId !== initId) lines.push(`#EXT-X-MAP:URI="init-${segment.initId}.mp4"`);
    initId = segment.initId;
    lines.push(`#EXTINF:${segment.durationSeconds.toFixed(5)},`, `${segment.number}.m4s`);
  }
  if (source.hasEnded) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
