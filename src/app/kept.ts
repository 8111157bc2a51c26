import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OnioncastConfig } from '../config/schema.ts';
import type { Place, Places } from '../http/place.ts';
import type { Assets } from '../http/routes/assets.ts';
import { isBroadcasterRequest } from '../http/routes/broadcaster.ts';
import { registerRecordingRoutes } from '../http/routes/recordings.ts';
import { registerRecordingsDeskRoutes } from '../http/routes/recordings-desk.ts';
import { renderRecordingsDesk } from '../views/recordings-desk.tsx';
import { renderRecordingPage, renderRecordingsPage } from '../views/recordings-page.tsx';
import type { Archive } from './archive.ts';
import type { Lounge } from './lounge.ts';

export interface KeptOptions {
  readonly config: OnioncastConfig;
  readonly archive?: Archive | undefined;
  readonly lounge: Pick<Lounge, 'access'>;
  readonly places: Places;
  readonly secret: Buffer;
  readonly assets: Pick<Assets, 'style'>;
}

/** The pages of what is kept of the stream, where anything is. */
export function registerKeptRoutes(app: FastifyInstance, options: KeptOptions): void {
  const { config, archive, lounge, places, secret, assets } = options;
  if (archive === undefined) return;
  const { library, recorder } = archive;
  const styleHref = assets.style;
  const isBroadcaster = (request: FastifyRequest): boolean => isBroadcasterRequest(lounge.access, request);
  const styled = ({ texts, base }: Place) => ({ texts, base, styleHref });
  registerRecordingRoutes(app, {
    ...{ places, library, isBroadcaster },
    showsDates: config.recording.dates,
    maxResponses: config.limits.viewers,
    renderList: (data, place) => renderRecordingsPage({ ...data, ...styled(place) }),
    renderRecording: (data, place) => renderRecordingPage({ ...data, ...styled(place) }),
  });
  registerRecordingsDeskRoutes(app, {
    ...{ places, library, recorder, isBroadcaster, secret, randomBytes },
    now: () => Date.now(),
    renderDesk: (data, place) => renderRecordingsDesk({ ...data, ...styled(place) }),
  });
}
