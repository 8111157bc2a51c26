import { createHmac } from 'node:crypto';
import type { Asked } from '../admission/challenge.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Viewer } from './routes/chat.ts';
import { connectionOf } from './connection.ts';
import { type Viewers, viewerCookie } from './viewer.ts';

/**
 * Makes the chat's view of who asks: an id that outlives restarts as the token does, and from which nobody who sees the database can come back
 * to a token. Somebody new gets the cookie with the reply.
 */
export function identifyWith(
  viewers: Pick<Viewers, 'viewerOf'>,
  secret: Uint8Array,
): (request: FastifyRequest, reply: FastifyReply) => Viewer {
  return (request, reply) => {
    const { token, from } = viewers.viewerOf(request);
    if (from === 'new') reply.header('Set-Cookie', viewerCookie(token));
    return {
      id: createHmac('sha256', secret).update('viewer-id:').update(token).digest('base64url').slice(0, 22),
      query: from === 'cookie' ? '' : `v=${token}`,
    };
  };
}

/** Who asks, as far as limits care: the viewer, and the circuit that may carry many of them. */
export function askedWith(
  identify: (request: FastifyRequest, reply: FastifyReply) => Viewer,
): (request: FastifyRequest, reply: FastifyReply) => Asked {
  return (request, reply) => {
    const connection = connectionOf(request);
    const viewerId = identify(request, reply).id;
    return connection.kind === 'onion' ? { viewerId, circuitId: connection.circuitId } : { viewerId };
  };
}
