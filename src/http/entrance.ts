import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pressure } from '../admission/pressure.ts';
import { type QueueTickets, ticketRandomBytes } from '../admission/queue-ticket.ts';
import { askAgainMs, defaultWaitingPolicy, type Hall, type WaitingRoom } from '../admission/waiting-room.ts';
import { AppError } from '../errors.ts';
import { connectionOf } from './connection.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { gateHeaders } from './headers.ts';
import type { Place, Places } from './place.ts';
import { queryValue } from './query.ts';

/** What the page of the queue says. */
export interface QueueData {
  /** How many are before this one, about. */
  readonly ahead: number;
  /** Where to ask again: what the page renews itself to. */
  readonly href: string;
}

export interface EntranceOptions {
  readonly places: Pick<Places, 'placeOf' | 'welcome'>;
  readonly room: Pick<WaitingRoom, 'ask'>;
  readonly tickets: QueueTickets;
  hall(): Hall;
  pressure(): Pressure;
  /** Staff wait for nothing. */
  isStaff(request: FastifyRequest): boolean;
  /** Whether somebody has a part of the page open: they are in, watching or not. */
  isHere(viewerToken: string): boolean;
  /** Milliseconds until another identity would be given out on this circuit; 0: now. */
  sessionWaitMs(request: FastifyRequest): number;
  renderQueue(data: QueueData, place: Place): string;
  /** Monotonic milliseconds. */
  now(): number;
  randomBytes(size: number): Uint8Array;
  /** In [0, 1). */
  random(): number;
}

const ticketCookie = 'w';
const ticketParameter = 'ticket';
/** The page that leads to everything else. */
const entranceRoute = '/';
/** What is put off first when the machine can do no more, by the beginnings of patterns of routes: players can wait, and so can recordings. */
const lateRoutes = ['/stream.m3u8', '/stream/:rendition/', '/recordings', '/clip'];

/**
 * Stands before the page: gives identities out at a pace, lets newcomers wait where there is no room, and puts off what can wait. Whoever is in is not
 * asked anything.
 */
// Threat: T15, T17, T33
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Answers in place of a route, or leaves the request to it. For a hook behind the gate and the place. */
  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const { pressure, isStaff } = this.#options;
    const { url = '', config } = request.routeOptions;
    const isLate = lateRoutes.some((beginning) => url.startsWith(beginning));
    if (isLate && pressure() === 'exhausted' && !isStaff(request)) throw new AppError('OVERLOADED');
    if (config.isPage !== true) return undefined;
    this.#paceIdentities(request, reply);
    return url === entranceRoute && !isStaff(request) ? this.#letInOrWait(request, reply) : undefined;
  }

  #paceIdentities(request: FastifyRequest, reply: FastifyReply): void {
    const { places, sessionWaitMs } = this.#options;
    if (places.placeOf(request).viewer.from !== 'new') return;
    const waitMs = sessionWaitMs(request);
    if (waitMs === 0) return;
    reply.header('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new AppError('TOO_MANY');
  }

  #letInOrWait(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const { places, room, hall, now, isHere } = this.#options;
    const { viewer } = places.placeOf(request);
    if (isHere(viewer.token)) return undefined;
    const nowMs = now();
    const number = this.#numberOf(request, viewer.id, nowMs);
    const isNew = viewer.from === 'new' && connectionOf(request).kind !== 'local';
    const entry = room.ask({ viewerId: viewer.id, isNew, number }, hall(), nowMs);
    if (entry.kind === 'in') return undefined;
    return this.#sendQueue(request, reply, entry, nowMs);
  }

  /** The lower one of the numbers that the cookie and the address name. */
  #numberOf(request: FastifyRequest, viewerId: string, nowMs: number): number | undefined {
    const given = [readCookie(request.headers.cookie, ticketCookie), queryValue(request.query, ticketParameter)];
    const numbers = given.flatMap((ticket) => {
      const number = this.#options.tickets.open(ticket ?? '', viewerId, nowMs, defaultWaitingPolicy.ticketMs);
      return number === undefined ? [] : [number];
    });
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  #sendQueue(
    request: FastifyRequest,
    reply: FastifyReply,
    { number, ahead }: { readonly number: number; readonly ahead: number },
    nowMs: number,
  ): FastifyReply {
    const { places, tickets, renderQueue, random, randomBytes } = this.#options;
    const place = places.welcome(request, reply);
    const ticket = tickets.seal(number, place.viewer.id, nowMs, randomBytes(ticketRandomBytes));
    const maxAgeSeconds = defaultWaitingPolicy.ticketMs / 1000;
    reply.header('Set-Cookie', writeCookie(ticketCookie, ticket, { sameSite: 'Lax', maxAgeSeconds }));
    const href = hrefOf(request, place, ticket);
    const seconds = String(Math.round(askAgainMs(number, ahead, random()) / 1000));
    return reply
      .status(503)
      .headers(gateHeaders)
      .headers({ 'Retry-After': seconds, Refresh: `${seconds}; url=${href}` })
      .send(renderQueue({ ahead, href }, place));
  }
}

/** The same page again; where no cookie has come back yet, the address says the ticket. */
function hrefOf(request: FastifyRequest, { viewer, base }: Place, ticket: string): string {
  const { [ticketParameter]: _old, lang: _known, ...query } = Object(request.query);
  const asked = new URLSearchParams(viewer.from === 'cookie' ? query : { ...query, [ticketParameter]: ticket });
  return `${base}/${asked.size === 0 ? '' : `?${asked}`}`;
}
