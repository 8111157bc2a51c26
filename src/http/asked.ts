import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asked } from '../admission/challenge.ts';
import { connectionOf } from './connection.ts';
import type { Places } from './place.ts';

/** Who asks, as far as limits care: the viewer, and the circuit that may carry many of them. */
export function askedWith(places: Pick<Places, 'welcome'>): (request: FastifyRequest, reply: FastifyReply) => Asked {
  return (request, reply) => {
    const connection = connectionOf(request);
    const viewerId = places.welcome(request, reply).viewer.id;
    return connection.kind === 'onion' ? { viewerId, circuitId: connection.circuitId } : { viewerId };
  };
}
