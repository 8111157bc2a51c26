import type { FastifyInstance, FastifyRequest } from 'fastify';
import { accessModes } from '../../admission/admission.ts';
import { AppError } from '../../errors.ts';
import { doorFields, type DoorDeskData, type InvitationRow } from '../../views/door-desk.tsx';
import type { AccessInvitation } from '../../store/access-invitations.ts';
import type { AccessInvitations } from '../../access/access-invitations.ts';
import { doorLimits, type DoorRules, type DoorSettings } from '../../access/door-settings.ts';
import { type DeskPageDeps, registerDeskPage } from '../desk-page.ts';
import type { FormFields } from '../form-body.ts';
import type { Place } from '../place.ts';

export interface DoorDeskDeps extends DeskPageDeps {
  readonly settings: Pick<DoorSettings, 'rules' | 'change'>;
  readonly invitations: Pick<AccessInvitations, 'create' | 'list' | 'revoke' | 'restore'>;
  renderDoorDesk(data: DoorDeskData, place: Place): string;
}

const dayMs = 24 * 60 * 60 * 1000;
const kinds = ['picture', 'question', 'both'] as const;

/** What the page says after a form: a notice, or the link of a new invitation. */
type Result = Pick<DoorDeskData, 'notice' | 'link'>;

/** `/broadcaster/access`: the broadcaster's page about the door. */
export function registerDoorDeskRoutes(app: FastifyInstance, deps: DoorDeskDeps): void {
  registerDeskPage<Result>(app, deps, {
    path: '/broadcaster/access',
    form: 'door',
    tokenField: doorFields.token,
    maxFormBytes: 16_384,
    take: (fields, request) => carryOut(deps, request, fields),
    statusOf: ({ link }) => (link === undefined ? 422 : 200),
    render: (formToken, place, result) => deps.renderDoorDesk({ ...known(deps), formToken, ...result }, place),
  });
}

function carryOut(deps: DoorDeskDeps, request: FastifyRequest, fields: FormFields): Result | undefined {
  const id = Number(fields.get(doorFields.id));
  switch (fields.get(doorFields.action) ?? '') {
    case 'door':
      return change(deps, doorPatch(fields));
    case 'question':
      return change(deps, questionPatch(fields));
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

function change({ settings }: DoorDeskDeps, patch: Partial<DoorRules> | undefined): Result | undefined {
  if (patch === undefined) return { notice: 'bounds' };
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

function known({ settings, invitations, now }: DoorDeskDeps): Omit<DoorDeskData, 'formToken'> {
  const { mode, tripcodes, kind, question } = settings.rules;
  const nowMs = now();
  return {
    modes: accessModes,
    ...{ mode, tripcodes, kind, question: question.text, answers: question.answers },
    invitations: invitations.list().map((each) => rowOf(each, nowMs)),
  };
}

function rowOf({ id, label, uses, maxUses, untilMs, isRevoked }: AccessInvitation, nowMs: number): InvitationRow {
  const left = uses >= maxUses ? 'used' : untilMs <= nowMs ? 'old' : 'good';
  return { id, label, uses, maxUses, state: isRevoked ? 'revoked' : left };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().toWellFormed());
  return [...new Set(lines.filter((line) => line !== ''))];
}
