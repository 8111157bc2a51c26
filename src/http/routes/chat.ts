import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readers } from '../../chat/readers.ts';
import {
  type CaptchaView,
  type ChatFormData,
  type ChatLimits,
  chatFormFields,
  type RowOrigin,
} from '../../chat/chat-view.ts';
import type { MessageTextLimits } from '../../chat/message-text.ts';
import { refusalBy, type Sanction } from '../../chat/moderation/sanction.ts';
import type { Refusal, RefusalRule } from '../../chat/refusal.ts';
import type { Requester } from '../../chat/requester.ts';
import type { GivenAnswer } from '../../admission/challenge.ts';
import { shownName } from '../../chat/markup.ts';
import { mentionClass } from '../../chat/mention-mark.ts';
import { replyIdOf } from '../../chat/quote.ts';
import { AppError } from '../../errors.ts';
import { palette, parseColour } from '../../identity/colour.ts';
import { maxNameCharacters } from '../../identity/name.ts';
import { maxTripcodePasswordBytes, tripcodeColour } from '../../identity/tripcode.ts';
import type { AppearanceWish } from '../../identity/viewer.ts';
import { frameChunk } from '../../live/chunked.ts';
import { writingNotice } from '../../views/modes-text.ts';
import { markRows } from '../../views/row-styles.ts';
import { refusalNotice } from '../../views/refusal-text.ts';
import type { ChatFormAnswer } from '../../views/wire.ts';
import type { ChatChannels } from '../../talk/chat-channels.ts';
import type { Captcha } from '../../access/captcha.ts';
import { givenAnswer } from '../captcha-form.ts';
import type { ChatService, Submission, SubmitOutcome } from '../../talk/chat-service.ts';
import { queryValue } from '../query.ts';
import { type FormEdit, formEditOf } from '../form-edit.ts';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { endlessFrameHeaders, frameHeaders, jsonHeaders, redirectHeaders } from '../headers.ts';
import { limitedTo } from '../../live/limited-channel.ts';
import { hrefOfOrigin, rowOriginOf } from '../row-origin.ts';
import type { OpenResponses } from '../open-responses.ts';
import { withPersonal } from '../../live/personal-channel.ts';
import type { Place, Places } from '../place.ts';

export interface ChatRouteDeps {
  readonly chat: ChatService;
  readonly channels: Pick<ChatChannels, 'of'>;
  readonly captcha: Pick<Captcha, 'isNeeded' | 'view' | 'another'>;
  readonly responses: Pick<OpenResponses, 'open' | 'of'>;
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  /** For whom and in which language the log is. */
  readersOf(request: FastifyRequest): Readers;
  /** Whether there are emotes to choose from. */
  hasEmotes(): boolean;
  requesterOf(request: FastifyRequest): Requester;
  /** What holds against somebody. */
  standingOf(requester: Requester): Sanction | undefined;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderChatForm(data: ChatFormData, place: Place): string;
  /** The part of the form that shows the captcha, for script. */
  renderCaptcha(captcha: CaptchaView, place: Place): string;
}

/** Bytes of chat that may wait for a slow reader; they are shared by all who wait. Enough for a whole log that is restored at once. */
export const maxQueuedChatBytes = 1024 * 1024;
/** A document is loaded anew after so many rows, or so long, before it weighs the browser down. */
const rotation = { rows: 2000, ageMs: 60 * 60 * 1000 };
/** Rules that no form of ours breaks by itself. */
const badRequests = new Set(['malformed', 'name-malformed', 'colour', 'tripcode-malformed', 'tripcode-too-long']);
/** Rules that say who may not, whatever is sent. */
const forbidding: ReadonlySet<RefusalRule> = new Set([
  'form-expired',
  'chat-closed',
  'members-only',
  'banned',
  'kicked',
]);
const nonceBytes = 12;
const nonceShape = /^[A-Za-z0-9_-]{8,64}$/;

/** Bytes of the largest form that a browser could send with a message that would be accepted, percent signs included. */
function maxChatFormBytes(limits: MessageTextLimits): number {
  return (limits.maxBytes + maxTripcodePasswordBytes) * 3 + 2048;
}

/** The chat without script: the endless log, the form that answers with itself, and the log as a plain page. */
export function registerChatRoutes(app: FastifyInstance, deps: ChatRouteDeps): void {
  app.get('/chat', (request, reply) => {
    if (request.method === 'HEAD') return reply.headers(endlessFrameHeaders).send();
    const response = deps.responses.open(request, reply, {
      kind: 'chat',
      viewer: deps.places.placeOf(request).viewer.id,
      headers: endlessFrameHeaders,
      maxQueuedBytes: maxQueuedChatBytes,
      maxAgeMs: rotation.ageMs,
    });
    const { frames } = deps.channels.of(deps.readersOf(request));
    response.follow(withPersonal(markRule(ownMarkOf(deps, request)), limitedTo(rotation.rows, frames)), { afterId: 0 });
    return reply;
  });

  app.get('/chat/form', (request, reply) => {
    const place = deps.places.welcome(request, reply);
    // Threat: T17. Of somebody without a token nothing is kept, who may be the same one again and again.
    if (place.viewer.from !== 'new') deps.chat.meet(place.viewer.id);
    const form = { ...formDataOf(deps, request, place), ...wishedReply(deps, request, place) };
    return wantsJson(request)
      ? sendJson(deps, reply, { posted: false, form }, place)
      : sendForm(deps, reply, form, place);
  });

  app.register(async (scope) => {
    acceptForms(scope, maxChatFormBytes(deps.chat.rules.text));
    scope.post('/chat/form', (request, reply) => takeForm(deps, request, reply));
  });
}

async function takeForm(deps: ChatRouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const place = deps.places.welcome(request, reply);
  const { viewer } = place;
  const fields = formOf(request.body);
  const token = fields.get(chatFormFields.token) ?? '';
  const text = fields.get(chatFormFields.message) ?? '';
  if (fields.get(chatFormFields.action) === 'picture') return sendAnotherPicture(deps, request, reply, place, fields);
  const edit = formEditOf(fields);
  if (edit !== undefined) return sendEdited(deps, request, reply, place, fields, edit);
  const submission = submissionOf(fields, deps.requesterOf(request));
  const markBefore = ownMarkOf(deps, request);
  const outcome: SubmitOutcome = isFormToken(token, 'chat', viewer.id, deps.secret, deps.now())
    ? await deps.chat.submit(submission)
    : { kind: 'refused', rule: 'form-expired', text };
  renewMark(deps, request, viewer.id, markBefore);
  const posted = outcome.kind !== 'refused' && submission.post !== undefined;
  if (posted && !wantsJson(request)) {
    return reply.status(303).headers(redirectHeaders).header('Location', whereNext(fields, place)).send();
  }
  const form = {
    ...formDataOf(deps, request, place, givenAnswer(fields)),
    ...keptOrigin(fields, place),
    ...(posted ? {} : { draft: text, ...keptReply(deps, fields) }),
    ...(outcome.kind === 'refused' ? refusedNotice(deps, outcome, submission, place) : doneNotice(submission)),
  };
  if (wantsJson(request)) return sendJson(deps, reply, { posted, form }, place);
  if (outcome.kind === 'refused') sayRefused(reply, outcome, form);
  return sendForm(deps, reply, form, place);
}

/** Everything stays as it was typed, but for the picture. */
function sendAnotherPicture(
  deps: ChatRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  fields: FormFields,
): FastifyReply {
  const refused = deps.captcha.another(deps.requesterOf(request));
  const draft = (fields.get(chatFormFields.message) ?? '').toWellFormed();
  const { question, ...rest } = givenAnswer(fields);
  const given = { ...(question === undefined ? {} : { question }), ...(refused === undefined ? {} : rest) };
  const kept = { ...keptOrigin(fields, place), ...keptReply(deps, fields) };
  const form = { ...formDataOf(deps, request, place, given), ...kept, draft };
  const refusal = refused === undefined ? undefined : ({ kind: 'refused', ...refused, text: draft } as const);
  const shown: ChatFormData =
    refusal === undefined
      ? form
      : { ...form, refusal: refusalNotice(refusal, limitsOf(deps.chat.rules.text), place.texts) };
  if (wantsJson(request)) return sendJson(deps, reply, { posted: false, form: shown }, place);
  if (refusal !== undefined) sayRefused(reply, refusal, shown);
  return sendForm(deps, reply, shown, place);
}

/** What a button of the form changes in it; nothing is posted or stored. */
function sendEdited(
  deps: ChatRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  fields: FormFields,
  { givesUpReply, ...edit }: FormEdit,
): FastifyReply {
  const name = fields.get(chatFormFields.name);
  const form = {
    ...formDataOf(deps, request, place, givenAnswer(fields)),
    ...(name === undefined ? {} : { name: name.toWellFormed() }),
    ...keptOrigin(fields, place),
    ...(givesUpReply === true ? {} : keptReply(deps, fields)),
    ...edit,
  };
  return wantsJson(request)
    ? sendJson(deps, reply, { posted: false, form }, place)
    : sendForm(deps, reply, form, place);
}

/** `?reply=12`: the message that is to be answered, or that it cannot be. */
function wishedReply(deps: ChatRouteDeps, request: FastifyRequest, place: Place): Partial<ChatFormData> {
  const wished = queryValue(request.query, chatFormFields.reply) ?? '';
  if (wished === '') return {};
  const origin = originAt(rowOriginOf(queryValue(request.query, chatFormFields.origin)), place);
  const quote = deps.chat.quoteOf(replyIdOf(wished) ?? 'unknown');
  if (quote !== undefined) return { ...origin, reply: quote };
  const refusal = { kind: 'refused', rule: 'reply-gone', text: '' } as const;
  return { ...origin, refusal: refusalNotice(refusal, limitsOf(deps.chat.rules.text), place.texts) };
}

function originAt(origin: RowOrigin, place: Place): Pick<ChatFormData, 'origin' | 'backHref'> {
  return { origin, backHref: hrefOfOrigin(origin, place) };
}

/** A form in the place of the messages stays there until something is posted. */
function keptOrigin(fields: FormFields, place: Place): Pick<ChatFormData, 'origin' | 'backHref'> {
  const origin = fields.get(chatFormFields.origin);
  return origin === undefined ? {} : originAt(rowOriginOf(origin), place);
}

/** Where a posted message leads: back to the messages, or to an empty form. */
function whereNext(fields: FormFields, place: Place): string {
  return keptOrigin(fields, place).backHref ?? `${place.base}/chat/form`;
}

/** What the form answers stays with it, unless it is gone. */
function keptReply(deps: ChatRouteDeps, fields: FormFields): Pick<ChatFormData, 'reply'> {
  const quote = deps.chat.quoteOf(replyIdOf(fields.get(chatFormFields.reply) ?? '') ?? 'unknown');
  return quote === undefined ? {} : { reply: quote };
}

/** Reads the form; throws BAD_REQUEST for what none of our forms sends. */
function submissionOf(fields: FormFields, requester: Requester): Submission {
  const action = fields.get(chatFormFields.action) ?? 'post';
  const text = fields.get(chatFormFields.message);
  const nonce = fields.get(chatFormFields.nonce);
  const wish = wishOf(fields);
  if (action === 'settings') return { requester, wish };
  const captcha = givenAnswer(fields);
  if (action !== 'post' || text === undefined || nonce === undefined || !nonceShape.test(nonce)) {
    throw new AppError('BAD_REQUEST', 'not a form of ours');
  }
  const reply = fields.get(chatFormFields.reply) ?? '';
  const answer = reply === '' ? {} : { replyTo: replyIdOf(reply) ?? ('unknown' as const) };
  return { requester, wish, post: { text, nonce, ...answer }, captcha };
}

function wishOf(fields: FormFields): AppearanceWish {
  const name = fields.get(chatFormFields.name);
  const colour = fields.get(chatFormFields.colour);
  const password = fields.get(chatFormFields.tripcode) ?? '';
  const action = fields.get(chatFormFields.tripcodeAction);
  const setting = action === 'set' || password !== '' ? ({ kind: 'set', password } as const) : undefined;
  const tripcode = action === 'remove' ? ({ kind: 'remove' } as const) : setting;
  return {
    ...(name === undefined ? {} : { name }),
    ...(colour === undefined ? {} : { colour }),
    ...(tripcode === undefined ? {} : { tripcode }),
  };
}

function formDataOf(deps: ChatRouteDeps, request: FastifyRequest, place: Place, given: GivenAnswer = {}): ChatFormData {
  const { viewer, base } = place;
  const { text, names } = deps.chat.rules;
  const { name, tag, chosenColour, tripcode } = deps.chat.appearanceOf(viewer.id);
  const requester = deps.requesterOf(request);
  const { role } = requester;
  const isAsked = deps.captcha.isNeeded(requester);
  return {
    action: `${base}/chat/form`,
    logHref: `${base}/chat/log`,
    formToken: mintFormToken('chat', viewer.id, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes)),
    nonce: deps.randomBytes(nonceBytes).toString('base64url'),
    draft: '',
    name: role === 'broadcaster' ? names.broadcasterName : name,
    defaultName: place.texts.anonymous,
    tag,
    ...(chosenColour === undefined ? {} : { colour: chosenColour }),
    ...(tripcode === undefined ? {} : { tripcode: { ...tripcode, colour: tripcodeColour(tripcode.code) } }),
    allowsClassicTripcodes: deps.chat.allowsClassicTripcodes,
    paletteSize: palette.length,
    limits: limitsOf(text),
    modes: deps.chat.modesFor(requester),
    ...(deps.hasEmotes() ? { hasEmotes: true } : {}),
    mark: markOf(deps, viewer.id, role === 'broadcaster'),
    ...(role === undefined ? {} : { capcode: role, staffHref: `${base}/staff` }),
    ...standingNotice(deps, requester, place),
    ...(isAsked ? { captcha: captchaAt(base, deps.captcha.view(viewer.id, given)) } : {}),
  };
}

/** The log that somebody has open goes on to mark what names them when they are called something else. */
function renewMark(deps: ChatRouteDeps, request: FastifyRequest, viewerId: string, before: string): void {
  const mark = ownMarkOf(deps, request);
  if (mark === before) return;
  for (const response of deps.responses.of('chat', viewerId)) response.write(markRule(mark));
}

function ownMarkOf(deps: ChatRouteDeps, request: FastifyRequest): string {
  const { viewerId, role } = deps.requesterOf(request);
  return markOf(deps, viewerId, role === 'broadcaster');
}

function markRule(mark: string): Buffer {
  return frameChunk(Buffer.from(`${markRows(mark)}\n`));
}

/** The class of mentions of this viewer. */
function markOf(deps: ChatRouteDeps, viewerId: string, isBroadcaster: boolean): string {
  const { names } = deps.chat.rules;
  const { name, tag } = deps.chat.appearanceOf(viewerId);
  if (isBroadcaster) return mentionClass(names.broadcasterName);
  return mentionClass(name === '' ? shownName(names.defaultName, tag) : name);
}

/** Somebody against whom something holds is told so before they write. */
function standingNotice(deps: ChatRouteDeps, requester: Requester, { base, texts }: Place): Partial<ChatFormData> {
  const sanction = deps.standingOf(requester);
  if (sanction === undefined) return {};
  const refusal = { ...refusalBy(sanction, deps.now()), text: '' };
  return {
    refusal: refusalNotice(refusal, limitsOf(deps.chat.rules.text), texts),
    appealHref: `${base}/chat/appeal`,
  };
}

/** Its picture with the address under which this viewer is known. */
function captchaAt(base: string, view: CaptchaView): CaptchaView {
  const { picture } = view;
  return picture === undefined ? view : { ...view, picture: { ...picture, href: `${base}/${picture.href}` } };
}

function limitsOf({ maxCharacters, maxLines }: MessageTextLimits): ChatLimits {
  return { maxCharacters, maxLines, maxNameCharacters };
}

function doneNotice(submission: Submission): Partial<ChatFormData> {
  return submission.post === undefined ? { settingsSaved: true, settingsOpen: true } : {};
}

/** What was wished stays in the form, so that it can be mended. */
function refusedNotice(
  deps: ChatRouteDeps,
  refusal: Refusal,
  { wish }: Submission,
  { texts }: Place,
): Partial<ChatFormData> {
  const isAboutSettings = /^(?:name-|appearance-|tripcode-|colour$)/.test(refusal.rule);
  const colour = parseColour(wish.colour ?? '');
  return {
    refusal: refusalNotice(refusal, limitsOf(deps.chat.rules.text), texts),
    ...(colour === undefined ? {} : { colour }),
    ...(wish.tripcode?.kind === 'remove' ? { isRemovingTripcode: true } : {}),
    ...(wish.name === undefined ? {} : { name: wish.name.toWellFormed() }),
    ...(isAboutSettings ? { settingsOpen: true } : {}),
  };
}

function sayRefused(reply: FastifyReply, { rule }: Refusal, { refusal }: ChatFormData): void {
  if (badRequests.has(rule)) reply.status(400);
  else if (forbidding.has(rule)) reply.status(403);
  else if (refusal?.waitSeconds === undefined) reply.status(422);
  else reply.status(429).header('Retry-After', String(refusal.waitSeconds));
}

function sendForm(deps: ChatRouteDeps, reply: FastifyReply, form: ChatFormData, place: Place): FastifyReply {
  return reply.headers(frameHeaders).send(deps.renderChatForm(form, place));
}

function sendJson(
  deps: ChatRouteDeps,
  reply: FastifyReply,
  answer: Pick<ChatFormAnswer, 'posted' | 'form'>,
  place: Place,
): FastifyReply {
  const { captcha, modes } = answer.form;
  const html = captcha === undefined ? {} : { captcha: deps.renderCaptcha(captcha, place) };
  const notice = writingNotice(modes, place.texts);
  return reply.headers(jsonHeaders).send(JSON.stringify({ ...answer, notice, ...html } satisfies ChatFormAnswer));
}

function wantsJson(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('application/json') ?? false;
}
