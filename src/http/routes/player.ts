import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RenditionInfo, StreamSnapshot } from '../../broadcast/stream-state.ts';
import type { Trace } from '../../broadcast/person.ts';
import { AppError } from '../../errors.ts';
import { frameChunk } from '../../live/chunked.ts';
import type { RewindWindow } from '../../live/rewind-window.ts';
import type { Channel, EndlessResponse } from '../../live/endless-response.ts';
import { askedRule, unplayableRule } from '../../views/player-update.ts';
import type { LanguageCode } from '../../views/texts/languages.ts';
import { startsOnlyWithLength } from '../announced-length.ts';
import { type HeaderSet, playerHeaders } from '../headers.ts';
import type { OpenResponses } from '../open-responses.ts';
import type { Place, Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { cursorAt, rewindAsked } from '../rewind.ts';
import { countedAs } from '../viewer.ts';
import { rememberQuality, wishedQuality } from '../quality-choice.ts';
import { type Asked, automatic, isViewKey, type Screen, type Viewings } from '../viewings.ts';

/** What the player document is made of. */
export interface PlayerDocument {
  readonly snapshot: StreamSnapshot;
  readonly view: string;
  readonly place: Place;
  readonly rendition?: RenditionInfo;
  /** What the viewer has chosen: a rendition's name or `auto`. */
  readonly choice: string;
  /** The connection did not carry what the viewer has chosen. */
  readonly isBehind: boolean;
  /** There would be a picture, but as many are watching as may. */
  readonly isTurnedAway: boolean;
  readonly sound: boolean;
  /** The browser starts only what has a length. */
  readonly needsLength: boolean;
  /** The picture begins behind the newest moment: where on the timeline, and by how much. */
  readonly rewound?: { readonly startSeconds: number; readonly behindSeconds: number };
  readonly refreshSeconds: number;
}

/** What the strip below the picture of a page's first player document is made of. */
export interface PlayerStrip {
  readonly snapshot: StreamSnapshot;
  readonly view: string;
  readonly place: Place;
  /** What the document plays; absent if that can be played no longer. */
  readonly rendition?: RenditionInfo;
  /** What the viewer has chosen: a rendition's name or `auto`. */
  readonly choice: string;
}

/** What a picture that is put over another one is made of. */
export interface PlayerLayer {
  readonly snapshot: StreamSnapshot;
  readonly view: string;
  readonly place: Place;
  readonly rendition: RenditionInfo;
  readonly sound: boolean;
  readonly needsLength: boolean;
  /** Counts the layers of a document from 1. */
  readonly layer: number;
}

export interface PlayerDeps {
  readonly responses: OpenResponses;
  readonly places: Pick<Places, 'placeOf'>;
  readonly viewings: Viewings;
  /** What can be rewound of a rendition. */
  rewind(rendition: string): RewindWindow | undefined;
  /** Framed style rules that bring an open document in this language up to date. */
  updates(language: LanguageCode): Channel;
  snapshot(): StreamSnapshot;
  /** Whether this person would be given the stream. */
  hasRoomFor(who: Trace): boolean;
  /** The open half of the document. */
  renderPlayerDocument(document: PlayerDocument): string;
  /** To be appended to an open document. */
  renderPlayerLayer(layer: PlayerLayer): string;
  /** The open half of the strip. */
  renderPlayerStrip(strip: PlayerStrip): string;
}

/** Style rules that may wait for a slow reader. */
const maxQueuedBytes = 64 * 1024;
/** Reloaded now and then, so that the rules that have been sent do not pile up in the browser. */
const maxAgeMs = 6 * 60 * 60 * 1000;
/** Who was turned away tries again so often, by the same means. */
const turnedAwayMs = 15_000;
const askedRules: Readonly<Record<Asked, Buffer>> = {
  picture: frameChunk(Buffer.from(askedRule)),
  unplayable: frameChunk(Buffer.from(unplayableRule)),
};
const emptyComment = frameChunk(Buffer.from('<!---->\n'));

/**
 * `/player?view=KEY[&r=CHOICE][&sound=1][&ago=SECONDS]`: an endless document around the picture. When the server ends it, the browser loads it again:
 * that is how a viewer without script gets back to the live edge. `/player/strip?view=KEY&r=RENDITION` is what is endless in the first one, which stands
 * in the page: when it ends, the browser loads `/player`. `/player/unplayable?view=KEY` stands behind all formats of a picture: only who knows none of them asks for it.
 */
export function registerPlayerRoutes(app: FastifyInstance, deps: PlayerDeps): void {
  for (const [path, open] of [
    ['/player', openDocument],
    ['/player/strip', openStrip],
  ] as const) {
    app.get(path, (request, reply) => {
      const view = queryValue(request.query, 'view');
      if (view === undefined || !isViewKey(view)) throw new AppError('BAD_REQUEST');
      if (request.method === 'HEAD') return reply.headers(playerHeaders).send();
      open(deps, request, reply, view);
      return reply;
    });
  }
  app.get('/player/unplayable', (request) => {
    if (request.method !== 'HEAD') deps.viewings.documentAsked(queryValue(request.query, 'view') ?? '', 'unplayable');
    throw new AppError('NOT_FOUND');
  });
}

function openDocument(deps: PlayerDeps, request: FastifyRequest, reply: FastifyReply, view: string): void {
  const snapshot = deps.snapshot();
  const plan = deps.viewings.planDocument(view, wishedQuality(request), snapshot.renditions);
  const place = deps.places.placeOf(request);
  const { viewer } = place;
  const planned = snapshot.renditions.find(({ name }) => name === plan.rendition);
  const isTurnedAway = planned !== undefined && !deps.hasRoomFor(countedAs(viewer, request));
  const rendition = isTurnedAway ? undefined : planned;
  const wish = plan.rewoundTo === undefined ? rewindAsked(request) : { from: plan.rewoundTo };
  const rewound = rendition && cursorAt(deps.rewind(rendition.name), wish);
  const sound = queryValue(request.query, 'sound') === '1';
  const needsLength = startsOnlyWithLength(request.headers['user-agent']);
  const html = deps.renderPlayerDocument({
    snapshot,
    view,
    place,
    choice: plan.choice,
    isBehind: plan.isBehind,
    ...(rendition === undefined ? {} : { rendition }),
    ...(rewound === undefined ? {} : { rewound }),
    isTurnedAway,
    sound,
    needsLength,
    refreshSeconds: plan.refreshSeconds,
  });
  const headers = { ...playerHeaders, ...rememberQuality(request) };
  const response = openHtml(deps, request, reply, html, isTurnedAway ? turnedAwayMs : maxAgeMs, headers);
  const screen = screenOf(deps, response, { view, place, sound, needsLength });
  if (response.isOpen) deps.viewings.documentOpened(view, screen, rendition?.name, plan.choice);
  response.whenClosed((reason) => deps.viewings.documentClosed(view, screen, reason));
  // What is sent to those who have a picture would take the screen away.
  if (!isTurnedAway) response.follow(deps.updates(place.language), 'now');
}

/** A document to which another picture can be appended. */
function screenOf(
  deps: PlayerDeps,
  response: EndlessResponse,
  shared: Pick<PlayerLayer, 'view' | 'place' | 'sound' | 'needsLength'>,
): Screen {
  return {
    close: (reason) => response.close(reason),
    tell: (asked) => response.write(askedRules[asked]),
    show: (name, layer) => {
      const snapshot = deps.snapshot();
      const rendition = snapshot.renditions.find((each) => each.name === name);
      if (rendition === undefined) return response.close('resync');
      const picture = deps.renderPlayerLayer({ ...shared, snapshot, rendition, layer });
      return response.write(frameChunk(Buffer.from(picture)));
    },
  };
}

function openStrip(deps: PlayerDeps, request: FastifyRequest, reply: FastifyReply, view: string): void {
  const snapshot = deps.snapshot();
  const name = queryValue(request.query, 'r');
  const place = deps.places.placeOf(request);
  const rendition = snapshot.renditions.find((offered) => offered.name === name);
  const wished = queryValue(request.query, 'q');
  const choice = snapshot.renditions.some((offered) => offered.name === wished) ? wished : undefined;
  const html = deps.renderPlayerStrip({
    ...{ snapshot, view, place, choice: choice ?? automatic },
    ...(rendition === undefined ? {} : { rendition }),
  });
  const response = openHtml(deps, request, reply, html, maxAgeMs);
  const strip: Screen = {
    close: (reason) => response.close(reason),
    tell: (asked) => response.write(askedRules[asked]),
  };
  response.whenClosed((reason) => deps.viewings.documentClosed(view, strip, reason));
  if (response.isOpen) deps.viewings.stripOpened(view, strip, name ?? '', choice);
  // What the page was made from is so no longer: it needs a document of this moment.
  const mayStay =
    rendition !== undefined && snapshot.state === 'live' && deps.hasRoomFor(countedAs(place.viewer, request));
  if (mayStay) response.follow(deps.updates(place.language), 'now');
  else response.close('resync');
}

function openHtml(
  { responses, places }: PlayerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  html: string,
  ageMs: number,
  headers: HeaderSet = playerHeaders,
): EndlessResponse {
  const response = responses.open(request, reply, {
    kind: 'player',
    viewer: places.placeOf(request).viewer.token,
    headers,
    maxQueuedBytes,
    maxAgeMs: ageMs,
    keepAlive: emptyComment,
  });
  response.write(frameChunk(Buffer.from(html)));
  return response;
}
