import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Sanction } from '../../chat/moderation/sanction.ts';
import type { StandingPageData } from '../../views/standing-page.tsx';
import { appealFields } from '../../views/standing-page.tsx';
import { acceptForms, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { frameHeaders, textHeaders } from '../headers.ts';
import type { ModerationService } from '../../staff/moderation-service.ts';
import type { People } from '../../people/people.ts';
import type { Place, Places } from '../place.ts';
import type { Requesters } from '../requesters.ts';
import type { StandingWatch } from '../standing-watch.ts';

export interface StandingRouteDeps {
  readonly moderation: Pick<ModerationService, 'standingOf' | 'appeal' | 'record'>;
  readonly people: Pick<People, 'note'>;
  readonly requesters: Pick<Requesters, 'requesterOf'>;
  readonly watch: Pick<StandingWatch, 'note'>;
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderStandingPage(data: Omit<StandingPageData, 'styleHref' | 'texts' | 'base'>, place: Place): string;
}

/** Documents that are refused with a page that says why. */
const documents: ReadonlySet<string> = new Set(['/', '/player', '/player/strip', '/chat', '/chat/log']);
const frames: ReadonlyMap<string, 'picture' | 'chat'> = new Map([
  ['/player', 'picture'],
  ['/player/strip', 'chat'],
  ['/chat', 'chat'],
]);
/** What is no document is refused in one line. */
const streams: ReadonlySet<string> = new Set([
  '/events',
  '/stream.mp4',
  '/stream/:rendition.mp4',
  '/stream.m3u8',
  '/stream/:rendition/:file',
]);
/** What keeps somebody here: from then on it is remembered by which circuit they come. */
const endless: ReadonlySet<string> = new Set([
  '/player',
  '/player/strip',
  '/chat',
  '/events',
  '/stream.mp4',
  '/stream/:rendition.mp4',
]);
/** Somebody who is out looks again so often whether that still holds; rarely while they may be writing about it. */
const refreshSeconds = { idle: 30, writing: 300 };
const maxFormBytes = 8192;

/**
 * Keeps out whoever has been sent out, and notes who comes in, before any route answers; `/chat/appeal` says what holds and takes one short message about it.
 */
// Threat: T16
export function registerStandingRoutes(app: FastifyInstance, deps: StandingRouteDeps): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.routeOptions.url ?? '';
    if (!documents.has(path) && !streams.has(path)) {
      if (request.method === 'POST') noteWriter(deps, request);
      return undefined;
    }
    const sanction = deps.moderation.standingOf(deps.requesters.requesterOf(request));
    if (sanction?.endsVideo === true) return refuse(deps, request, reply, sanction, documents.has(path));
    if (endless.has(path)) {
      noteWriter(deps, request);
      deps.watch.note(request);
    }
    return undefined;
  });
  app.get('/chat/appeal', (request, reply) => {
    const place = deps.places.welcome(request, reply);
    return sendPage(deps, request, reply, place, {});
  });
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post('/chat/appeal', (request, reply) => takeAppeal(deps, request, reply));
  });
}

function noteWriter({ people, requesters, places }: StandingRouteDeps, request: FastifyRequest): void {
  if (places.placeOf(request).viewer.from !== 'new') people.note(requesters.requesterOf(request));
}

function refuse(
  deps: StandingRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  sanction: Sanction,
  isDocument: boolean,
): FastifyReply {
  reply.status(403);
  const frame = frames.get(request.routeOptions.url ?? '');
  if (!isDocument) return reply.headers(textHeaders).send(`${sanction.kind}\n`);
  return sendPage(deps, request, reply, deps.places.welcome(request, reply), {
    refreshSeconds: frame === 'picture' || hasAppealed(deps, sanction) ? refreshSeconds.idle : refreshSeconds.writing,
    ...(frame === undefined ? {} : { frame }),
  });
}

function hasAppealed({ moderation }: StandingRouteDeps, { id }: Sanction): boolean {
  return moderation.record.appealOf(id) !== undefined;
}

function takeAppeal(deps: StandingRouteDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const place = deps.places.welcome(request, reply);
  const fields = formOf(request.body);
  const draft = fields.get(appealFields.text) ?? '';
  const token = fields.get(appealFields.token) ?? '';
  if (!isFormToken(token, 'appeal', place.viewer.id, deps.secret, deps.now())) {
    return sendPage(deps, request, reply.status(403), place, { draft, refusal: 'form-expired' });
  }
  const decision = deps.moderation.appeal(deps.requesters.requesterOf(request), draft);
  if (decision.kind === 'appealed') return sendPage(deps, request, reply, place, {});
  return sendPage(deps, request, reply.status(422), place, { draft, refusal: decision.rule });
}

function sendPage(
  deps: StandingRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  more: Pick<Partial<StandingPageData>, 'draft' | 'refusal' | 'refreshSeconds' | 'frame'>,
): FastifyReply {
  const sanction = deps.moderation.standingOf(deps.requesters.requesterOf(request));
  const random = deps.randomBytes(formTokenRandomBytes);
  return reply.headers(frameHeaders).send(
    deps.renderStandingPage(
      {
        ...(sanction === undefined ? {} : { sanction }),
        hasAppealed: sanction !== undefined && hasAppealed(deps, sanction),
        formToken: mintFormToken('appeal', place.viewer.id, deps.secret, deps.now(), random),
        ...more,
        draft: (more.draft ?? '').toWellFormed(),
      },
      place,
    ),
  );
}
