import type { FastifyRequest } from 'fastify';
import type { Audience } from '../broadcast/audience.ts';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { openSightings } from '../http/open-sightings.ts';
import type { Places } from '../http/place.ts';
import { Presence } from '../people/presence.ts';
import type { Requesters } from '../http/requesters.ts';
import { registerPeopleRoutes } from '../http/routes/people.ts';
import type { WebServer } from '../http/server.ts';
import { countedAs } from '../http/viewer.ts';
import type { ListedPerson, PeopleList } from '../chat/people-list.ts';
import { type PeoplePageData, renderPeoplePage } from '../views/people-page.tsx';
import type { Lounge } from './lounge.ts';

/** What the list of people is made of. */
export interface PresenceParts {
  readonly config: OnioncastConfig;
  readonly server: WebServer;
  readonly places: Places;
  readonly requesters: Requesters;
  readonly audience: Audience;
  readonly lounge: Lounge;
  readonly styleHref: string;
  state(): StreamSnapshot['state'];
}

/** Who is here, and who may see it. */
export interface OpenPresence {
  readonly presence: Presence;
  /** How many are here, for those who may see the list; undefined for the others. */
  countFor(request: FastifyRequest): number | undefined;
}

const now = (): number => performance.now();

/** Builds the snapshots of who is here, and the page that shows them. */
export function openPresence(parts: PresenceParts): OpenPresence {
  const { config, server, places, requesters, audience, lounge } = parts;
  const { broadcasterName } = lounge.rules.names;
  const presence = new Presence({
    audience,
    open: () =>
      openSightings({
        responses: server.responses,
        traceOf: (request) => countedAs(places.placeOf(request).viewer, request),
        roleOf: (request) => requesters.requesterOf(request).role,
      }),
    faceOf: (viewerId, role) => {
      if (role === 'broadcaster') return { name: broadcasterName, capcode: role };
      return { ...lounge.chat.identities.faceOf(viewerId), ...(role === undefined ? {} : { capcode: role }) };
    },
    hasSpoken: (viewerId) => lounge.room.fairness.familiarity.isKnown(viewerId, now()),
    isOnAir: () => parts.state() !== 'offline' && parts.state() !== 'ended',
    now,
    everyMs: config.people.refreshMs,
  });
  const circleOf = (request: FastifyRequest) => requesters.readersOf(request).circle;
  const maySee = (request: FastifyRequest): boolean => {
    const { list } = config.people;
    return list === 'everyone' || (list === 'staff' && circleOf(request) === 'staff');
  };
  registerPeopleRoutes(server.app, {
    ...{ places, audience, circleOf, maySee, now },
    listFor: (readers) => presence.listFor(readers),
    renderPeople: (list, readers, { texts, base, viewer }, refreshSeconds) => {
      const self = selfIn(presence.listFor('staff'), viewer.id);
      return renderPeoplePage({
        ...{ texts, base, list, refreshSeconds, styleHref: parts.styleHref },
        ownId: viewer.id,
        ...(self === undefined ? {} : { self }),
        isForStaff: readers === 'staff',
      });
    },
  });
  return {
    presence,
    countFor: (request) => (maySee(request) ? presence.listFor(circleOf(request)).total : undefined),
  };
}

/** Whoever reads, as staff see them. */
function selfIn({ watching, notWatching }: PeopleList, viewerId: string): PeoplePageData['self'] {
  const isOwn = ({ viewerIds }: ListedPerson): boolean => viewerIds.includes(viewerId);
  const [watcher, other] = [watching, notWatching].map(({ people }) => people.find(isOwn));
  const person = watcher ?? other;
  return person && { person, isWatching: watcher !== undefined };
}
