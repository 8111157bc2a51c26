import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AccessRules, isAdmitted } from '../admission/admission.ts';
import type { Admissions } from '../access/admissions.ts';
import { closedHeaders, gateHeaders } from './headers.ts';
import type { Places } from './place.ts';

export interface AccessGateOptions {
  readonly places: Pick<Places, 'placeOf'>;
  readonly admissions: Pick<Admissions, 'of'>;
  rules(): AccessRules;
  /** Whether who came by this invitation may stay. */
  isGoodInvitation(id: number): boolean;
  /** Staff pass every door. */
  isStaff(request: FastifyRequest): boolean;
  /** Routes that are open to all, by the pattern under which they are registered. */
  readonly openRoutes: ReadonlySet<string>;
  /** The page that says how to come in; the same for every address. */
  renderGate(request: FastifyRequest, reply: FastifyReply): string;
}

/**
 * The door before everything: whoever may not come in learns nothing, not even whether an address exists. Closed unless a route is listed as open.
 * Nothing is kept of those who stand before it.
 */
// Threat: T17
export class AccessGate {
  readonly #options: AccessGateOptions;

  constructor(options: AccessGateOptions) {
    this.#options = options;
  }

  /** Whether who sent this request may be in, by the rules of this moment. */
  isAdmitted(request: FastifyRequest): boolean {
    const { rules, places, admissions, isGoodInvitation, isStaff } = this.#options;
    const current = rules();
    if (current.mode === 'open' || isStaff(request)) return true;
    return isAdmitted(admissions.of(places.placeOf(request).viewer.id), current, isGoodInvitation);
  }

  /** Answers in place of a route, or leaves the request to it. For the first hook of all. */
  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const { openRoutes } = this.#options;
    if (openRoutes.has(request.routeOptions.url ?? '') || this.isAdmitted(request)) return undefined;
    return this.refuse(request, reply);
  }

  /** The gate for whoever reads pages, a status alone for programs, media and scripts. */
  refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const wantsPage = request.headers.accept?.includes('text/html') === true;
    reply.status(403);
    if (!wantsPage) return reply.headers(closedHeaders).send();
    return reply.headers(gateHeaders).send(this.#options.renderGate(request, reply));
  }
}
