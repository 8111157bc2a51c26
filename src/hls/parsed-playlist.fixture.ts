/** A media playlist as a player would read it: an independent and strict reader, which knows nothing of the writer. Throws at whatever it does not know. */
export interface ParsedPlaylist {
  readonly tags: ReadonlyMap<string, string>;
  readonly control: Readonly<Record<string, string>>;
  readonly partTarget: number | undefined;
  readonly skipped: number;
  readonly segments: readonly ParsedSegment[];
  /** Of the segment that is not whole yet. */
  readonly openParts: readonly ParsedPart[];
  readonly hint: string | undefined;
  readonly reports: readonly Readonly<Record<string, string>>[];
  readonly hasEnded: boolean;
}

export interface ParsedPart {
  readonly uri: string;
  readonly seconds: number;
  readonly isIndependent: boolean;
}

export interface ParsedSegment {
  readonly number: number;
  readonly discontinuity: number;
  readonly map: string | undefined;
  readonly seconds: number;
  readonly uri: string;
  readonly parts: readonly ParsedPart[];
}

const single = [
  '#EXT-X-VERSION',
  '#EXT-X-TARGETDURATION',
  '#EXT-X-SERVER-CONTROL',
  '#EXT-X-PART-INF',
  '#EXT-X-MEDIA-SEQUENCE',
  '#EXT-X-DISCONTINUITY-SEQUENCE',
  '#EXT-X-INDEPENDENT-SEGMENTS',
  '#EXT-X-SKIP',
  '#EXT-X-PRELOAD-HINT',
  '#EXT-X-ENDLIST',
];

/** Attribute lists (RFC 8216bis 4.2). */
export function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const found = /^([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,(?=.)|$)/.exec(rest);
    const [all = '', name = '', value = ''] = found ?? [];
    if (found === null || name in attributes) throw new Error(`no attribute list: ${text}`);
    attributes[name] = value.replaceAll('"', '');
    rest = rest.slice(all.length);
  }
  return attributes;
}

/** Reads one, see `ParsedPlaylist`. */
export function parsePlaylist(text: string): ParsedPlaylist {
  if (!text.startsWith('#EXTM3U\n') || !text.endsWith('\n')) throw new Error('this is no playlist');
  const tags = new Map<string, string>();
  const segments: ParsedSegment[] = [];
  const reports: Record<string, string>[] = [];
  let parts: ParsedPart[] = [];
  let seconds: number | undefined;
  let map: string | undefined;
  let discontinuity: number | undefined;
  for (const line of text.split('\n').slice(1, -1)) {
    const [, tag = '', value = ''] = /^(#EXT[A-Z0-9-]*)(?::(.*))?$/.exec(line) ?? [];
    if (single.includes(tag)) {
      if (tags.has(tag)) throw new Error(`${tag} twice`);
      tags.set(tag, value);
    } else if (tag === '#EXT-X-DISCONTINUITY') {
      discontinuity = (discontinuity ?? Number(tags.get('#EXT-X-DISCONTINUITY-SEQUENCE') ?? 0)) + 1;
    } else if (tag === '#EXT-X-MAP') map = parseAttributes(value)['URI'];
    else if (tag === '#EXT-X-PART') {
      const { URI = '', DURATION, INDEPENDENT } = parseAttributes(value);
      parts.push({ uri: URI, seconds: Number(DURATION), isIndependent: INDEPENDENT === 'YES' });
    } else if (tag === '#EXT-X-RENDITION-REPORT') reports.push(parseAttributes(value));
    else if (tag === '#EXTINF') seconds = Number(/^([0-9]+\.[0-9]+),$/.exec(value)?.[1]);
    else if (tag === '' && !line.startsWith('#') && seconds !== undefined) {
      discontinuity ??= Number(tags.get('#EXT-X-DISCONTINUITY-SEQUENCE') ?? 0);
      const before = Number(tags.get('#EXT-X-MEDIA-SEQUENCE')) + skippedOf(tags) + segments.length;
      segments.push({ number: before, discontinuity, map, seconds, uri: line, parts });
      parts = [];
      seconds = undefined;
    } else throw new Error(`what is ${line}`);
  }
  return {
    ...{ tags, segments, reports, openParts: parts, skipped: skippedOf(tags) },
    control: parseAttributes(tags.get('#EXT-X-SERVER-CONTROL') ?? ''),
    partTarget: optional(parseAttributes(tags.get('#EXT-X-PART-INF') ?? '')['PART-TARGET']),
    hint: parseAttributes(tags.get('#EXT-X-PRELOAD-HINT') ?? '')['URI'],
    hasEnded: tags.has('#EXT-X-ENDLIST'),
  };
}

function skippedOf(tags: ReadonlyMap<string, string>): number {
  return optional(parseAttributes(tags.get('#EXT-X-SKIP') ?? '')['SKIPPED-SEGMENTS']) ?? 0;
}

function optional(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
