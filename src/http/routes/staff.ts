import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../chat/moderation/actor.ts';
import type { RowOrigin } from '../../chat/chat-view.ts';
import { AppError } from '../../errors.ts';
import type { ModeratorInvitationPageData } from '../../views/invitation-page.tsx';
import { staffFields, type StaffTab, staffTabs } from '../../views/staff-fields.ts';
import type { StaffNotice } from '../../views/staff-parts.tsx';
import type { StaffPageData } from '../../views/staff-page.tsx';
import type { StaffPanelData } from '../../views/staff-panel.tsx';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { frameHeaders, pageHeaders, redirectHeaders } from '../headers.ts';
import type { ModerationService } from '../../staff/moderation-service.ts';
import type { Place, Places } from '../place.ts';
import { queryValue } from '../query.ts';
import type { Requesters } from '../requesters.ts';
import { staffCommandOf } from '../staff-command.ts';
import { hrefOfOrigin, rowOriginOf } from '../row-origin.ts';
import type { StaffRecords } from '../../staff/staff-records.ts';
import { pageRoute } from './place.ts';

type Unstyled<Data> = Omit<Data, 'styleHref' | 'styleHrefs' | 'texts' | 'base'>;

export interface StaffRouteDeps {
  readonly moderation: ModerationService;
  readonly records: StaffRecords;
  readonly requesters: Pick<Requesters, 'requesterOf'>;
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderPanel(data: Unstyled<StaffPanelData>, place: Place): string;
  renderPage(data: Unstyled<StaffPageData>, place: Place): string;
  renderInvitation(data: Unstyled<ModeratorInvitationPageData>, place: Place): string;
}

/** An announcement or a note, percent signs included. */
const maxFormBytes = 16_384;
const secretShape = /^[A-Za-z0-9_-]{22}$/;

/** The tools of staff: the panel beside the chat, the page of everything, and the way in for those who have been invited. */
// Threat: T18
export function registerStaffRoutes(app: FastifyInstance, deps: StaffRouteDeps): void {
  app.get('/chat/tools', (request, reply) => {
    actorOf(deps, request);
    return sendPanel(deps, request, reply, subjectOf(request.query), {});
  });
  app.get('/staff', pageRoute, (request, reply) => {
    actorOf(deps, request);
    const done = deps.moderation.record.entry(Number(queryValue(request.query, 'done')));
    return sendPage(deps, request, reply, tabOf(queryValue(request.query, 'tab')), done === undefined ? {} : { done });
  });
  app.get<{ Params: { secret: string } }>('/moderate/:secret', (request, reply) => {
    if (!secretShape.test(request.params.secret)) throw new AppError('NOT_FOUND');
    return sendInvitation(deps, request, reply);
  });
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post('/chat/tools', (request, reply) => usePanel(deps, request, reply));
    scope.post('/staff', (request, reply) => usePage(deps, request, reply));
    scope.post<{ Params: { secret: string } }>('/moderate/:secret', (request, reply) =>
      acceptInvitation(deps, request, reply, request.params.secret),
    );
  });
}

/** As whom somebody acts; throws STAFF_ONLY for everybody but staff. */
function actorOf({ moderation, requesters }: StaffRouteDeps, request: FastifyRequest): Actor {
  const actor = moderation.actorFor(requesters.requesterOf(request));
  if (actor === undefined) throw new AppError('STAFF_ONLY');
  return actor;
}

interface Subject {
  readonly messageId: number | undefined;
  readonly viewerId: string | undefined;
  readonly origin: RowOrigin;
}

function subjectOf(query: unknown): Subject {
  return {
    messageId: idOf(queryValue(query, staffFields.message)),
    viewerId: viewerOf(queryValue(query, staffFields.person)),
    origin: rowOriginOf(queryValue(query, staffFields.origin)),
  };
}

function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function viewerOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w-]{1,64}$/.test(text) ? text : undefined;
}

function usePanel(deps: StaffRouteDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const actor = actorOf(deps, request);
  const fields = formOf(request.body);
  const subject = {
    messageId: idOf(fields.get(staffFields.message)),
    viewerId: viewerOf(fields.get(staffFields.person)),
    origin: rowOriginOf(fields.get(staffFields.origin)),
  };
  if (!isOwnForm(deps, request, fields)) {
    return sendPanel(deps, request, reply.status(403), subject, { refusal: 'form-expired' });
  }
  const notice = act(deps, actor, fields);
  return sendPanel(deps, request, notice.refusal === undefined ? reply : reply.status(422), subject, notice);
}

function usePage(deps: StaffRouteDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const actor = actorOf(deps, request);
  const fields = formOf(request.body);
  const tab = tabOf(fields.get(staffFields.tab));
  if (!isOwnForm(deps, request, fields)) {
    return sendPage(deps, request, reply.status(403), tab, { refusal: 'form-expired' });
  }
  if (fields.get(staffFields.action) === 'invite') return invite(deps, actor, request, reply, fields);
  const notice = act(deps, actor, fields);
  if (notice.done === undefined) return sendPage(deps, request, reply.status(422), tab, notice);
  const { base } = deps.places.placeOf(request);
  const location = `${base}/staff?tab=${tab}&done=${notice.done.id}`;
  return reply.status(303).headers(redirectHeaders).header('Location', location).send();
}

/** The secret is in this one answer and nowhere else. */
function invite(
  deps: StaffRouteDeps,
  actor: Actor,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: FormFields,
): FastifyReply {
  const label = fields.get(staffFields.label) ?? '';
  const outcome = deps.moderation.invite(actor, label, Number(fields.get(staffFields.seconds)) * 1000);
  if (outcome.kind === 'refused') return sendPage(deps, request, reply.status(422), 'staff', { refusal: outcome.rule });
  const href = `http://${request.headers.host ?? ''}/moderate/${outcome.secret}`;
  return sendPage(deps, request, reply, 'staff', {}, { invitationLink: { label: outcome.entry.target, href } });
}

function act(deps: StaffRouteDeps, actor: Actor, fields: FormFields): StaffNotice {
  const command = staffCommandOf(fields);
  if (command === undefined) throw new AppError('BAD_REQUEST', 'not a form of ours');
  const outcome = deps.moderation.moderate(actor, command);
  return outcome.kind === 'done' ? { done: outcome.entry } : { refusal: outcome.rule };
}

function acceptInvitation(
  deps: StaffRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): FastifyReply {
  if (!secretShape.test(secret)) throw new AppError('NOT_FOUND');
  const fields = formOf(request.body);
  if (!isOwnForm(deps, request, fields)) return sendInvitation(deps, request, reply.status(403), 'form-expired');
  const outcome = deps.moderation.redeem(secret, deps.requesters.requesterOf(request));
  return outcome.kind === 'done'
    ? sendInvitation(deps, request, reply, 'done')
    : sendInvitation(deps, request, reply.status(403), outcome.rule);
}

function sendPanel(
  deps: StaffRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { messageId, viewerId, origin }: Subject,
  notice: StaffNotice,
): FastifyReply {
  const found = messageId === undefined ? undefined : deps.records.message(messageId);
  const whose = found?.viewerId ?? viewerId;
  const place = deps.places.welcome(request, reply);
  const data = {
    formToken: mintToken(deps, place),
    ...{ origin, backHref: hrefOfOrigin(origin, place) },
    mayAppoint: deps.requesters.requesterOf(request).role === 'broadcaster',
    ...(found === undefined ? {} : { message: found.message }),
    // What the house says belongs to nobody.
    ...(whose === undefined || whose === '' ? {} : { person: deps.records.person(whose) }),
    notice: found === undefined && whose === undefined ? { refusal: 'unknown-message' as const } : notice,
  };
  return reply.headers(frameHeaders).send(deps.renderPanel(data, place));
}

function sendPage(
  deps: StaffRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  tab: StaffTab,
  notice: StaffNotice,
  more: Pick<StaffPageData, 'invitationLink'> = {},
): FastifyReply {
  const place = deps.places.welcome(request, reply);
  const data = {
    ...{ formToken: mintToken(deps, place), tab, notice, ...more },
    isBroadcaster: deps.requesters.requesterOf(request).role === 'broadcaster',
    ...deps.records.lists(Math.max(1, idOf(queryValue(request.query, 'page')) ?? 1)),
  };
  return reply.headers(pageHeaders).send(deps.renderPage(data, place));
}

function sendInvitation(
  deps: StaffRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome?: ModeratorInvitationPageData['outcome'],
): FastifyReply {
  const place = deps.places.welcome(request, reply);
  const data = { formToken: mintToken(deps, place), ...(outcome === undefined ? {} : { outcome }) };
  return reply.headers(pageHeaders).send(deps.renderInvitation(data, place));
}

function mintToken(deps: StaffRouteDeps, { viewer }: Place): string {
  return mintFormToken('staff', viewer.id, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes));
}

function isOwnForm(deps: StaffRouteDeps, request: FastifyRequest, fields: FormFields): boolean {
  const { viewer } = deps.places.placeOf(request);
  return isFormToken(fields.get(staffFields.token) ?? '', 'staff', viewer.id, deps.secret, deps.now());
}

function tabOf(text: string | undefined): StaffTab {
  return staffTabs.find((tab) => tab === text) ?? 'held';
}
