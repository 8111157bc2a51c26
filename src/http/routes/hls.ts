import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audience } from '../../broadcast/audience.ts';
import type { RenditionInfo } from '../../broadcast/stream-state.ts';
import { AppError } from '../../errors.ts';
import { renderMediaPlaylist } from '../../hls/media-playlist.ts';
import type { MediaWindow } from '../../hls/media-window.ts';
import { renderMultivariantPlaylist, type VariantStream } from '../../hls/multivariant-playlist.ts';
import { mediaHeaders } from '../headers.ts';
import type { Places } from '../place.ts';
import { countedAs } from '../viewer.ts';

/** What is read of a rendition's window. */
export type HlsWindow = Pick<MediaWindow, 'listed' | 'targetDuration' | 'nextNumber' | 'hasEnded' | 'segment' | 'init'>;

export interface HlsDeps {
  readonly places: Pick<Places, 'placeOf'>;
  readonly audience: Audience;
  /** What can be played now, best first. */
  renditions(): readonly RenditionInfo[];
  window(rendition: string): HlsWindow | undefined;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
}

const playlistType = 'application/vnd.apple.mpegurl';
/** A number as our playlists write it: nothing else is looked up, and no path is ever made of it. */
const segmentName = /^(0|[1-9][0-9]{0,9})\.m4s$/;
const initName = /^init-(0|[1-9][0-9]{0,9})\.mp4$/;

/** `/stream.m3u8`, and below `/stream/<rendition>/` the media playlist, segments and init segments. */
// Threat: T19
export function registerHlsRoutes(app: FastifyInstance, deps: HlsDeps): void {
  app.get('/stream.m3u8', (request, reply) => sendMultivariantPlaylist(deps, request, reply));
  app.get<{ Params: { rendition: string; file: string } }>('/stream/:rendition/:file', (request, reply) => {
    const { rendition, file } = request.params;
    const window = deps.window(rendition);
    if (window === undefined) throw new AppError('NOT_FOUND');
    if (file === 'index.m3u8') return sendMediaPlaylist(deps, request, reply, window);
    return sendMedia(reply, window, file);
  });
}

function sendMultivariantPlaylist(deps: HlsDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const renditions = deps.renditions();
  if (renditions.length === 0) throw new AppError('OFFLINE');
  const { base } = deps.places.placeOf(request);
  // Most players keep no cookies: the addresses they go on with say who they are, so that each counts as one viewer.
  const variants = renditions.map((rendition) => variantOf(rendition, base));
  return reply.headers(mediaHeaders(playlistType)).send(renderMultivariantPlaylist(variants));
}

function sendMediaPlaylist(
  deps: HlsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  window: HlsWindow,
): FastifyReply {
  if (window.listed.length === 0 && !window.hasEnded) throw new AppError('OFFLINE');
  const viewer = countedAs(deps.places.placeOf(request).viewer, request);
  if (request.method === 'GET') deps.audience.fetchPlaylist(viewer, window.targetDuration * 1000, deps.now());
  return reply.headers(mediaHeaders(playlistType)).send(renderMediaPlaylist(window));
}

function sendMedia(reply: FastifyReply, window: HlsWindow, file: string): FastifyReply {
  const headers = mediaHeaders('video/mp4');
  const number = segmentName.exec(file)?.[1];
  if (number !== undefined) {
    const segment = window.segment(Number(number));
    if (segment === undefined) throw new AppError('NOT_FOUND');
    return reply
      .headers({ ...headers, 'Content-Length': String(segment.byteLength) })
      .send(Readable.from(segment.pieces, { objectMode: false }));
  }
  const id = initName.exec(file)?.[1];
  const init = id === undefined ? undefined : window.init(Number(id));
  if (init === undefined) throw new AppError('NOT_FOUND');
  return reply.headers(headers).send(init);
}

function variantOf({ name, mimeType, bandwidth, width, height }: RenditionInfo, base: string): VariantStream {
  const codecs = /codecs="([^"]*)"/.exec(mimeType)?.[1]?.split(',') ?? [];
  return {
    uri: `${base}/stream/${encodeURIComponent(name)}/index.m3u8`,
    bandwidth,
    codecs,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
}
