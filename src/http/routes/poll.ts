import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Requester } from '../../chat/requester.ts';
import { type PollFormData, pollFormFields } from '../../views/poll-form.tsx';
import { acceptForms, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { frameHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';
import type { PollService } from '../../talk/poll-service.ts';

export interface PollRouteDeps {
  readonly polls: Pick<PollService, 'status' | 'voteOf' | 'vote'>;
  readonly places: Pick<Places, 'welcome'>;
  /** Who asks, as the chat knows them. */
  requesterOf(request: FastifyRequest): Requester;
  /** Whoever may not write may not vote either. */
  mayVote(requester: Requester): boolean;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderPollForm(data: PollFormData, place: Place): string;
}

type Outcome = NonNullable<PollFormData['outcome']>;

const maxFormBytes = 1024;

/** `/chat/poll`: the vote, as a form that answers with itself. */
export function registerPollRoutes(app: FastifyInstance, deps: PollRouteDeps): void {
  app.get('/chat/poll', (request, reply) => send(deps, reply, deps.places.welcome(request, reply)));

  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post('/chat/poll', (request, reply) => {
      const place = deps.places.welcome(request, reply);
      const outcome = vote(deps, request, place);
      if (outcome !== 'counted') reply.status(outcome === 'form-expired' || outcome === 'not-allowed' ? 403 : 422);
      return send(deps, reply, place, outcome);
    });
  });
}

function vote(deps: PollRouteDeps, request: FastifyRequest, { viewer }: Place): Outcome {
  const fields = formOf(request.body);
  const token = fields.get(pollFormFields.token) ?? '';
  if (!isFormToken(token, 'poll', viewer.id, deps.secret, deps.now())) return 'form-expired';
  const option = fields.get(pollFormFields.option);
  if (option === undefined) return 'nothing-chosen';
  const requester = deps.requesterOf(request);
  if (!deps.mayVote(requester)) return 'not-allowed';
  const outcome = deps.polls.vote(requester, numberOf(fields.get(pollFormFields.poll)), numberOf(option));
  return outcome.kind === 'done' ? 'counted' : outcome.rule;
}

function numberOf(field: string | undefined): number {
  return field !== undefined && /^\d{1,15}$/.test(field) ? Number(field) : Number.NaN;
}

function send(deps: PollRouteDeps, reply: FastifyReply, place: Place, outcome?: Outcome): FastifyReply {
  const { viewer, base } = place;
  const poll = deps.polls.status?.poll;
  const chosen = deps.polls.voteOf(viewer.id);
  const data: PollFormData = {
    action: `${base}/chat/poll`,
    backHref: `${base}/chat`,
    formToken: mintFormToken('poll', viewer.id, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes)),
    ...(poll === undefined ? {} : { poll }),
    ...(chosen === undefined ? {} : { vote: chosen }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  return reply.headers(frameHeaders).send(deps.renderPollForm(data, place));
}
