import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Trace } from '../broadcast/person.ts';
import { visitorCircuitOf } from './connection.ts';

/** Who asks. `new`: somebody without a valid token, who was given one for this request; nothing is remembered of it. */
export interface Viewer {
  /** Stable for this viewer, and from it nobody who sees the database can come back to the token. */
  readonly id: string;
  readonly token: string;
  readonly from: 'cookie' | 'address' | 'new';
}

/** The id of whoever has this token; it outlives restarts as the token does. */
export function viewerIdOf(token: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update('viewer-id:').update(token).digest('base64url').slice(0, 22);
}

/**
 * By what somebody is counted. People without a token count once per circuit, since each of their requests would be somebody new, and those of this machine
 * as one.
 */
// Threat: T33
export function countedAs(viewer: Viewer, request: { readonly raw: IncomingMessage }): Trace {
  const circuitId = visitorCircuitOf(request);
  const circuit = circuitId === undefined ? {} : { circuitId };
  if (viewer.from !== 'new') return { viewerId: viewer.id, ...circuit };
  return { circuitId: 'local', ...circuit };
}
