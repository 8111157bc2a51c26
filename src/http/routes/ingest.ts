import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.ts';
import { connectionOf } from '../connection.ts';
import { textHeaders } from '../headers.ts';

/** What became of a pushed stream. */
export type PushOutcome =
  | { readonly kind: 'finished' }
  | { readonly kind: 'refused'; readonly reason: 'key' | 'busy' | 'format'; readonly message: string };

/** Takes a stream as a request body. Resolves when the publisher is done or refused; leaves the body to us. */
export interface PushReceiver {
  accept(push: {
    readonly key: string | undefined;
    readonly body: Readable;
    readonly signal: AbortSignal;
  }): Promise<PushOutcome>;
}

export interface IngestDeps {
  readonly push: PushReceiver;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

const refusalStatus = { key: 401, busy: 409, format: 415 } as const;

/** `POST /ingest`: a publisher's stream as a body without end, for programs of this machine that show the stream key. */
export function registerIngestRoutes(app: FastifyInstance, deps: IngestDeps): void {
  app.register(async (scope) => {
    // The body is neither collected nor limited here: whoever accepts it reads it as it comes.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post('/ingest', (request, reply) => receive(deps, request, reply));
  });
}

async function receive(deps: IngestDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (connectionOf(request).kind !== 'local') throw new AppError('NOT_FOUND');
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  const outcome = await deps.push.accept({
    key: keyOf(request),
    body: request.raw,
    signal: AbortSignal.any([deps.signal, gone.signal]),
  });
  const [status, sentence] =
    outcome.kind === 'finished' ? [200, 'The stream has ended.'] : [refusalStatus[outcome.reason], outcome.message];
  return reply.code(status).headers(textHeaders).header('Connection', 'close').send(`${sentence}\n`);
}

/** `X-Stream-Key: KEY`, or `Authorization: Bearer KEY` (RFC 6750, 2.1). */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const own = headers['x-stream-key'];
  if (typeof own === 'string') return own;
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
