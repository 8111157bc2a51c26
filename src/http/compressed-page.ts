import { crc32, gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { gzipEnd, gzipHeader, squeezedBlocks } from '../live/gzip-blocks.ts';
import { acceptedCodings } from './accepted-codings.ts';
import type { Viewer } from './viewer.ts';

/**
 * Sends a page that holds no form, compressed if the browser takes that and if nothing in it can be found out by its length (BREACH): whoever
 * came by an address with a token would get the same token in every answer. The token of somebody new and the view key are made for this one answer
 * and never stand in another one like it, so there is nothing to compare. `shared`: long texts that stand in many pages, in this order, which are compressed only once;
 * they must be files of our own, since they are kept for good.
 */
// Threat: T32
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  html: string,
  viewer: Pick<Viewer, 'from'>,
  shared: readonly string[] = [],
): FastifyReply {
  reply.header('Vary', 'Accept-Encoding');
  if (!mayCompress(request, viewer)) return reply.send(html);
  return reply.header('Content-Encoding', 'gzip').send(shared.length === 0 ? gzipSync(html) : gzipWith(html, shared));
}

/** Whether what is sent to this viewer can be, and may be, compressed; see `sendPage`. */
export function mayCompress(request: FastifyRequest, { from }: Pick<Viewer, 'from'>): boolean {
  return from !== 'address' && acceptedCodings(request.headers['accept-encoding']).has('gzip');
}

const squeezedTexts = new Map<string, Buffer>();

/** As gzip, with what is shared between blocks of its own. */
function gzipWith(html: string, shared: readonly string[]): Buffer {
  const blocks = [gzipHeader];
  let rest = html;
  for (const text of shared) {
    const at = rest.indexOf(text);
    if (at === -1) continue;
    const squeezed = squeezedTexts.get(text) ?? squeezedBlocks(Buffer.from(text));
    squeezedTexts.set(text, squeezed);
    blocks.push(squeezedBlocks(Buffer.from(rest.slice(0, at))), squeezed);
    rest = rest.slice(at + text.length);
  }
  const whole = Buffer.from(html);
  return Buffer.concat([...blocks, squeezedBlocks(Buffer.from(rest)), gzipEnd(crc32(whole), whole.length)]);
}
