import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import { AppError } from '../../errors.ts';
import {
  type BroadcasterDeskData,
  type BroadcasterLoginData,
  broadcasterFields,
  type PublishingData,
} from '../../views/broadcaster.tsx';
import { type BroadcasterAccess, deviceMs, sessionMs } from '../../access/broadcaster-access.ts';
import { opensDesk } from '../desk-entrance.ts';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { pageHeaders, redirectHeaders } from '../headers.ts';
import { readCookie, writeCookie } from '../cookies.ts';
import type { Place, Places } from '../place.ts';
import { pageRoute } from './place.ts';

export interface BroadcasterRouteDeps {
  readonly access: BroadcasterAccess;
  /** The name that the empty form holds; one that was chosen is for the broadcaster alone to know. */
  readonly offeredLogin: string;
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  snapshot(): StreamSnapshot;
  /** What the publisher could set better, if anything. */
  publisherProblem(): BroadcasterDeskData['problem'];
  /** Changes the title for all; rejects if it could not be kept for the next start. */
  setTitle(title: string): Promise<void>;
  /** Whether the stream can be recorded here. */
  readonly hasRecordings: boolean;
  /** How the broadcast stands by the clock. */
  schedule(): BroadcasterDeskData['schedule'];
  /** How to publish, with the key. */
  publishing(): PublishingData;
  renderLogin(data: BroadcasterLoginData, place: Place): string;
  renderDesk(data: BroadcasterDeskData, place: Place): string;
}

const sessionCookie = 'b';
const deviceCookie = 'd';
const maxFormBytes = 4096;
const desk = '/broadcaster';

/** Whether a request comes from somebody who has logged in as the broadcaster, by a door where that counts. */
export function isBroadcasterRequest(
  access: Pick<BroadcasterAccess, 'isLoggedIn' | 'entrance'>,
  request: FastifyRequest,
): boolean {
  return opensDesk(access.entrance, request) && access.isLoggedIn(sessionOf(request));
}

/** The broadcaster's login and desk. Works without script; needs cookies. */
export function registerBroadcasterRoutes(app: FastifyInstance, deps: BroadcasterRouteDeps): void {
  app.get(desk, pageRoute, (request, reply) =>
    isBroadcasterRequest(deps.access, request)
      ? sendDesk(deps, request, reply)
      : sendLogin(deps, reply, deps.places.welcome(request, reply), { name: deps.offeredLogin }),
  );
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post(`${desk}/login`, (request, reply) => logIn(deps, request, reply));
    scope.post(`${desk}/logout`, (request, reply) => {
      ownForm(deps, request);
      deps.access.logOut(sessionOf(request));
      return backToDesk(deps, request, reply.header('Set-Cookie', cookie(sessionCookie, '', 0)));
    });
    scope.post(`${desk}/title`, (request, reply) => changeTitle(deps, request, reply));
    scope.post(`${desk}/key`, (request, reply) => {
      ownForm(deps, request);
      return sendDesk(deps, request, reply, { publishing: deps.publishing() });
    });
  });
}

async function logIn(deps: BroadcasterRouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const place = deps.places.welcome(request, reply);
  const fields = formOf(request.body);
  const name = fields.get(broadcasterFields.name) ?? '';
  if (!isFormToken(tokenOf(fields), 'login', place.viewer.id, deps.secret, deps.now())) {
    return sendLogin(deps, reply.status(403), place, { name, refusal: { rule: 'form-expired' } });
  }
  const device = readCookie(request.raw.headers.cookie, deviceCookie);
  const outcome = await deps.access.logIn({
    name,
    password: fields.get(broadcasterFields.password)?.trim() ?? '',
    ...(device === undefined ? {} : { device }),
  });
  if (outcome.kind === 'wrong') return sendLogin(deps, reply.status(403), place, { name, refusal: { rule: 'wrong' } });
  if (outcome.kind === 'wait') {
    const waitSeconds = Math.max(1, Math.ceil(outcome.waitMs / 1000));
    const refusal = { rule: 'wait', waitSeconds } as const;
    return sendLogin(deps, reply.status(429).header('Retry-After', String(waitSeconds)), place, { name, refusal });
  }
  reply.header('Set-Cookie', cookie(sessionCookie, outcome.session, sessionMs));
  reply.header('Set-Cookie', cookie(deviceCookie, outcome.device, deviceMs));
  return backToDesk(deps, request, reply);
}

async function changeTitle(
  deps: BroadcasterRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const title = ownForm(deps, request).get(broadcasterFields.title);
  if (title === undefined) throw new AppError('BAD_REQUEST', 'the form holds no title');
  try {
    await deps.setTitle(title);
  } catch {
    // Whoever keeps the title has changed it all the same; that it is not on disk is for the broadcaster to know, and nobody else.
    return sendDesk(deps, request, reply, { notice: 'title-not-saved' });
  }
  return backToDesk(deps, request, reply);
}

/** The fields of a form that this very login was given; throws LOGIN_NEEDED or FORM_EXPIRED otherwise. */
function ownForm(deps: BroadcasterRouteDeps, request: FastifyRequest): FormFields {
  const fields = formOf(request.body);
  const session = sessionOf(request) ?? '';
  if (!deps.access.isLoggedIn(session)) throw new AppError('LOGIN_NEEDED');
  if (!isFormToken(tokenOf(fields), 'desk', session, deps.secret, deps.now())) throw new AppError('FORM_EXPIRED');
  return fields;
}

function sendDesk(
  deps: BroadcasterRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  more: Partial<BroadcasterDeskData> = {},
): FastifyReply {
  const { key: _key, ...publishing } = deps.publishing();
  const formToken = mintToken(deps, 'desk', sessionOf(request) ?? '');
  const problem = deps.publisherProblem();
  const { hasRecordings } = deps;
  const known = {
    formToken,
    snapshot: deps.snapshot(),
    hasRecordings,
    schedule: deps.schedule(),
    publishing,
    ...(problem !== undefined && { problem }),
  };
  return reply.headers(pageHeaders).send(deps.renderDesk({ ...known, ...more }, deps.places.placeOf(request)));
}

function sendLogin(
  deps: BroadcasterRouteDeps,
  reply: FastifyReply,
  place: Place,
  more: Pick<BroadcasterLoginData, 'name' | 'refusal'>,
): FastifyReply {
  return reply
    .headers(pageHeaders)
    .send(deps.renderLogin({ formToken: mintToken(deps, 'login', place.viewer.id), ...more }, place));
}

function mintToken(deps: BroadcasterRouteDeps, form: 'desk' | 'login', owner: string): string {
  return mintFormToken(form, owner, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes));
}

function backToDesk(deps: BroadcasterRouteDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { base } = deps.places.placeOf(request);
  return reply
    .status(303)
    .headers(redirectHeaders)
    .header('Location', base + desk)
    .send();
}

function sessionOf(request: FastifyRequest): string | undefined {
  return readCookie(request.raw.headers.cookie, sessionCookie);
}

function tokenOf(fields: FormFields): string {
  return fields.get(broadcasterFields.token) ?? '';
}

function cookie(name: string, value: string, maxAgeMs: number): string {
  return writeCookie(name, value, { sameSite: 'Strict', maxAgeSeconds: maxAgeMs / 1000 });
}
