import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audience } from '../../broadcast/audience.ts';
import type { Circle } from '../../chat/readers.ts';
import type { PeopleList } from '../../chat/people-list.ts';
import { AppError } from '../../errors.ts';
import { frameHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';
import { countedAs } from '../viewer.ts';

export interface PeopleRouteDeps {
  readonly places: Pick<Places, 'placeOf'>;
  readonly audience: Pick<Audience, 'visit'>;
  listFor(readers: Circle): PeopleList;
  circleOf(request: FastifyRequest): Circle;
  /** Whether this person may see the list. */
  maySee(request: FastifyRequest): boolean;
  renderPeople(list: PeopleList, readers: Circle, place: Place, refreshSeconds: number): string;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
}

/** The page loads itself again so often; whoever has not done so twice in a row has gone. */
const refreshSeconds = 15;
const visitMs = 2 * refreshSeconds * 1000;

/** `/people`: who is here, as a page for the chat's frame, which loads itself again. The script takes the list out of it. */
export function registerPeopleRoutes(app: FastifyInstance, deps: PeopleRouteDeps): void {
  app.get('/people', (request, reply) => {
    // As if there were none: that there is a list for others is nobody's business.
    if (!deps.maySee(request)) throw new AppError('NOT_FOUND');
    const place = deps.places.placeOf(request);
    // In its frame the page stands where the log was: its readers are still here.
    if (request.method === 'GET') deps.audience.visit(countedAs(place.viewer, request), visitMs, deps.now());
    const readers = deps.circleOf(request);
    return reply.headers(frameHeaders).send(deps.renderPeople(deps.listFor(readers), readers, place, refreshSeconds));
  });
}
