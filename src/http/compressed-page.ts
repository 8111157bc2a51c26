import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedCodings } from './accepted-codings.ts';
import type { Viewer } from './viewer.ts';

/**
 * Sends a page that holds no form, compressed if the browser takes that and if nothing in it can be found out by its length (BREACH): whoever
 * came by an address with a token would get the same token in every answer. The token of somebody new and the view key are made for this one answer
 * and never stand in another one like it, so there is nothing to compare.
 */
// Threat: T32
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  html: string,
  viewer: Pick<Viewer, 'from'>,
): FastifyReply {
  reply.header('Vary', 'Accept-Encoding');
  if (!mayCompress(request, viewer)) return reply.send(html);
  return reply.header('Content-Encoding', 'gzip').send(gzipSync(html));
}

/** Whether what is sent to this viewer can be, and may be, compressed; see `sendPage`. */
export function mayCompress(request: FastifyRequest, { from }: Pick<Viewer, 'from'>): boolean {
  return from !== 'address' && acceptedCodings(request.headers['accept-encoding']).has('gzip');
}
