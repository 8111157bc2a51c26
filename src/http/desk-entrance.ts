import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { DeskEntrance } from '../access/broadcaster-access.ts';
import { connectionOf } from './connection.ts';

/** Whether the broadcaster may come by the connection of this request. Elsewhere a login is worth nothing. */
export function opensDesk(entrance: DeskEntrance, request: { readonly raw: Pick<IncomingMessage, 'socket'> }): boolean {
  if (entrance === 'everywhere') return true;
  const { kind } = connectionOf(request);
  return kind === 'local' || (kind === 'desk' && entrance === 'desk');
}

const deskPath = '/broadcaster';
const constraint = 'desk';

/**
 * Takes the login and the desk away from connections by which the broadcaster does not come: to the router there is no such route then, so that the
 * answer is that of any address at which there is nothing, whatever the method. Before any route is registered.
 */
// Threat: T18
export function hideDesk(app: FastifyInstance, entrance: DeskEntrance): void {
  if (entrance === 'everywhere') return;
  app.addConstraintStrategy({
    name: constraint,
    storage: keptByValue,
    deriveConstraint: (request) => (opensDesk(entrance, { raw: request }) ? 'open' : 'hidden'),
    validate: () => undefined,
  });
  app.addHook('onRoute', (route) => {
    if (route.url === deskPath || route.url.startsWith(`${deskPath}/`)) {
      route.constraints = { ...route.constraints, [constraint]: 'open' };
    }
  });
}

function keptByValue<Handler>() {
  const kept = new Map<unknown, Handler>();
  return {
    get: (value: unknown): Handler | null => kept.get(value) ?? null,
    set: (value: unknown, handler: Handler): void => void kept.set(value, handler),
  };
}
