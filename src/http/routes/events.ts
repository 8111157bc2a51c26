import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { frameChunk } from '../../live/chunked.ts';
import type { Channel } from '../../live/endless-response.ts';
import type { ChatService } from '../chat-service.ts';
import { eventStreamHeaders } from '../headers.ts';
import type { OpenResponses } from '../open-responses.ts';
import { maxQueuedChatBytes, type Viewer } from './chat.ts';

export interface EventRouteDeps {
  readonly chat: Pick<ChatService, 'events' | 'missedSince'>;
  /** `info` events, framed, beginning with the facts of the moment. */
  readonly info: Channel;
  readonly responses: Pick<OpenResponses, 'open'>;
  identify(request: FastifyRequest, reply: FastifyReply): Viewer;
}

/** A comment (HTML, 9.2.5), so that dead connections are noticed on both sides. */
const emptyComment = frameChunk(Buffer.from(':\n\n'));
/** How soon to come back, in milliseconds. */
const opening = frameChunk(Buffer.from('retry: 2000\n\n'));

/**
 * What happens, for script: `row` events with the same rows as the endless frame, `info` events about the stream. Who comes back says which message
 * was the last one seen (`Last-Event-ID`, or `?after=`) and gets all that are still kept since then.
 */
export function registerEventRoutes(app: FastifyInstance, deps: EventRouteDeps): void {
  app.get('/events', (request, reply) => {
    if (request.method === 'HEAD') return reply.headers(eventStreamHeaders).send();
    const missed = deps.chat.missedSince(lastSeenId(request));
    const response = deps.responses.open(request, reply, {
      kind: 'events',
      viewer: deps.identify(request, reply).id,
      headers: eventStreamHeaders,
      maxQueuedBytes: maxQueuedChatBytes,
      keepAlive: emptyComment,
    });
    response.write(opening);
    response.follow(joined(deps.info, deps.chat.events), { afterId: deps.chat.events.lastId - missed });
    return reply;
  });
}

/** Two channels in one response: the first from its newest facts on, the second from where it is asked for. */
function joined(first: Channel, second: Channel): Channel {
  return {
    subscribe(sink, from) {
      const leaveFirst = first.subscribe(sink, 'keyframe');
      const leaveSecond = second.subscribe(sink, from);
      return () => {
        leaveFirst();
        leaveSecond();
      };
    },
  };
}

/** The header speaks for a later moment than the address, which stays the same when a browser reconnects. */
function lastSeenId(request: FastifyRequest): number {
  const { after } = Object(request.query);
  for (const candidate of [request.headers['last-event-id'], after]) {
    if (typeof candidate === 'string' && /^[0-9]{1,15}$/.test(candidate)) return Number(candidate);
  }
  return 0;
}
