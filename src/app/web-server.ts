import { type PublicAddress, Spread } from '../admission/spread.ts';
import type { Audience } from '../broadcast/audience.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AddressSpread } from '../http/address-spread.ts';
import type { Places } from '../http/place.ts';
import type { Requesters } from '../http/requesters.ts';
import type { Assets } from '../http/routes/assets.ts';
import { isBroadcasterRequest } from '../http/routes/broadcaster.ts';
import { WebServer } from '../http/server.ts';
import type { WebLimits } from '../http/web-limits.ts';
import { renderErrorPage } from '../views/error-page.tsx';
import { buildGate } from './gate.ts';
import type { Lounge } from './lounge.ts';
import type { OnionSockets } from './onion-sockets.ts';
import { requestLog } from './request-log.ts';

/** What the web server is made of. */
export interface WebServerParts {
  readonly config: OnioncastConfig;
  readonly secret: Buffer;
  readonly assets: Assets;
  readonly lounge: Lounge;
  readonly places: Places;
  readonly requesters: Requesters;
  readonly audience: Audience;
  /** Absent without tor. */
  readonly sockets: OnionSockets | undefined;
  /** The addresses of the stream among which newcomers are spread. */
  publicAddresses?(): readonly PublicAddress[];
  onHostile(circuitId: number): void;
  onError(error: unknown): void;
}

/** The web server with its door and nothing behind it yet. */
export function openServer(options: WebServerParts): WebServer {
  const { config, secret, assets, lounge, places, requesters, audience, sockets, onHostile, onError } = options;
  const { local } = config.listen;
  const { door } = config.broadcaster;
  const gate = buildGate({
    ...{ door: lounge.door, places, secret, styleHref: assets.style },
    isStaff: (request) => requesters.requesterOf(request).role !== undefined,
    isBroadcaster: (request) => isBroadcasterRequest(lounge.access, request),
    tripcodeOf: (password) => lounge.tripcodes.make(password),
    moderators: () => lounge.moderation.record.moderators,
  });
  const spread = new AddressSpread({
    ...{ spread: new Spread(), places, now: () => performance.now() },
    // Behind an address that is private, another one would ask for the key again.
    addresses: () => (config.tor.private ? [] : (options.publicAddresses?.() ?? [])),
    visitorsBy: (tor) => server.visitorsBy(tor),
  });
  const server: WebServer = new WebServer({
    ...(local === 'off' ? {} : { local }),
    ...(sockets === undefined ? {} : { onion: { socketPath: sockets.onion, more: sockets.more } }),
    ...(sockets?.desk === undefined ? {} : { desk: { socketPath: sockets.desk } }),
    deskEntrance: door,
    places,
    gate: { guard: (request, reply) => spread.guard(request, reply) ?? gate.guard.guard(request, reply) },
    renderErrorPage: (page) => renderErrorPage({ ...page, styleHref: assets.style, hasDesk: door === 'everywhere' }),
    limits: webLimits(config),
    isWatching: (circuitId) => audience.isWatchingOn(circuitId, performance.now()),
    ...(config.limits.circuit.close ? { onHostile } : {}),
    ...requestLog(config.log.level),
    onError,
  });
  gate.connect(server);
  return server;
}

/** What the configuration says of what visitors may take. */
function webLimits({ limits }: OnioncastConfig): Partial<WebLimits> {
  const { requests, ...circuit } = limits.circuit;
  return {
    connections: limits.connections,
    circuit: { ...circuit, requestsPerSecond: requests },
    perViewerAndKind: limits.session.responses,
  };
}
