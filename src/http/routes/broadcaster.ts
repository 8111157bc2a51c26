import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import { AppError } from '../../errors.ts';
import {
  type BroadcasterDeskData,
  type BroadcasterLoginData,
  broadcasterFields,
  type PublishingData,
} from '../../views/broadcaster.tsx';
import { type BroadcasterAccess, broadcasterLogin, deviceMs, sessionMs } from '../broadcaster-access.ts';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { pageHeaders, redirectHeaders } from '../headers.ts';
import { readCookie } from '../viewer.ts';
import type { Viewer } from './chat.ts';

export interface BroadcasterRouteDeps {
  readonly access: BroadcasterAccess;
  identify(request: FastifyRequest, reply: FastifyReply): Viewer;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  snapshot(): StreamSnapshot;
  /** Changes the title for all; rejects if it could not be kept for the next start. */
  setTitle(title: string): Promise<void>;
  /** How to publish, with the key. */
  publishing(): PublishingData;
  renderLogin(data: BroadcasterLoginData): string;
  renderDesk(data: BroadcasterDeskData): string;
}

const sessionCookie = 'b';
const deviceCookie = 'd';
const maxFormBytes = 4096;
const desk = '/broadcaster';

/** Whether a request comes from somebody who has logged in as the broadcaster. */
export function isBroadcasterRequest(access: Pick<BroadcasterAccess, 'isLoggedIn'>, request: FastifyRequest): boolean {
  return access.isLoggedIn(sessionOf(request));
}

/** The broadcaster's login and desk. Works without script; needs cookies. */
export function registerBroadcasterRoutes(app: FastifyInstance, deps: BroadcasterRouteDeps): void {
  app.get(desk, (request, reply) =>
    isBroadcasterRequest(deps.access, request)
      ? sendDesk(deps, request, reply)
      : sendLogin(deps, reply, deps.identify(request, reply), { name: broadcasterLogin }),
  );
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post(`${desk}/login`, (request, reply) => logIn(deps, request, reply));
    scope.post(`${desk}/logout`, (request, reply) => {
      ownForm(deps, request);
      deps.access.logOut(sessionOf(request));
      return backToDesk(reply.header('Set-Cookie', cookie(sessionCookie, '', '/', 0)));
    });
    scope.post(`${desk}/title`, (request, reply) => changeTitle(deps, request, reply));
    scope.post(`${desk}/key`, (request, reply) => {
      ownForm(deps, request);
      return sendDesk(deps, request, reply, { publishing: deps.publishing() });
    });
  });
}

async function logIn(deps: BroadcasterRouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const viewer = deps.identify(request, reply);
  const fields = formOf(request.body);
  const name = fields.get(broadcasterFields.name) ?? '';
  if (!isFormToken(tokenOf(fields), 'login', viewer.id, deps.secret, deps.now())) {
    return sendLogin(deps, reply.status(403), viewer, { name, refusal: { rule: 'form-expired' } });
  }
  const device = readCookie(request.raw.headers.cookie, deviceCookie);
  const outcome = await deps.access.logIn({
    name,
    password: fields.get(broadcasterFields.password)?.trim() ?? '',
    ...(device === undefined ? {} : { device }),
  });
  if (outcome.kind === 'wrong') return sendLogin(deps, reply.status(403), viewer, { name, refusal: { rule: 'wrong' } });
  if (outcome.kind === 'wait') {
    const waitSeconds = Math.max(1, Math.ceil(outcome.waitMs / 1000));
    const refusal = { rule: 'wait', waitSeconds } as const;
    return sendLogin(deps, reply.status(429).header('Retry-After', String(waitSeconds)), viewer, { name, refusal });
  }
  reply.header('Set-Cookie', cookie(sessionCookie, outcome.session, '/', sessionMs));
  return backToDesk(reply.header('Set-Cookie', cookie(deviceCookie, outcome.device, desk, deviceMs)));
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
  return backToDesk(reply);
}

/** The fields of a form that this very login was given; throws FORBIDDEN otherwise. */
function ownForm(deps: BroadcasterRouteDeps, request: FastifyRequest): FormFields {
  const fields = formOf(request.body);
  const session = sessionOf(request) ?? '';
  if (!deps.access.isLoggedIn(session)) throw new AppError('FORBIDDEN');
  if (!isFormToken(tokenOf(fields), 'desk', session, deps.secret, deps.now())) throw new AppError('FORBIDDEN');
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
  return reply
    .headers(pageHeaders)
    .send(deps.renderDesk({ formToken, snapshot: deps.snapshot(), publishing, ...more }));
}

function sendLogin(
  deps: BroadcasterRouteDeps,
  reply: FastifyReply,
  viewer: Viewer,
  more: Pick<BroadcasterLoginData, 'name' | 'refusal'>,
): FastifyReply {
  const action = viewer.query === '' ? `${desk}/login` : `${desk}/login?${viewer.query}`;
  return reply
    .headers(pageHeaders)
    .send(deps.renderLogin({ action, formToken: mintToken(deps, 'login', viewer.id), ...more }));
}

function mintToken(deps: BroadcasterRouteDeps, form: 'desk' | 'login', owner: string): string {
  return mintFormToken(form, owner, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes));
}

function backToDesk(reply: FastifyReply): FastifyReply {
  return reply.status(303).headers(redirectHeaders).header('Location', desk).send();
}

function sessionOf(request: FastifyRequest): string | undefined {
  return readCookie(request.raw.headers.cookie, sessionCookie);
}

function tokenOf(fields: FormFields): string {
  return fields.get(broadcasterFields.token) ?? '';
}

/** Strict: no other site's link comes with it. No `Expires`: it would tell our clock. */
function cookie(name: string, value: string, path: string, maxAgeMs: number): string {
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=Strict; Max-Age=${maxAgeMs / 1000}`;
}
