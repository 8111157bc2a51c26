import type { FastifyInstance } from 'fastify';
import { pageHeaders, redirectHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A whole page, which people see the address of; not a frame, and nothing that script fetches. */
    readonly isPage?: boolean;
  }
}

/** The options of a route that answers with a whole page. */
export const pageRoute = { config: { isPage: true } } as const;

export interface PlaceRouteDeps {
  readonly places: Pick<Places, 'welcome'>;
  renderLanguagePage(place: Place): string;
}

/** `/language`, and for all pages: who comes by an address that says what cookies say as well is sent to the plain one. */
export function registerPlaceRoutes(app: FastifyInstance, { places, renderLanguagePage }: PlaceRouteDeps): void {
  app.addHook('onRequest', async (request, reply) => {
    const { config, url } = request.routeOptions;
    if (config.isPage !== true || request.method !== 'GET' || url === undefined) return undefined;
    if (!places.welcome(request, reply).isDetour) return undefined;
    // Not what was asked for, but the path of the route and what its reader made of the query.
    const { lang: _known, ...query } = Object(request.query);
    const parameters = new URLSearchParams(query).toString();
    return reply
      .status(303)
      .headers(redirectHeaders)
      .header('Location', parameters === '' ? url : `${url}?${parameters}`)
      .send();
  });
  app.get('/language', pageRoute, (request, reply) =>
    reply.headers(pageHeaders).send(renderLanguagePage(places.welcome(request, reply))),
  );
}
