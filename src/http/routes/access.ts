import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Asked, CaptchaRefusal, WantedAnswer } from '../../admission/challenge.ts';
import type { AccessMode, AccessRules } from '../../admission/admission.ts';
import { type CaptchaView, chatFormFields } from '../../chat/chat-view.ts';
import type { TripcodeMark } from '../../chat/message.ts';
import { AppError } from '../../errors.ts';
import { gateFields, type GatePageData, type GateRule, type AccessInvitationPageData } from '../../views/gate-page.tsx';
import type { AccessInvitations } from '../../access/access-invitations.ts';
import type { Admissions } from '../../access/admissions.ts';
import type { Captcha } from '../../access/captcha.ts';
import type { DoorPassword } from '../../access/door-password.ts';
import { givenAnswer } from '../captcha-form.ts';
import type { DoorSettings } from '../../access/door-settings.ts';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { gateHeaders, redirectHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';

export interface AccessRouteDeps {
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  readonly captcha: Pick<Captcha, 'view' | 'another' | 'solve' | 'attempt'>;
  /** The rules of the door at this moment. */
  rules(): AccessRules;
  question(): DoorSettings['question'];
  readonly password: Pick<DoorPassword, 'judge' | 'needsPicture'>;
  readonly admissions: Pick<Admissions, 'of' | 'pass'>;
  readonly invitations: Pick<AccessInvitations, 'redeem'>;
  /** Makes the tripcode of a password; undefined if too many are waiting. */
  tripcodeOf(password: string): Promise<TripcodeMark | undefined>;
  askedOf(request: FastifyRequest, reply: FastifyReply): Asked;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderGate(data: GatePageData, place: Place): string;
  renderInvitation(data: AccessInvitationPageData, place: Place): string;
}

/** What came of an attempt to come in. */
type Attempt = { readonly kind: 'in' } | { readonly kind: 'out'; readonly rule: GateRule; readonly waitMs?: number };

const maxFormBytes = 8192;
/** When to come back to a full lane of passwords. */
const busyMs = 2000;
const maxPasswordBytes = 1024;

/** Routes of the door, which must be open to all. */
export const doorRoutes = ['/access', '/invitation/:secret', '/captcha/:name.png'] as const;

/** `/access`: where the gate's form posts to. `/invitation/SECRET`: a link that lets in, once its button is pressed. */
export function registerAccessRoutes(app: FastifyInstance, deps: AccessRouteDeps): void {
  app.get('/access', (request, reply) => sendHome(reply, deps.places.placeOf(request)));
  app.get<{ Params: { secret: string } }>('/invitation/:secret', (request, reply) =>
    sendInvitation(deps, request, reply, request.params.secret),
  );
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post('/access', (request, reply) => takeForm(deps, request, reply));
    scope.post<{ Params: { secret: string } }>('/invitation/:secret', (request, reply) =>
      redeem(deps, request, reply, request.params.secret),
    );
  });
}

/** What the gate says to whoever stands before it. Keeps nothing. */
export function gateDataFor(
  deps: AccessRouteDeps,
  { viewer, base }: Place,
  more: { readonly fields?: FormFields; readonly refused?: Extract<Attempt, { kind: 'out' }> } = {},
): GatePageData {
  const { mode } = deps.rules();
  const wanted = wantedFor(deps, mode);
  const { refused, fields = new Map() } = more;
  return {
    mode: mode === 'open' ? 'captcha' : mode,
    formToken: mint(deps, 'gate', viewer.id),
    ...(wanted === undefined
      ? {}
      : { captcha: captchaAt(base, deps.captcha.view(viewer.id, givenAnswer(fields), wanted)) }),
    ...(refused === undefined ? {} : { refusal: refusalOf(refused) }),
  };
}

async function takeForm(deps: AccessRouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const place = deps.places.welcome(request, reply);
  const fields = formOf(request.body);
  const asked = deps.askedOf(request, reply);
  if (deps.rules().mode === 'open') return sendHome(reply, place);
  if (fields.get(chatFormFields.action) === 'picture') {
    const refused = deps.captcha.another(asked);
    const { question } = givenAnswer(fields);
    const kept = new Map(question === undefined ? [] : [[chatFormFields.captchaQuestion, question] as const]);
    return sendGate(deps, reply, place, refused === undefined ? { fields: kept } : { fields, refused: outOf(refused) });
  }
  const attempt = isOwnForm(deps, 'gate', place, fields)
    ? await tryIn(deps, asked, fields)
    : ({ kind: 'out', rule: 'form-expired' } as const);
  return attempt.kind === 'in' ? sendHome(reply, place) : sendGate(deps, reply, place, { fields, refused: attempt });
}

async function tryIn(deps: AccessRouteDeps, asked: Asked, fields: FormFields): Promise<Attempt> {
  const { mode } = deps.rules();
  const wanted = wantedFor(deps, mode);
  const asksPassword = mode === 'password' || mode === 'members';
  const password = fields.get(gateFields.password)?.trim() ?? '';
  if (asksPassword && password === '') return { kind: 'out', rule: 'needed' };
  const refusal =
    wanted === undefined ? deps.captcha.attempt(asked) : deps.captcha.solve(givenAnswer(fields), asked, wanted);
  if (refusal !== undefined) return outOf(refusal);
  if (!asksPassword) return { kind: 'in' };
  if (!password.isWellFormed() || Buffer.byteLength(password) > maxPasswordBytes) return { kind: 'out', rule: 'wrong' };
  return (mode === 'password' && (await tryDoorPassword(deps, asked, password))) || tryTripcode(deps, asked, password);
}

/** Undefined where the password is not that of the door. */
async function tryDoorPassword(deps: AccessRouteDeps, asked: Asked, password: string): Promise<Attempt | undefined> {
  const judged = await deps.password.judge(password);
  if (judged.kind === 'busy') return { kind: 'out', rule: 'wait', waitMs: busyMs };
  if (judged.kind === 'wrong') return undefined;
  deps.admissions.pass(asked.viewerId, { password: judged.mark });
  return { kind: 'in' };
}

async function tryTripcode(deps: AccessRouteDeps, asked: Asked, password: string): Promise<Attempt> {
  const { tripcodes } = deps.rules();
  if (tripcodes.length === 0) return { kind: 'out', rule: 'wrong' };
  const mark = await deps.tripcodeOf(password);
  if (mark === undefined) return { kind: 'out', rule: 'wait', waitMs: busyMs };
  // A weak tripcode opens nothing: anybody can try passwords at home until one fits.
  if (mark.isWeak || !tripcodes.includes(mark.code)) return { kind: 'out', rule: 'wrong' };
  deps.admissions.pass(asked.viewerId, { tripcode: mark.code });
  return { kind: 'in' };
}

function redeem(deps: AccessRouteDeps, request: FastifyRequest, reply: FastifyReply, secret: string): FastifyReply {
  const place = deps.places.welcome(request, reply);
  const fields = formOf(request.body);
  if (!isOwnForm(deps, 'invitation', place, fields)) {
    return sendInvitation(deps, request, reply, secret, { kind: 'out', rule: 'form-expired' });
  }
  const asked = deps.askedOf(request, reply);
  const tooOften = deps.captcha.attempt(asked);
  if (tooOften !== undefined) return sendInvitation(deps, request, reply, secret, outOf(tooOften));
  const id = deps.invitations.redeem(secret);
  if (id === undefined) return sendInvitation(deps, request, reply, secret, { kind: 'out', rule: 'void' });
  deps.admissions.pass(asked.viewerId, { invitation: id });
  return sendHome(reply, place);
}

/** The picture or question of this door; absent where a password is asked for, unless somebody is guessing. */
function wantedFor(deps: AccessRouteDeps, mode: AccessMode): WantedAnswer | undefined {
  if (mode === 'members') return undefined;
  if (mode === 'password') return deps.password.needsPicture ? { picture: true } : undefined;
  const question = deps.question();
  return mode === 'question' && question !== undefined
    ? { picture: false, accepted: question.answers }
    : { picture: true };
}

function sendGate(
  deps: AccessRouteDeps,
  reply: FastifyReply,
  place: Place,
  more: Parameters<typeof gateDataFor>[2] = {},
): FastifyReply {
  sayWait(reply.status(403), more.refused);
  return reply.headers(gateHeaders).send(deps.renderGate(gateDataFor(deps, place, more), place));
}

/** The same page for every secret, also for those that open nothing: looking tells nobody. */
function sendInvitation(
  deps: AccessRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  refused?: Extract<Attempt, { kind: 'out' }>,
): FastifyReply {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(secret)) throw new AppError('NOT_FOUND');
  const place = deps.places.welcome(request, reply);
  if (refused !== undefined) sayWait(reply.status(403), refused);
  const data = {
    secret,
    formToken: mint(deps, 'invitation', place.viewer.id),
    ...(refused === undefined ? {} : { refusal: refusalOf(refused) }),
  };
  return reply.headers(gateHeaders).send(deps.renderInvitation(data, place));
}

function sayWait(reply: FastifyReply, refused: { readonly waitMs?: number } | undefined): void {
  if (refused?.waitMs !== undefined) reply.status(429).header('Retry-After', String(secondsOf(refused.waitMs)));
}

function sendHome(reply: FastifyReply, { base }: Place): FastifyReply {
  return reply.status(303).headers(redirectHeaders).header('Location', `${base}/`).send();
}

function isOwnForm(deps: AccessRouteDeps, form: string, { viewer }: Place, fields: FormFields): boolean {
  return isFormToken(fields.get(chatFormFields.token) ?? '', form, viewer.id, deps.secret, deps.now());
}

function mint(deps: AccessRouteDeps, form: string, viewerId: string): string {
  return mintFormToken(form, viewerId, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes));
}

function captchaAt(base: string, view: CaptchaView): CaptchaView {
  const { picture } = view;
  return picture === undefined ? view : { ...view, picture: { ...picture, href: `${base}/${picture.href}` } };
}

const rules = {
  'captcha-needed': 'needed',
  'captcha-wrong': 'wrong',
  'captcha-expired': 'expired',
  'captcha-too-often': 'wait',
} as const satisfies Record<CaptchaRefusal['rule'], GateRule>;

function outOf(refusal: CaptchaRefusal): Extract<Attempt, { kind: 'out' }> {
  return { kind: 'out', rule: rules[refusal.rule], ...('waitMs' in refusal ? { waitMs: refusal.waitMs } : {}) };
}

function refusalOf({ rule, waitMs }: Extract<Attempt, { kind: 'out' }>): { rule: GateRule; waitSeconds?: number } {
  return { rule, ...(waitMs === undefined ? {} : { waitSeconds: secondsOf(waitMs) }) };
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
