import type { FastifyRequest } from 'fastify';
import type { Trace } from '../broadcast/person.ts';
import type { Capcode } from '../chat/message.ts';
import type { Sighting } from '../chat/people-list.ts';
import type { EndlessKind, OpenResponses } from './open-responses.ts';

/** How a request shows who somebody is. */
export interface SightingMeans {
  readonly responses: Pick<OpenResponses, 'opened'>;
  traceOf(request: FastifyRequest): Trace;
  roleOf(request: FastifyRequest): Capcode | undefined;
}

/** Whoever has one of these open is here. */
const hereKinds: ReadonlySet<EndlessKind> = new Set(['chat', 'events', 'player']);

/** Everybody who is here by a page that they have open, whether they watch or not. */
export function openSightings({ responses, traceOf, roleOf }: SightingMeans): Sighting[] {
  const open = responses.opened().filter(({ kind }) => hereKinds.has(kind));
  return open.map(({ request }) => {
    const role = roleOf(request);
    return { ...traceOf(request), isWatching: false, ...(role === undefined ? {} : { role }) };
  });
}
