import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import { connectionOf } from '../connection.ts';
import { jsonHeaders } from '../headers.ts';

export interface HealthDeps {
  /** What supervisors may know; nothing secret, since every program on this machine can ask. */
  health(): object;
}

/** `/healthz`: one line of JSON, for this machine only. */
export function registerHealthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  app.get('/healthz', (request, reply) => {
    if (connectionOf(request).kind !== 'local') throw new AppError('NOT_FOUND');
    return reply.headers(jsonHeaders).send(`${JSON.stringify(deps.health())}\n`);
  });
}
