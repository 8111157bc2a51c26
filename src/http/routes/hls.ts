import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audience } from '../../broadcast/audience.ts';
import type { Trace } from '../../broadcast/person.ts';
import { sourceRendition, startingRendition } from '../../broadcast/renditions.ts';
import type { RenditionInfo } from '../../broadcast/stream-state.ts';
import { AppError } from '../../errors.ts';
import { renderMultivariantPlaylist, type VariantStream } from '../../hls/multivariant-playlist.ts';
import { judgeReload, readDirectives } from '../../hls/reload.ts';
import { piecesOf } from '../../hls/segment.ts';
import { mayCompress, sendPage } from '../compressed-page.ts';
import { visitorCircuitOf } from '../connection.ts';
import { mediaHeaders } from '../headers.ts';
import { HlsPlaylists, type HlsWindow, type HlsWindows } from '../hls-playlists.ts';
import type { Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { sendShared } from '../shared-body.ts';
import { countedAs, type Viewer } from '../viewer.ts';
import type { WaitEnd, Waits } from '../waits.ts';

export interface HlsDeps {
  readonly places: Pick<Places, 'placeOf'>;
  readonly audience: Audience;
  readonly waits: Waits;
  /** What can be played now, in order. */
  renditions(): readonly RenditionInfo[];
  window(rendition: string): HlsWindow | undefined;
  /** Whether this viewer may receive the stream. */
  hasRoomFor(who: Trace): boolean;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
}

const playlistType = 'application/vnd.apple.mpegurl';
/** Numbers as our playlists write them: nothing else is looked up, and no path is ever made of it. */
const segmentName = /^(0|[1-9][0-9]{0,9})(?:\.(0|[1-9][0-9]{0,3}))?\.m4s$/;
const initName = /^init-(0|[1-9][0-9]{0,9})\.mp4$/;
/** Whoever waits longer than so many target durations is told that there is nothing (RFC 8216bis 6.2.5.2). */
const waitTargets = 3;
/** Before the connection is thought to have stalled, however long segments are. */
const maxWaitMs = 20_000;

/** `/stream.m3u8`, and below `/stream/<rendition>/` the media playlist, segments, parts and init segments. */
// Threat: T19
export function registerHlsRoutes(app: FastifyInstance, deps: HlsDeps): void {
  const playlists = new HlsPlaylists();
  app.get('/stream.m3u8', (request, reply) => sendMultivariantPlaylist(deps, request, reply));
  app.get<{ Params: { rendition: string; file: string } }>('/stream/:rendition/:file', async (request, reply) => {
    const { rendition, file } = request.params;
    const windows = windowsOf(deps, rendition);
    const window = windows.get(rendition);
    if (window === undefined) throw new AppError('NOT_FOUND');
    const asked: Asked = { deps, request, reply, playlists, windows, window };
    return file === 'index.m3u8' ? await sendMediaPlaylist(asked, rendition) : await sendMedia(asked, file);
  });
}

interface Asked {
  readonly deps: HlsDeps;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly playlists: HlsPlaylists;
  readonly windows: HlsWindows;
  readonly window: HlsWindow;
}

/** VP9 is encoded only while somebody watches it in the page, and the publisher's own picture is cut where no other is. */
function isForPlaylists({ name, codec }: RenditionInfo): boolean {
  return codec !== 'vp9' && name !== sourceRendition;
}

/** What playlists offer: H.264, which every player has, and sound alone; what viewers begin with first, since so do players. */
function offered(deps: HlsDeps): readonly RenditionInfo[] {
  const all = deps.renditions().filter(isForPlaylists);
  const first = startingRendition(all);
  return first === undefined ? [] : [first, ...all.filter((rendition) => rendition !== first)];
}

/** The windows of what is offered, and this one, whose broadcast may be over. */
function windowsOf(deps: HlsDeps, name: string): HlsWindows {
  const isOther = deps.renditions().some((rendition) => rendition.name === name && !isForPlaylists(rendition));
  const names = new Set([...offered(deps).map((rendition) => rendition.name), ...(isOther ? [] : [name])]);
  return new Map(
    [...names].flatMap((each): [string, HlsWindow][] => {
      const window = deps.window(each);
      return window === undefined ? [] : [[each, window]];
    }),
  );
}

function sendMultivariantPlaylist(deps: HlsDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const renditions = offered(deps);
  if (renditions.length === 0) throw new AppError('OFFLINE');
  const { base, viewer } = deps.places.placeOf(request);
  if (!deps.hasRoomFor(countedAs(viewer, request))) throw new AppError('OVERLOADED');
  // Most players keep no cookies: the addresses they go on with say who they are, so that each counts as one viewer.
  const variants = renditions.map((rendition) => variantOf(rendition, deps.window(rendition.name), base));
  const text = renderMultivariantPlaylist(variants);
  return sendPage(request, reply.headers(mediaHeaders(playlistType)), text, viewer);
}

async function sendMediaPlaylist(asked: Asked, rendition: string): Promise<FastifyReply> {
  const { deps, request, reply, playlists, windows, window } = asked;
  const directives = readDirectives((name) => queryValue(request.query, name));
  if (directives === undefined) throw new AppError('BAD_REQUEST');
  const isEmpty = (): boolean => window.listed.length === 0 && !window.hasEnded;
  if (isEmpty() && window.open === undefined) throw new AppError('OFFLINE');
  const { viewer } = deps.places.placeOf(request);
  const who = countedAs(viewer, request);
  if (!deps.hasRoomFor(who)) throw new AppError('OVERLOADED');
  const isGet = request.method === 'GET';
  if (isGet) deps.audience.fetchPlaylist(who, playlists.targetDuration(windows) * 1000, deps.now());
  // Players give up where there is no playlist, and the first segment is under way.
  if (isGet && isEmpty() && !goesOn(await wait(asked, () => !isEmpty()), reply)) return reply;
  const { awaited, skip } = directives;
  if (isGet && awaited !== undefined) {
    if (judgeReload(window, awaited) === 'too-far') throw new AppError('BAD_REQUEST');
    const end = await wait(asked, () => judgeReload(window, awaited) === 'ready');
    if (!goesOn(end, reply)) return reply;
  }
  const playlist = playlists.render(rendition, windows, skip);
  reply.headers(mediaHeaders(playlistType)).header('Vary', 'Accept-Encoding');
  if (!mayCompress(request, viewer)) return reply.send(playlist.text);
  return reply.header('Content-Encoding', 'gzip').send(playlist.gzip);
}

async function sendMedia(asked: Asked, file: string): Promise<FastifyReply> {
  const { request, reply, window } = asked;
  const headers = mediaHeaders('video/mp4');
  const [, number, index] = segmentName.exec(file) ?? [];
  if (number !== undefined) {
    const pieces =
      index === undefined ? wholeOf(window, Number(number)) : await partOf(asked, Number(number), Number(index));
    if (pieces === 'gone') return reply;
    if (pieces === undefined) throw new AppError('NOT_FOUND');
    return sendShared(request, reply, headers, pieces);
  }
  const id = initName.exec(file)?.[1];
  const init = id === undefined ? undefined : window.init(Number(id));
  if (init === undefined) throw new AppError('NOT_FOUND');
  return reply.headers(headers).send(init);
}

function wholeOf(window: HlsWindow, number: number): readonly Buffer[] | undefined {
  const segment = window.segment(number);
  return segment && piecesOf(segment);
}

/**
 * The body of a part. The one that the playlist hints at is waited for, and sent when it is whole: RFC 8216bis 6.2.6 forbids to send a part before the whole of
 * it can go at the speed of the line, since players take that for the speed of the line.
 */
async function partOf(asked: Asked, number: number, index: number): Promise<readonly Buffer[] | 'gone' | undefined> {
  const { request, reply, window } = asked;
  if (request.method === 'GET' && window.isHinted(number, index)) {
    const end = await wait(asked, () => !window.isHinted(number, index));
    if (!goesOn(end, reply)) return 'gone';
  }
  return window.part(number, index)?.pieces;
}

async function wait(
  { deps, request, reply, playlists, windows, window }: Asked,
  isReady: () => boolean,
): Promise<WaitEnd> {
  const forMs = Math.min(maxWaitMs, waitTargets * 1000 * playlists.targetDuration(windows));
  const owners = ownersOf(deps.places.placeOf(request).viewer, request);
  const whenGone = (listener: () => void) => whenLeft(request, reply, listener);
  return await deps.waits.until({ owners, source: window, isReady, forMs, whenGone });
}

/** False if nobody is there to be answered. Throws if there is nothing to say but that. */
function goesOn(end: WaitEnd, reply: FastifyReply): boolean {
  switch (end) {
    case 'ready':
      return true;
    case 'gone':
      reply.hijack();
      reply.raw.destroy();
      return false;
    case 'crowded':
      throw new AppError('TOO_MANY');
    case 'late':
    case 'closed':
      throw new AppError('OFFLINE');
  }
}

/**
 * The connection is gone, or its other side will say nothing more: through tor that is all that is seen of somebody who has left, and nobody closes their
 * half while they wait for an answer.
 */
function whenLeft(
  { raw: { socket } }: FastifyRequest,
  { raw: answer }: FastifyReply,
  listener: () => void,
): () => void {
  socket.once('end', listener);
  answer.once('close', listener);
  return () => {
    socket.off('end', listener);
    answer.off('close', listener);
  };
}

/** Who is to blame for a wait: whoever shows a token, and the circuit. */
function ownersOf(viewer: Viewer, request: FastifyRequest): readonly string[] {
  const circuit = visitorCircuitOf(request);
  return [
    ...(viewer.from === 'new' ? [] : [`viewer ${viewer.id}`]),
    ...(circuit === undefined ? [] : [`circuit ${circuit}`]),
  ];
}

function variantOf(
  { name, mimeType, bandwidth, width, height }: RenditionInfo,
  window: HlsWindow | undefined,
  base: string,
): VariantStream {
  const codecs = /codecs="([^"]*)"/.exec(mimeType)?.[1]?.split(',') ?? [];
  const { peakBitsPerSecond = 0, averageBitsPerSecond, frameRate } = window ?? {};
  return {
    uri: `${base}/stream/${encodeURIComponent(name)}/index.m3u8`,
    bandwidth: Math.max(bandwidth, peakBitsPerSecond),
    ...(averageBitsPerSecond === undefined ? {} : { averageBandwidth: averageBitsPerSecond }),
    codecs,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(frameRate === undefined ? {} : { frameRate }),
  };
}
