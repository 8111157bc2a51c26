import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.ts';
import { clipFields, type ClipPageData } from '../../views/clip-page.tsx';
import { acceptForms, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { pageHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';
import { countedAs } from '../viewer.ts';
import { pageRoute } from './place.ts';

export interface ClipRouteDeps {
  readonly places: Pick<Places, 'welcome'>;
  /** Keeps the last seconds of the stream; says under which id, or why not. */
  make(): Promise<{ readonly id: string } | 'busy' | 'nothing'>;
  readonly seconds: number;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderClipPage(data: ClipPageData, place: Place): string;
}

const path = '/clip';
const maxFormBytes = 1024;
/** One viewer, and all who come over one circuit, may make one clip in this time. */
const gapMs = 60_000;
/** Those who have made one of late; the oldest is forgotten first. */
const maxKnown = 4096;

/** `/clip`: a viewer makes a clip of what has just been seen, and gets a link to it. */
// Threat: T32
export function registerClipRoutes(app: FastifyInstance, deps: ClipRouteDeps): void {
  const pace = new ClipPace(deps.now);
  app.get(path, pageRoute, (request, reply) => send(deps, reply, deps.places.welcome(request, reply), {}));
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post(path, async (request, reply) => await takeForm(deps, pace, request, reply));
  });
}

async function takeForm(
  deps: ClipRouteDeps,
  pace: ClipPace,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const place = deps.places.welcome(request, reply);
  const token = formOf(request.body).get(clipFields.token) ?? '';
  if (!isFormToken(token, 'clip', place.viewer.id, deps.secret, deps.now())) {
    return send(deps, reply.status(403), place, { refusal: 'expired' });
  }
  const { viewerId, circuitId } = countedAs(place.viewer, request);
  const known = [`viewer ${viewerId ?? place.viewer.id}`, ...(circuitId === undefined ? [] : [`circuit ${circuitId}`])];
  if (!pace.take(known)) return send(deps, reply.status(429), place, { refusal: 'busy' });
  const made = await deps.make();
  if (typeof made === 'string') return send(deps, reply.status(503), place, { refusal: made });
  const { host } = request.headers;
  if (host === undefined) throw new AppError('BAD_REQUEST');
  // The Host has been found to be ours before anything else was looked at.
  return send(deps, reply, place, { link: `http://${host}/clips/${made.id}` });
}

function send(
  deps: ClipRouteDeps,
  reply: FastifyReply,
  place: Place,
  result: Pick<ClipPageData, 'link' | 'refusal'>,
): FastifyReply {
  const random = deps.randomBytes(formTokenRandomBytes);
  const formToken = mintFormToken('clip', place.viewer.id, deps.secret, deps.now(), random);
  return reply.headers(pageHeaders).send(deps.renderClipPage({ formToken, seconds: deps.seconds, ...result }, place));
}

class ClipPace {
  readonly #now: () => number;
  readonly #atMs = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether all of these may make a clip now; then none of them may for a while. */
  take(known: readonly string[]): boolean {
    const nowMs = this.#now();
    if (known.some((key) => nowMs - (this.#atMs.get(key) ?? Number.NEGATIVE_INFINITY) < gapMs)) return false;
    for (const key of known) {
      this.#atMs.delete(key);
      this.#atMs.set(key, nowMs);
    }
    for (const key of this.#atMs.keys()) {
      if (this.#atMs.size <= maxKnown) break;
      this.#atMs.delete(key);
    }
    return true;
  }
}
