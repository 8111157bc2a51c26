import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import type { ChatLimits } from '../../chat/chat-view.ts';
import type { PageAssets } from '../../views/document.tsx';
import { renderWatchPage } from '../../views/watch-page.tsx';
import { pageHeaders, scriptPageHeaders } from '../headers.ts';

/** What the watch page needs to know; asked anew for each page. */
export interface WatchRouteOptions {
  snapshot(): StreamSnapshot;
  /** The token for the addresses of frames; undefined if the request brought a valid cookie. */
  viewerTokenFor(request: FastifyRequest): string | undefined;
  /** A new view key. */
  mintViewKey(): string;
  readonly assets: PageAssets;
  readonly siteName: string;
  readonly chat: { readonly limits: ChatLimits; readonly defaultName: string };
}

/** `/`: the watch page; `/?script=0`: the same page without script. */
export function registerWatchRoutes(app: FastifyInstance, options: WatchRouteOptions): void {
  app.get<{ Querystring: { script?: unknown } }>('/', (request, reply) => {
    const script = request.query.script !== '0';
    const viewer = options.viewerTokenFor(request);
    const html = renderWatchPage({
      snapshot: options.snapshot(),
      assets: options.assets,
      siteName: options.siteName,
      view: options.mintViewKey(),
      ...(viewer !== undefined && { viewer }),
      script,
      chat: options.chat,
    });
    return reply.headers(script ? scriptPageHeaders : pageHeaders).send(html);
  });
}
