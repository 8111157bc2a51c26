import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.ts';
import type { RecordingLibrary } from '../../recording/library.ts';
import type { ReadableMedia } from '../../recording/recorded-media.ts';
import type { RecordedRendition, RecordingInfo } from '../../recording/recording-info.ts';
import type { RecordingPageData, RecordingsPageData } from '../../views/recordings-page.tsx';
import { askedRange } from '../byte-range.ts';
import { mediaHeaders, pageHeaders, recordingHeaders } from '../headers.ts';
import { pacedBody } from '../paced-body.ts';
import type { Place, Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { pageRoute } from './place.ts';

export interface RecordingRouteDeps {
  readonly places: Pick<Places, 'welcome'>;
  readonly library: Pick<RecordingLibrary, 'get' | 'recordings' | 'media'>;
  /** Whether pages say on which day a recording was made. */
  readonly showsDates: boolean;
  /** So many may be sent a recording at once. */
  readonly maxResponses: number;
  /** The broadcaster sees what is not published, too. */
  isBroadcaster(request: FastifyRequest): boolean;
  renderList(data: RecordingsPageData, place: Place): string;
  renderRecording(data: RecordingPageData, place: Place): string;
}

const fileName = /^([a-z0-9-]{1,32})(?:\.(?:part([1-9]\d{0,3})|(fragments)))?\.(mp4|m3u8)$/;
/** Enough for the tables and the first pictures. */
const burstBytes = 2 * 1024 * 1024;
const minBytesPerSecond = 64 * 1024;

/**
 * `/recordings`, `/recordings/<id>` and what players ask for: `<rendition>.mp4` (and `<rendition>.part2.mp4` ...), ordinary MP4 files that can be entered
 * anywhere by ranges; `<rendition>.m3u8`, the same for players of HLS, out of `<rendition>.fragments.mp4`. A clip has the page `/clips/<id>`.
 */
// Threat: T19
export function registerRecordingRoutes(app: FastifyInstance, deps: RecordingRouteDeps): void {
  const open = { count: 0 };
  app.get('/recordings', pageRoute, (request, reply) => {
    const place = deps.places.welcome(request, reply);
    const recordings = deps.library.recordings
      .filter(({ isPublished }) => isPublished)
      .map((info) => shown(deps, info));
    return reply.headers(pageHeaders).send(deps.renderList({ recordings }, place));
  });
  for (const [path, kind] of [
    ['/recordings/:id', 'recording'],
    ['/clips/:id', 'clip'],
  ] as const) {
    app.get<{ Params: { id: string } }>(path, pageRoute, (request, reply) => {
      const place = deps.places.welcome(request, reply);
      const info = visible(deps, request, request.params.id);
      if (info.kind !== kind) throw new AppError('NOT_FOUND');
      return reply.headers(pageHeaders).send(deps.renderRecording(pageOf(deps, request, info), place));
    });
  }
  app.get<{ Params: { id: string; file: string } }>('/recordings/:id/:file', async (request, reply) => {
    const info = visible(deps, request, request.params.id);
    const match = fileName.exec(request.params.file);
    const rendition = info.renditions.find(({ name }) => name === match?.[1]);
    if (match === null || rendition === undefined) throw new AppError('NOT_FOUND');
    const [, name, part, fragments, type] = match;
    if (type === 'm3u8') return await sendPlaylist(deps, reply, info.id, rendition, `${name}.fragments.mp4`);
    const media =
      fragments !== undefined
        ? deps.library.media.raw(info.id, rendition)
        : await deps.library.media.part(info.id, rendition, Number(part ?? 1) - 1);
    if (media === undefined) throw new AppError('NOT_FOUND');
    return sendMedia(request, reply, media, { open, max: deps.maxResponses });
  });
}

/** What this person may see. Throws NOT_FOUND, whether there is such a recording or not. */
function visible(deps: RecordingRouteDeps, request: FastifyRequest, id: string): RecordingInfo {
  const info = deps.library.get(id);
  if (info === undefined || (!info.isPublished && !deps.isBroadcaster(request))) throw new AppError('NOT_FOUND');
  return info;
}

function shown({ showsDates }: RecordingRouteDeps, { id, title, createdAtMs, renditions }: RecordingInfo) {
  const seconds = Math.max(...renditions.map((each) => each.seconds));
  return { id, title, seconds, ...(showsDates ? { createdAtMs } : {}) };
}

function pageOf(deps: RecordingRouteDeps, request: FastifyRequest, info: RecordingInfo): RecordingPageData {
  const wished = queryValue(request.query, 'r');
  const rendition = info.renditions.find(({ name }) => name === wished) ?? info.renditions[0];
  const part = Math.trunc(Number(queryValue(request.query, 'part') ?? '1'));
  if (rendition?.parts[part - 1] === undefined) throw new AppError('NOT_FOUND');
  return {
    recording: shown(deps, info),
    isClip: info.kind === 'clip',
    isPublished: info.isPublished,
    renditions: info.renditions,
    rendition,
    part,
  };
}

async function sendPlaylist(
  { library }: RecordingRouteDeps,
  reply: FastifyReply,
  id: string,
  rendition: RecordedRendition,
  uri: string,
): Promise<FastifyReply> {
  const playlist = await library.media.playlist(id, rendition, uri);
  return reply.headers(mediaHeaders('application/vnd.apple.mpegurl')).send(playlist);
}

interface Sending {
  readonly open: { count: number };
  readonly max: number;
}

function sendMedia(
  request: FastifyRequest,
  reply: FastifyReply,
  media: ReadableMedia,
  { open, max }: Sending,
): FastifyReply {
  const { byteLength, seconds } = media;
  const { range, 'if-range': ifRange } = request.headers;
  const asked = askedRange(range, [ifRange].flat()[0], byteLength);
  const headers = recordingHeaders;
  if (asked.kind === 'unsatisfiable') {
    return reply
      .status(416)
      .headers({ ...headers, 'Content-Range': `bytes */${byteLength}` })
      .send();
  }
  const { from, to } = asked.kind === 'part' ? asked : { from: 0, to: byteLength };
  reply.headers({ ...headers, 'Content-Length': String(to - from) });
  if (asked.kind === 'part') reply.status(206).header('Content-Range', `bytes ${from}-${to - 1}/${byteLength}`);
  // A body without a length of its own, so that the one above stays.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  if (open.count >= max) throw new AppError('OVERLOADED');
  // Twice as fast as it plays.
  const bytesPerSecond = Math.max(minBytesPerSecond, (byteLength / Math.max(1, seconds)) * 2);
  const body = Readable.from(pacedBody(media.read(from, to), { burstBytes, bytesPerSecond }), { objectMode: false });
  open.count += 1;
  body.once('close', () => {
    open.count -= 1;
  });
  return reply.send(body);
}
