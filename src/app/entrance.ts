import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Pressure } from '../admission/pressure.ts';
import { QueueTickets, ticketKeyBytes } from '../admission/queue-ticket.ts';
import { defaultWaitingPolicy, type Hall, WaitingRoom } from '../admission/waiting-room.ts';
import type { Audience } from '../broadcast/audience.ts';
import type { Trace } from '../broadcast/person.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { Entrance } from '../http/entrance.ts';
import { LoadWatch } from '../http/load-watch.ts';
import type { Places } from '../http/place.ts';
import type { WebServer } from '../http/server.ts';
import { renderQueuePage } from '../views/queue-page.tsx';
import { readerOf } from './reader-of.ts';

export interface EntranceParts {
  readonly config: OnioncastConfig;
  readonly server: WebServer;
  readonly places: Places;
  readonly audience: Audience;
  readonly styleHref: string;
  isStaff(request: FastifyRequest): boolean;
}

/** Who may come in when there is little room. */
export interface OpenEntrance {
  /** Whether this viewer would be given the stream now. */
  hasRoomFor(who: Trace): boolean;
  /** For supervisors. */
  status(): { readonly pressure: Pressure; readonly waiting: number };
  close(): void;
}

/** Puts the queue before the page. */
export function openEntrance({ config, server, places, audience, styleHref, isStaff }: EntranceParts): OpenEntrance {
  const { viewers, circuit, newSessions, newSessionsBurst, shed } = config.limits;
  const now = (): number => performance.now();
  const { responses } = server;
  const room = new WaitingRoom({ ...defaultWaitingPolicy, perSecond: newSessions, burst: newSessionsBurst });
  const load = new LoadWatch({ viewers: () => ({ lost: responses.takeLost(), served: responses.served }) });
  const pressure = (): Pressure => (shed ? load.pressure : 'calm');
  const hall = (): Hall => {
    const nowMs = now();
    return {
      free: viewers - audience.placesTaken(nowMs),
      isPressed: pressure() !== 'calm',
      has: (viewerId) => audience.hasPlace({ viewerId }, nowMs),
    };
  };
  const entrance = new Entrance({
    ...{ places, room, hall, pressure, isStaff, now, randomBytes },
    tickets: new QueueTickets(randomBytes(ticketKeyBytes)),
    isHere: (token) => responses.isHere(token),
    sessionWaitMs: (request) => server.sessionWaitMs(request),
    renderQueue: (data, place) => renderQueuePage({ ...data, ...readerOf(place), styleHref }),
    random: Math.random,
  });
  server.app.addHook('onRequest', async (request, reply) => entrance.guard(request, reply));
  return {
    hasRoomFor: (who) => {
      const nowMs = now();
      if (!audience.hasRoomFor(who, viewers, nowMs, circuit.viewers)) return false;
      return audience.hasPlace(who, nowMs) || room.mayBegin(who.viewerId, hall(), nowMs);
    },
    status: () => ({ pressure: pressure(), waiting: room.waiting }),
    close: () => load.close(),
  };
}
