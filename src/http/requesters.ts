import type { FastifyRequest } from 'fastify';
import type { Capcode } from '../chat/message.ts';
import type { Readers } from '../chat/readers.ts';
import type { Requester } from '../chat/requester.ts';
import { visitorCircuitOf } from './connection.ts';
import type { Place, Places } from './place.ts';

export interface RequestersOptions {
  readonly places: Pick<Places, 'placeOf'>;
  /** Whether the request comes from somebody who has logged in as the broadcaster. */
  isBroadcaster(request: FastifyRequest): boolean;
  /** Whether this viewer has been appointed. */
  isModerator(viewerId: string): boolean;
}

/** Finds out who asks, with the role that they have at this moment: the one place where a request becomes a person of the chat. */
export class Requesters {
  readonly #options: RequestersOptions;

  constructor(options: RequestersOptions) {
    this.#options = options;
  }

  requesterOf(request: FastifyRequest): Requester {
    const circuitId = visitorCircuitOf(request);
    const place = this.#options.places.placeOf(request);
    const role = this.#roleOf(request, place);
    return {
      viewerId: place.viewer.id,
      ...(circuitId === undefined ? {} : { circuitId }),
      ...(role === undefined ? {} : { role }),
    };
  }

  /** For whom and in which language the log is. */
  readersOf(request: FastifyRequest): Readers {
    const { language } = this.#options.places.placeOf(request);
    return { language, circle: this.requesterOf(request).role === undefined ? 'everyone' : 'staff' };
  }

  #roleOf(request: FastifyRequest, { viewer }: Place): Capcode | undefined {
    if (this.#options.isBroadcaster(request)) return 'broadcaster';
    // Nobody has appointed somebody whom we have never seen.
    return viewer.from !== 'new' && this.#options.isModerator(viewer.id) ? 'moderator' : undefined;
  }
}
