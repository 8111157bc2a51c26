/** A media playlist (RFC 8216 section 4.3) that somebody else has written, as far as we need it. */
export interface ForeignPlaylist {
  /** Seconds, the longest a segment may be. */
  readonly targetDuration: number;
  /** URI of the init segment. */
  readonly initUri: string;
  readonly segments: readonly ForeignSegment[];
  /** The writer has said that nothing more will come. */
  readonly ended: boolean;
}

/** One line of the playlist. */
export interface ForeignSegment {
  readonly uri: string;
  /** Media sequence number. */
  readonly sequence: number;
}

/** The specification has segments of up to 10 s; longer ones are not live any more. */
const maxTargetDuration = 60;
/** Four minutes of 100 ms segments. */
const maxSegments = 2400;

/**
 * Reads a playlist of fragmented MP4 segments. Undefined if it is none, is empty as a file being written is, or has no init segment
 * (MPEG-TS). Unknown tags are passed over, as the RFC asks for.
 */
export function parseMediaPlaylist(text: string): ForeignPlaylist | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines[0] !== '#EXTM3U') return undefined;
  const targetDuration = Number(valueOf(lines, '#EXT-X-TARGETDURATION:'));
  const firstSequence = Number(valueOf(lines, '#EXT-X-MEDIA-SEQUENCE:') ?? '0');
  const initUri = /URI="([^"]+)"/.exec(valueOf(lines, '#EXT-X-MAP:') ?? '')?.[1];
  const uris = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const isSane =
    targetDuration > 0 &&
    targetDuration <= maxTargetDuration &&
    Number.isSafeInteger(firstSequence) &&
    firstSequence >= 0 &&
    uris.length <= maxSegments;
  if (!isSane || initUri === undefined) return undefined;
  return {
    targetDuration,
    initUri,
    segments: uris.map((uri, index) => ({ uri, sequence: firstSequence + index })),
    ended: lines.includes('#EXT-X-ENDLIST'),
  };
}

/** Of the last such tag: a new init segment in the middle is for the newest segments. */
function valueOf(lines: readonly string[], tag: string): string | undefined {
  return lines.findLast((line) => line.startsWith(tag))?.slice(tag.length);
}
