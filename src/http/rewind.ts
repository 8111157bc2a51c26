import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { EndlessResponse } from '../live/endless-response.ts';
import { RewindCursor } from '../live/rewind-cursor.ts';
import type { RewindWindow } from '../live/rewind-window.ts';
import { lengthened } from './announced-length.ts';
import { queryValue } from './query.ts';

/** An earlier moment, as a viewer asks for it. */
export type RewindWish =
  /** So many seconds before the newest. */
  | { readonly ago: number }
  /** This many seconds after the beginning of the broadcast's timeline, which is also that of the media. */
  | { readonly from: number };

const secondsShape = /^\d{1,7}(?:\.\d{1,6})?$/;

/** What the address asks for: `?ago=<seconds>` or `?from=<seconds of the timeline>`. Throws BAD_REQUEST for what is no number. */
export function rewindAsked(request: Pick<FastifyRequest, 'query'>): RewindWish | undefined {
  const ago = secondsIn(request, 'ago');
  if (ago !== undefined) return ago === 0 ? undefined : { ago };
  const from = secondsIn(request, 'from');
  return from === undefined ? undefined : { from };
}

/** The cursor that the address asks for; undefined if it asks for none, or nothing is kept. */
export function cursorFor(window: RewindWindow | undefined, request: FastifyRequest): RewindCursor | undefined {
  return cursorAt(window, rewindAsked(request));
}

/** The cursor at such a moment, or as near to it as is kept. */
export function cursorAt(window: RewindWindow | undefined, wish: RewindWish | undefined): RewindCursor | undefined {
  const live = window?.liveSeconds;
  if (window === undefined || live === undefined || wish === undefined) return undefined;
  return RewindCursor.at(window, 'from' in wish ? wish.from : live - Math.min(wish.ago, window.availableSeconds));
}

/** Sends what the cursor has. */
export function rewind(response: EndlessResponse, cursor: RewindCursor, hasLength: boolean): void {
  response.write(hasLength ? lengthened(cursor.head) : cursor.head);
  response.pull(cursor);
}

function secondsIn({ query }: Pick<FastifyRequest, 'query'>, name: string): number | undefined {
  const text = queryValue(query, name);
  if (text === undefined) return undefined;
  if (!secondsShape.test(text)) throw new AppError('BAD_REQUEST');
  return Number(text);
}
