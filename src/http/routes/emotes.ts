import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import { assetHeaders } from '../headers.ts';

export interface EmoteRouteDeps {
  /** The picture of that file name (`wave-0123456789abcdef.png`), drawn anew by us. */
  file(name: string): Buffer | undefined;
}

/** Serves the operator's emotes. Their names hold a hash of their content, so that a browser asks once. */
export function registerEmoteRoutes(app: FastifyInstance, { file }: EmoteRouteDeps): void {
  app.get<{ Params: { file: string } }>('/emotes/:file', (request, reply) => {
    const bytes = file(request.params.file);
    if (bytes === undefined) throw new AppError('NOT_FOUND', 'no such emote');
    return reply.headers(assetHeaders('image/png')).send(bytes);
  });
}
