import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audience } from '../../broadcast/audience.ts';
import { startingRendition } from '../../broadcast/renditions.ts';
import type { RenditionInfo } from '../../broadcast/stream-state.ts';
import type { Trace } from '../../broadcast/person.ts';
import { AppError } from '../../errors.ts';
import { frameChunk } from '../../live/chunked.ts';
import type { Channel, ClosedReason, EndlessResponse } from '../../live/endless-response.ts';
import type { RewindCursor } from '../../live/rewind-cursor.ts';
import type { RewindWindow } from '../../live/rewind-window.ts';
import { type DrainWatch, socketBufferBytes } from '../../live/drain-watch.ts';
import { buildBox } from '../../mp4/boxes.ts';
import { announcedBytes, asksForTheRest, withLength } from '../announced-length.ts';
import { endlessMediaHeaders } from '../headers.ts';
import { PaddingDrip } from '../padding-drip.ts';
import { codedAsTheyAre, padded, paddedCoding, paddedOpening, startsSoonerPadded } from '../padded-media.ts';
import type { OpenResponses } from '../open-responses.ts';
import type { Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { cursorFor, rewind } from '../rewind.ts';
import { visitorCircuitOf } from '../connection.ts';
import { countedAs } from '../viewer.ts';
import type { Media, Viewings } from '../viewings.ts';

/** A rendition's fan-out. */
export interface MediaChannel extends Channel {
  /** Whoever joins now gets a picture. */
  readonly isJoinable: boolean;
}

export interface MediaDeps {
  readonly responses: OpenResponses;
  readonly places: Pick<Places, 'placeOf'>;
  readonly viewings: Viewings;
  readonly audience: Audience;
  /** What can be played now, in order. */
  renditions(): readonly RenditionInfo[];
  channel(rendition: string): MediaChannel | undefined;
  /** The picture alone. */
  pictureChannel(rendition: string): MediaChannel | undefined;
  /** What can be rewound of it. */
  rewind(rendition: string): RewindWindow | undefined;
  /** Resolves once a rendition on offer can be joined: one that is encoded on demand takes a moment. False if it does not come. */
  prepare(rendition: string): Promise<boolean>;
  /** Renditions flow at a constant rate: nothing may be added to them. */
  readonly hasConstantRate: boolean;
  /** How much media may wait for a viewer who is slow, in milliseconds of it. */
  readonly maxLagMs: number;
  /** Judges media responses by how they drain. */
  readonly drains: Pick<DrainWatch, 'add'>;
  /** Whether this viewer may receive the stream; whoever is watching already may open another response, or come back. */
  hasRoomFor(who: Trace): boolean;
}

/** Beyond the time in which what a socket swallows at once is used up: whoever has taken nothing for so long is not watching. */
const drainMarginMs = 5000;
/** What may wait for a viewer, however little media it is: a browser's hesitation at the start. */
const minQueuedBytes = 100 * 1024;

/** How long after another picture has been put over it a media response is ended. */
const retiredMs = 10_000;
/** What is sent within a second to try out a connection: less than may wait for a viewer. */
const maxPaddingBytes = 64 * 1024;

/**
 * The most that anybody is sent of what has been sent already.
 *
 * Chromium hands on what it receives in blocks of 32 KiB, so that it begins when one is full and is behind by one for good. Where that takes long
 * it gets one at once, of what has been sent already, and a quarter of the next, so that this comes in time. It stays that far behind, which is why a rendition
 * that fills a block within 1.25 s, such as the usual starting one, begins at the live edge.
 */
export const wholeBlockBytes = 40 * 1024;
/** Bits per second that fill a block in time. */
const fillsInTime = (32 * 1024 * 8) / 1.25;

/**
 * `/stream.mp4` and `/stream/<rendition>.mp4`: the stream without end, from the latest keyframe on; with `?sound=0` the picture alone, with
 * `?length=1` for a browser that has to be told a length; with `?ago=` or `?from=` (see `rewindAsked`) from an earlier moment on, always with sound. Ranges are ignored, but whoever asks for the rest of such a
 * length has lost the response: there is none, and the player document reloads.
 */
export function registerMediaRoutes(app: FastifyInstance, deps: MediaDeps): void {
  app.get('/stream.mp4', (request, reply) => play(deps, request, reply, startingRendition(deps.renditions())));
  app.get<{ Params: { rendition: string } }>('/stream/:rendition.mp4', (request, reply) => {
    const rendition = deps.renditions().find(({ name }) => name === request.params.rendition);
    if (rendition === undefined && deps.channel(request.params.rendition) === undefined)
      throw new AppError('NOT_FOUND');
    return play(deps, request, reply, rendition);
  });
}

async function play(
  deps: MediaDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  rendition: RenditionInfo | undefined,
): Promise<FastifyReply> {
  const channel = rendition === undefined ? undefined : channelFor(deps, request, rendition);
  if (rendition === undefined || channel === undefined) throw new AppError('OFFLINE');
  const headers = endlessMediaHeaders;
  if (request.method === 'HEAD') return reply.headers(headers).send();
  const hasLength = isLengthAnnounced(request);
  if (hasLength && asksForTheRest(request.headers.range)) {
    deps.viewings.mediaLost(queryValue(request.query, 'view') ?? '', layerOf(request));
    throw new AppError('RANGE_NOT_SATISFIABLE');
  }
  if (!deps.viewings.pictureAsked(queryValue(request.query, 'view') ?? '', rendition)) throw new AppError('OFFLINE');
  if (deps.viewings.isCovered(queryValue(request.query, 'view') ?? '', layerOf(request))) throw new AppError('OFFLINE');
  if (!deps.hasRoomFor(countedAs(deps.places.placeOf(request).viewer, request))) throw new AppError('OVERLOADED');
  const cursor = cursorFor(deps.rewind(rendition.name), request);
  const isThere = cursor !== undefined || channel.isJoinable || (await deps.prepare(rendition.name));
  if (!isThere) throw new AppError('OFFLINE');
  const isPadded = cursor === undefined && !hasLength && wantsPadding(request);
  const response = openMedia(deps, request, reply, rendition, { isLive: cursor === undefined, isPadded });
  if (cursor !== undefined) {
    rewind(response, cursor, hasLength);
    goOnLater(deps, request, response, cursor);
    return reply;
  }
  const edge = isPictureAlone(request, rendition) ? 'fresh-keyframe' : 'keyframe';
  if (hasLength) {
    const isSlowToFill = sentBandwidth(deps, request, rendition) < fillsInTime;
    // Chromium wants a second of it before it begins: what is there already need not be waited for, and it is as close to live in the end.
    response.follow(withLength(channel), isSlowToFill ? { withBytes: wholeBlockBytes } : 'keyframe');
  } else if (isPadded) {
    response.write(paddedOpening);
    response.follow(padded(channel, !deps.hasConstantRate), edge);
  } else {
    response.follow(channel, edge);
  }
  return reply;
}

/** Firefox's own player, in a player document of ours: our script has no view. */
function wantsPadding(request: FastifyRequest): boolean {
  return queryValue(request.query, 'view') !== undefined && startsSoonerPadded(request.headers['user-agent']);
}

function channelFor(deps: MediaDeps, request: FastifyRequest, rendition: RenditionInfo): MediaChannel | undefined {
  return isPictureAlone(request, rendition) ? deps.pictureChannel(rendition.name) : deps.channel(rendition.name);
}

/** What players without script take while they are muted: they cannot get closer to the live edge later, so they begin close to it. */
function isPictureAlone(request: FastifyRequest, { width }: RenditionInfo): boolean {
  return width !== undefined && queryValue(request.query, 'sound') === '0';
}

function isLengthAnnounced(request: FastifyRequest): boolean {
  return queryValue(request.query, 'length') === '1';
}

function openMedia(
  deps: MediaDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  rendition: RenditionInfo,
  { isLive, isPadded }: { readonly isLive: boolean; readonly isPadded: boolean },
): EndlessResponse {
  const { viewer } = deps.places.placeOf(request);
  const response = deps.responses.open(request, reply, {
    kind: 'media',
    viewer: viewer.token,
    headers: isPadded ? { ...endlessMediaHeaders, ...paddedCoding } : endlessMediaHeaders,
    ...(isLengthAnnounced(request) ? { announcedBytes } : {}),
    maxQueuedBytes: Math.max(minQueuedBytes, (deps.maxLagMs * rendition.bandwidth) / 8000),
  });
  if (!response.isOpen) return response;
  const leave = deps.audience.receive(countedAs(viewer, request), response, drainWindowMs(rendition));
  response.whenClosed(leave);
  const view = queryValue(request.query, 'view');
  if (view === undefined) return response;
  const circuitId = visitorCircuitOf(request);
  const media = new OpenMedia(response, isPadded);
  deps.viewings.mediaOpened(view, media);
  // What is sent to those who have gone back is paced by how it drains, so that tells nothing.
  if (isLive) {
    media.leave = deps.drains.add({
      response,
      bitsPerSecond: sentBandwidth(deps, request, rendition),
      ...(circuitId === undefined ? {} : { circuitId }),
      judged: (verdict) => deps.viewings.judged(view, media, verdict, rendition.name, deps.renditions()),
    });
  }
  response.whenClosed((reason) => {
    deps.viewings.mediaClosed(view, media, reason, rendition.name, deps.renditions());
  });
  return response;
}

/** Where the player document takes it up again when the server has ended this response. */
function goOnLater(deps: MediaDeps, request: FastifyRequest, response: EndlessResponse, cursor: RewindCursor): void {
  const view = queryValue(request.query, 'view');
  if (view === undefined) return;
  response.whenClosed((reason) => {
    if (reason === 'resync') deps.viewings.rewindEnded(view, cursor.positionSeconds);
  });
}

/** What this viewer is sent of the rendition: without sound it is less. */
function sentBandwidth(deps: MediaDeps, request: FastifyRequest, rendition: RenditionInfo): number {
  if (!isPictureAlone(request, rendition)) return rendition.bandwidth;
  const sound = deps.renditions().find(({ codec }) => codec === 'none');
  return rendition.bandwidth - (sound?.bandwidth ?? 0);
}

/** A media response, as a viewing handles it. */
class OpenMedia implements Media {
  readonly #response: EndlessResponse;
  readonly #isCoded: boolean;
  readonly #drip = new PaddingDrip((bytes) => this.#writePadding(bytes));
  /** Ends the judging of how it drains. */
  leave: () => void = () => undefined;

  constructor(response: EndlessResponse, isCoded: boolean) {
    this.#response = response;
    this.#isCoded = isCoded;
    response.whenClosed(() => {
      this.#drip.stop();
      this.leave();
    });
  }

  close(reason: ClosedReason): void {
    this.#response.close(reason);
  }

  pad(bytes: number): void {
    this.#drip.send(Math.min(bytes, maxPaddingBytes));
  }

  retire(): void {
    this.#drip.stop();
    this.leave();
    this.#response.unfollow();
    // Not at once: what is played up to its end is cleared away by some browsers, or looked for again.
    setTimeout(() => this.#response.close('closed'), retiredMs).unref();
  }

  #writePadding(bytes: number): void {
    const framed = frameChunk(buildBox('free', Buffer.alloc(bytes)));
    this.#response.write(this.#isCoded ? codedAsTheyAre(framed) : framed);
  }
}

/** A viewer whose link stands still, or takes what a socket swallows at once in lumps, is watching until that is used up, and then for a little while. */
function drainWindowMs({ bandwidth }: RenditionInfo): number {
  return (socketBufferBytes * 8000) / bandwidth + drainMarginMs;
}

/** Which of the pictures of its document the browser asks for: the first one, or how many have been put over that. */
function layerOf(request: FastifyRequest): number {
  const text = queryValue(request.query, 'layer') ?? '';
  return /^\d{1,3}$/u.test(text) ? Number(text) : 0;
}
