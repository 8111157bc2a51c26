/** A place in a recording where playing can begin. */
export interface RecordingCue {
  readonly seconds: number;
  /** Where in the file. */
  readonly position: number;
}

/** A recording as a playlist needs it. */
export interface RecordedRendition {
  /** Address of the file, relative to the playlist. */
  readonly uri: string;
  readonly initBytes: number;
  /** In order; the first is the beginning. */
  readonly cues: readonly RecordingCue[];
  readonly endSeconds: number;
  readonly endPosition: number;
}

/** Long enough to keep the playlist short, short enough to go on from quickly. */
const targetSeconds = 6;
const version = 7;

/** A media playlist of a whole file: segments are ranges of its bytes (RFC 8216bis 4.4.4.2, EXT-X-BYTERANGE), the list has an end. */
export function renderRecordingPlaylist(rendition: RecordedRendition): string {
  const segments = segmentsOf(rendition);
  const longest = Math.max(1, ...segments.map(({ seconds }) => Math.round(seconds)));
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${longest}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${rendition.uri}",BYTERANGE="${rendition.initBytes}@0"`,
  ];
  for (const { seconds, from, to } of segments) {
    lines.push(`#EXTINF:${seconds.toFixed(5)},`, `#EXT-X-BYTERANGE:${to - from}@${from}`, rendition.uri);
  }
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

function segmentsOf({ cues, endSeconds, endPosition }: RecordedRendition) {
  const starts: RecordingCue[] = [];
  for (const cue of cues) {
    const last = starts.at(-1);
    if (last === undefined || cue.seconds - last.seconds >= targetSeconds - 0.1) starts.push(cue);
  }
  return starts.map((start, n) => {
    const next = starts[n + 1] ?? { seconds: endSeconds, position: endPosition };
    return { seconds: next.seconds - start.seconds, from: start.position, to: next.position };
  });
}
