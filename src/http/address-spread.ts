import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PublicAddress, Spread } from '../admission/spread.ts';
import { connectionOf } from './connection.ts';
import { normaliseHost } from './guards.ts';
import { redirectHeaders } from './headers.ts';
import type { Places } from './place.ts';
import { queryValue } from './query.ts';

export interface AddressSpreadOptions {
  readonly spread: Spread;
  readonly places: Pick<Places, 'placeOf'>;
  /** The addresses of the stream, in the order of our tors; empty where nobody is to be sent from one to the other. */
  addresses(): readonly PublicAddress[];
  /** How many visitors this tor of ours has brought who are connected at present. */
  visitorsBy(tor: number): number;
  /** Monotonic milliseconds. */
  now(): number;
}

/** What a link may say besides the path and still says nothing of a person: which page it is, and in which language. */
const carried: Readonly<Record<string, RegExp>> = { script: /^0$/u, player: /^hls$/u, lang: /^[a-z]{2}$/u };

/** Sends newcomers to another address of the same stream where there is more room. Whoever has been at this one before stays. */
// Threat: T09
export class AddressSpread {
  readonly #options: AddressSpreadOptions;

  constructor(options: AddressSpreadOptions) {
    this.#options = options;
  }

  /** Answers in place of the door, or leaves the request to it. */
  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const { spread, places, addresses, visitorsBy, now } = this.#options;
    if (request.routeOptions.url !== '/' || request.method !== 'GET') return undefined;
    const all = addresses();
    const here = numberOfAddress(all, request);
    if (here === -1 || places.placeOf(request).viewer.from !== 'new') return undefined;
    const loaded = all.map((each, tor) => ({ ...each, visitors: visitorsBy(tor) }));
    const address = all[spread.send(loaded, here, now()) ?? -1]?.address;
    if (address === undefined) return undefined;
    const location = `http://${address}/${queryOf(request.query)}`;
    return reply.status(302).headers(redirectHeaders).header('Location', location).send();
  }
}

/** The other addresses at which the stream can be opened, for whoever came by one of them; nobody else is told. */
export function addressesElsewhere(all: readonly PublicAddress[], request: FastifyRequest): string[] {
  const here = numberOfAddress(all, request);
  if (here === -1) return [];
  return all.flatMap(({ address, isOpen }, tor) => (address === undefined || !isOpen || tor === here ? [] : [address]));
}

/** Which of them was asked; -1 for any other, such as one for this evening alone. */
function numberOfAddress(all: readonly PublicAddress[], request: FastifyRequest): number {
  if (all.length === 0 || connectionOf(request).kind !== 'onion') return -1;
  const host = normaliseHost([request.headers.host ?? '']);
  return all.findIndex(({ address }) => address !== undefined && address === host);
}

function queryOf(query: unknown): string {
  const known = Object.entries(carried).flatMap(([name, shape]): [string, string][] => {
    const value = queryValue(query, name);
    return value !== undefined && shape.test(value) ? [[name, value]] : [];
  });
  return known.length === 0 ? '' : `?${new URLSearchParams(known)}`;
}
