import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import { assetHeaders, frameHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';

export interface EmoteRouteDeps {
  readonly places: Pick<Places, 'placeOf'>;
  /** The picture of that file name (`wave-0123456789abcdef.png`), drawn anew by us. */
  file(name: string): Buffer | undefined;
  /** The buttons to choose from, as a document. */
  renderEmoteList(place: Place): string;
}

/** Serves the operator's emotes. Their names hold a hash of their content, so that a browser asks once. */
export function registerEmoteRoutes(app: FastifyInstance, { places, file, renderEmoteList }: EmoteRouteDeps): void {
  app.get('/chat/emotes', (request, reply) =>
    reply.headers(frameHeaders).send(renderEmoteList(places.placeOf(request))),
  );

  app.get<{ Params: { file: string } }>('/emotes/:file', (request, reply) => {
    const bytes = file(request.params.file);
    if (bytes === undefined) throw new AppError('NOT_FOUND', 'no such emote');
    return reply.headers(assetHeaders('image/png')).send(bytes);
  });
}
