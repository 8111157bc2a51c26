import type { FastifyInstance, FastifyRequest } from 'fastify';
import { accessModes } from '../../admission/admission.ts';
import { AppError } from '../../errors.ts';
import type { DoorDeskData, InvitationRow } from '../../views/door-desk.tsx';
import { doorFields } from '../../views/door-form.tsx';
import type { GuestsData } from '../../views/guests-card.tsx';
import type { AccessInvitation } from '../../store/access-invitations.ts';
import type { AccessInvitations } from '../../access/access-invitations.ts';
import type { DoorPassword } from '../../access/door-password.ts';
import type { GuestRule, Guests } from '../../access/guests.ts';
import { doorLimits, type DoorRules, type DoorSettings } from '../../access/door-settings.ts';
import { type DeskPageDeps, registerDeskPage } from '../desk-page.ts';
import type { FormFields } from '../form-body.ts';
import type { Place } from '../place.ts';

export interface DoorDeskDeps extends DeskPageDeps {
  readonly settings: Pick<DoorSettings, 'rules' | 'change'>;
  readonly invitations: Pick<AccessInvitations, 'create' | 'list' | 'revoke' | 'restore'>;
  readonly password: Pick<DoorPassword, 'mark' | 'change'>;
  readonly guests: Pick<Guests, 'isPrivate' | 'address' | 'list' | 'invite' | 'revoke'>;
  renderDoorDesk(data: DoorDeskData, place: Place): string;
}

const dayMs = 24 * 60 * 60 * 1000;
const kinds = ['picture', 'question', 'both'] as const;

/** What the page says after a form: a notice, or the link or key of somebody who has just been invited. */
type Result = Pick<DoorDeskData, 'notice' | 'link'> & Pick<GuestsData, 'made'>;

/** `/broadcaster/access`: the broadcaster's page about the door. */
export function registerDoorDeskRoutes(app: FastifyInstance, deps: DoorDeskDeps): void {
  registerDeskPage<Result>(app, deps, {
    path: '/broadcaster/access',
    form: 'door',
    tokenField: doorFields.token,
    maxFormBytes: 16_384,
    take: (fields, request) => carryOut(deps, request, fields),
    statusOf: ({ notice }) => (notice === undefined ? 200 : 422),
    render: async (formToken, place, { made, ...result } = {}) =>
      deps.renderDoorDesk({ ...known(deps), guests: await guestsFor(deps, made), formToken, ...result }, place),
  });
}

async function carryOut(deps: DoorDeskDeps, request: FastifyRequest, fields: FormFields): Promise<Result | undefined> {
  const id = Number(fields.get(doorFields.id));
  switch (fields.get(doorFields.action) ?? '') {
    case 'door':
      return change(deps, doorPatch(fields));
    case 'question':
      return change(deps, questionPatch(fields));
    case 'password':
      return await changePassword(deps, fields);
    case 'guest':
      return await giveKey(deps, fields);
    case 'guest-revoke':
      await deps.guests.revoke(fields.get(doorFields.guest) ?? '');
      return undefined;
    case 'invite':
      return invite(deps, request, fields);
    case 'revoke':
      deps.invitations.revoke(id);
      return undefined;
    case 'restore':
      deps.invitations.restore(id);
      return undefined;
    default:
      throw new AppError('BAD_REQUEST', 'not a form of ours');
  }
}

function change({ settings, password }: DoorDeskDeps, patch: Partial<DoorRules> | undefined): Result | undefined {
  if (patch === undefined) return { notice: 'bounds' };
  if (patch.mode === 'password' && password.mark === undefined) return { notice: 'password-missing' };
  const { mode, kind, question } = { ...settings.rules, ...patch };
  const asks = mode === 'question' || kind !== 'picture';
  if (asks && (question.text === '' || question.answers.length === 0)) return { notice: 'question-missing' };
  return settings.change(patch) ? undefined : { notice: 'not-saved' };
}

function doorPatch(fields: FormFields): Partial<DoorRules> | undefined {
  const mode = accessModes.find((each) => each === fields.get(doorFields.mode));
  const tripcodes = linesOf(fields.get(doorFields.tripcodes) ?? '');
  const isFine =
    tripcodes.length <= doorLimits.tripcodes && tripcodes.every(({ length }) => length <= doorLimits.tripcode);
  return mode === undefined || !isFine ? undefined : { mode, tripcodes };
}

function questionPatch(fields: FormFields): Partial<DoorRules> | undefined {
  const kind = kinds.find((each) => each === fields.get(doorFields.kind));
  const text = (fields.get(doorFields.question) ?? '').trim();
  const answers = linesOf(fields.get(doorFields.answers) ?? '');
  const isText = text.isWellFormed() && !/\p{Cc}/u.test(text) && text.length <= doorLimits.question;
  const isFine =
    isText && answers.length <= doorLimits.answers && answers.every(({ length }) => length <= doorLimits.answer);
  return kind === undefined || !isFine ? undefined : { kind, question: { text, answers } };
}

async function changePassword({ password }: DoorDeskDeps, fields: FormFields): Promise<Result | undefined> {
  const changed = await password.change(fields.get(doorFields.password) ?? '');
  if (changed === undefined) return { notice: 'password-bounds' };
  return changed.isKept ? undefined : { notice: 'not-saved' };
}

/** A key alone: the link past the door has a form of its own. */
async function giveKey({ guests }: DoorDeskDeps, fields: FormFields): Promise<Result> {
  const name = (fields.get(doorFields.guest) ?? '').trim();
  const outcome = await guests.invite({ name, only: 'key', uses: 1, forMs: dayMs });
  if (outcome.kind === 'refused') return { notice: noticeOf(outcome.rule) };
  // Not that of this request: the desk may be elsewhere.
  const { address } = guests;
  return { made: { name, key: outcome.key ?? '', ...(address !== undefined && { address: `http://${address}/` }) } };
}

function noticeOf(rule: GuestRule): NonNullable<Result['notice']> {
  return rule === 'guest-name' || rule === 'guest-known' || rule === 'guest-many' ? rule : 'bounds';
}

function invite({ invitations }: DoorDeskDeps, request: FastifyRequest, fields: FormFields): Result {
  const secret = invitations.create({
    label: (fields.get(doorFields.label) ?? '')
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .toWellFormed(),
    maxUses: Number(fields.get(doorFields.uses)),
    forMs: Number(fields.get(doorFields.days)) * dayMs,
  });
  // The Host has been found to be ours before anything else was looked at.
  return secret === undefined ? { notice: 'bounds' } : { link: `http://${request.headers.host}/invitation/${secret}` };
}

function known({ settings, password, invitations, now }: DoorDeskDeps): Omit<DoorDeskData, 'formToken' | 'guests'> {
  const { mode, tripcodes, kind, question } = settings.rules;
  const nowMs = now();
  return {
    modes: accessModes,
    ...{ mode, tripcodes, kind, question: question.text, answers: question.answers },
    hasPassword: password.mark !== undefined,
    invitations: invitations.list().map((each) => rowOf(each, nowMs)),
  };
}

async function guestsFor({ guests }: DoorDeskDeps, made: GuestsData['made']): Promise<GuestsData> {
  const keyed = guests.isPrivate ? (await guests.list()).filter(({ hasKey }) => hasKey) : [];
  return { isPrivate: guests.isPrivate, names: keyed.map(({ name }) => name), ...(made !== undefined && { made }) };
}

function rowOf({ id, label, uses, maxUses, untilMs, isRevoked }: AccessInvitation, nowMs: number): InvitationRow {
  const left = uses >= maxUses ? 'used' : untilMs <= nowMs ? 'old' : 'good';
  return { id, label, uses, maxUses, state: isRevoked ? 'revoked' : left };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().toWellFormed());
  return [...new Set(lines.filter((line) => line !== ''))];
}
