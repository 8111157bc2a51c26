import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readers } from '../../chat/readers.ts';
import { frameChunk } from '../../live/chunked.ts';
import type { Channel } from '../../live/endless-response.ts';
import type { ChatChannels } from '../../talk/chat-channels.ts';
import { eventStreamHeaders } from '../headers.ts';
import type { OpenResponses } from '../open-responses.ts';
import type { Places } from '../place.ts';
import { queryValue } from '../query.ts';
import { maxQueuedChatBytes } from './chat.ts';

export interface EventRouteDeps {
  readonly channels: Pick<ChatChannels, 'of'>;
  /** `info` events, framed, beginning with the facts of the moment. */
  readonly info: Channel;
  /** `people` events for whoever asks; undefined for those who may not see who is here. Absent: for nobody. */
  peopleFor?(request: FastifyRequest): Channel | undefined;
  readonly responses: Pick<OpenResponses, 'open'>;
  readonly places: Pick<Places, 'placeOf'>;
  /** For whom and in which language the log is. */
  readersOf(request: FastifyRequest): Readers;
}

/** A comment (HTML, 9.2.5), so that dead connections are noticed on both sides. */
const emptyComment = frameChunk(Buffer.from(':\n\n'));
/** How soon to come back, in milliseconds. */
const opening = frameChunk(Buffer.from('retry: 2000\n\n'));

/** Much longer than any id of ours. */
const maxIdLength = 64;

/**
 * What happens, for script: the log (see `ChatChannel.events`), with the same rows as the endless frame, and `info` events about the stream. Who comes
 * back says which event was the last one seen (`Last-Event-ID`, or `?after=`) and gets all since then; if that cannot be, a `reset` and all that is kept.
 */
export function registerEventRoutes(app: FastifyInstance, deps: EventRouteDeps): void {
  app.get('/events', (request, reply) => {
    if (request.method === 'HEAD') return reply.headers(eventStreamHeaders).send();
    const channel = deps.channels.of(deps.readersOf(request));
    const response = deps.responses.open(request, reply, {
      kind: 'events',
      viewer: deps.places.placeOf(request).viewer.id,
      headers: eventStreamHeaders,
      maxQueuedBytes: maxQueuedChatBytes,
      keepAlive: emptyComment,
    });
    const { afterId, reset } = channel.resume(lastEventId(request));
    response.write(opening);
    if (reset !== undefined) response.write(reset);
    const people = deps.peopleFor?.(request);
    const facts = people === undefined ? deps.info : joined(deps.info, people);
    response.follow(joined(facts, channel.events), { afterId });
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
function lastEventId(request: FastifyRequest): string | undefined {
  const candidates = [request.headers['last-event-id'], queryValue(request.query, 'after')];
  const given = candidates.find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof given === 'string' ? given.slice(0, maxIdLength) : undefined;
}
