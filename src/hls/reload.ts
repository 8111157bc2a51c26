import type { MediaPlaylistSource, RenditionReport } from './media-playlist.ts';

/** What a client wants to see in a media playlist before it is answered (RFC 8216bis 6.2.5.2). */
export interface Awaited {
  /** Media Sequence Number. */
  readonly number: number;
  /** Absent: the whole segment. */
  readonly part?: number;
}

/** The Delivery Directives of a request (RFC 8216bis 6.2.5). */
export interface Directives {
  readonly awaited?: Awaited;
  readonly skip: boolean;
}

/** What is looked at to decide. */
export type ReloadSource = Pick<MediaPlaylistSource, 'listed' | 'open' | 'nextNumber' | 'hasEnded'>;

/** As many as a Media Sequence Number has in our playlists. */
const decimalInteger = /^(0|[1-9][0-9]{0,9})$/;
/** A client asks for the next segment, or the one behind it (RFC 8216bis 6.2.5.2). */
const segmentsAhead = 2;
/** The Advance Part Limit for parts of a second or longer (RFC 8216bis 6.2.5.2). */
const partsAhead = 3;

/**
 * Reads `_HLS_msn`, `_HLS_part` and `_HLS_skip`; what else begins with `_HLS_` is for others. Gives nothing if they make no sense: no decimal integers, or a part
 * without its segment.
 */
export function readDirectives(value: (name: string) => string | undefined): Directives | undefined {
  const [number, part] = [value('_HLS_msn'), value('_HLS_part')];
  if ([number, part].some((text) => text !== undefined && !decimalInteger.test(text))) return undefined;
  if (number === undefined && part !== undefined) return undefined;
  const skip = ['YES', 'v2'].includes(value('_HLS_skip') ?? '');
  if (number === undefined) return { skip };
  return { skip, awaited: { number: Number(number), ...(part === undefined ? {} : { part: Number(part) }) } };
}

/**
 * Whether a request can be answered now, must wait, or asks for what is too far ahead. A part behind the last one of its segment is the first one of the
 * next. Nothing is waited for where nothing more will come.
 */
export function judgeReload(source: ReloadSource, { number, part }: Awaited): 'ready' | 'wait' | 'too-far' {
  if (source.hasEnded) return 'ready';
  const next = source.nextNumber;
  if (number > next - 1 + segmentsAhead) return 'too-far';
  if (part === undefined) return number < next ? 'ready' : 'wait';
  const whole = source.listed.find((segment) => segment.number === number);
  if (whole !== undefined && part >= whole.parts.length) return judgeReload(source, { number: number + 1, part: 0 });
  if (number < next) return 'ready';
  const there = source.open?.parts.length ?? 0;
  if (number === next && part < there) return 'ready';
  const ahead = number === next ? part - (there - 1) : part + 1;
  return ahead > partsAhead ? 'too-far' : 'wait';
}

/** The newest of a rendition, for the playlists of the others. Absent while there is nothing. */
export function reportOf({ listed, open }: ReloadSource, uri: string): RenditionReport | undefined {
  if (open !== undefined && open.parts.length > 0) {
    return { uri, lastNumber: open.number, lastPart: open.parts.length - 1 };
  }
  const last = listed.at(-1);
  return last === undefined ? undefined : { uri, lastNumber: last.number, lastPart: last.parts.length - 1 };
}
