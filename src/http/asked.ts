import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asked } from '../admission/challenge.ts';
import { visitorCircuitOf } from './connection.ts';
import type { Places } from './place.ts';

/** Who asks, as far as limits care: the viewer, and the circuit that may carry many of them. */
export function askedWith(places: Pick<Places, 'welcome'>): (request: FastifyRequest, reply: FastifyReply) => Asked {
  return (request, reply) => {
    const circuitId = visitorCircuitOf(request);
    const viewerId = places.welcome(request, reply).viewer.id;
    return circuitId === undefined ? { viewerId } : { viewerId, circuitId };
  };
}
