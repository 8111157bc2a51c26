import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ChatLogData } from '../../chat/chat-view.ts';
import { replyIdOf } from '../../chat/quote.ts';
import type { Readers } from '../../chat/readers.ts';
import { maxSearchUnits } from '../../chat/search.ts';
import { pageHeaders } from '../headers.ts';
import type { LogPages } from '../../talk/log-pages.ts';
import type { Place, Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { pageRoute } from './place.ts';

export interface ChatLogRouteDeps {
  readonly places: Pick<Places, 'welcome'>;
  readonly log: Pick<LogPages, 'page'>;
  readersOf(request: FastifyRequest): Readers;
  /** Title of the stream. */
  title(): string;
  renderChatLog(data: ChatLogData, place: Place): string;
}

/** `/chat/log`: all that is kept, a page at a time (`?before=ID`); staff may search in it (`?q=`). */
export function registerChatLogRoutes(app: FastifyInstance, deps: ChatLogRouteDeps): void {
  app.get('/chat/log', pageRoute, (request, reply) => {
    const place = deps.places.welcome(request, reply);
    const isStaff = deps.readersOf(request).circle === 'staff';
    const search = isStaff ? (queryValue(request.query, 'q') ?? '').slice(0, maxSearchUnits).toWellFormed() : '';
    const beforeId = replyIdOf(queryValue(request.query, 'before') ?? '');
    const page = deps.log.page({ search, isStaff, ...(beforeId === undefined ? {} : { beforeId }) });
    const [oldest] = page.messages;
    const path = `${place.base}/chat/log`;
    const data: ChatLogData = {
      title: deps.title(),
      messages: page.messages,
      removalOf: (id) => page.removalOf(id),
      formHref: `${place.base}/chat/form`,
      refreshHref: path,
      ...(page.hasOlder && oldest !== undefined
        ? {
            olderHref: `${path}?${new URLSearchParams({ before: String(oldest.id), ...(search === '' ? {} : { q: search }) })}`,
          }
        : {}),
      ...(isStaff ? { search } : {}),
    };
    return reply.headers(pageHeaders).send(deps.renderChatLog(data, place));
  });
}
