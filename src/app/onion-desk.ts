import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ScheduleControls } from '../broadcast/schedule.ts';
import type { Place, Places } from '../http/place.ts';
import type { Assets } from '../http/routes/assets.ts';
import { isBroadcasterRequest } from '../http/routes/broadcaster.ts';
import { registerOnionDeskRoutes } from '../http/routes/onion-desk.ts';
import type { OnionAddressState } from '../serve-event.ts';
import { renderAddressesDesk } from '../views/addresses-desk.tsx';
import { renderScheduleDesk } from '../views/schedule-desk.tsx';
import type { Lounge } from './lounge.ts';
import { readerOf } from './reader-of.ts';

export interface OnionDeskParts {
  readonly lounge: Pick<Lounge, 'access'>;
  readonly timers: ScheduleControls;
  readonly places: Places;
  readonly secret: Buffer;
  readonly assets: Pick<Assets, 'style'>;
  onions(): readonly OnionAddressState[];
}

/** The pages of the desk about where and when the stream is. */
export function registerOnionDesk(app: FastifyInstance, parts: OnionDeskParts): void {
  const { lounge, timers, places, secret, assets, onions } = parts;
  const styled = (place: Place) => ({ ...readerOf(place), styleHref: assets.style });
  registerOnionDeskRoutes(app, {
    ...{ timers, onions, places, secret, randomBytes },
    now: () => Date.now(),
    isBroadcaster: (request: FastifyRequest) => isBroadcasterRequest(lounge.access, request),
    renderAddresses: (data, place) => renderAddressesDesk({ ...data, ...styled(place) }),
    renderSchedule: (data, place) => renderScheduleDesk({ ...data, ...styled(place) }),
  });
}
