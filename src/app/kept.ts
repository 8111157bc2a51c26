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
import { startingRendition } from '../broadcast/renditions.ts';
import { registerClipRoutes } from '../http/routes/clips.ts';
import { lastSeconds } from '../live/rewind-excerpt.ts';
import { saveClip } from '../recording/clip.ts';
import type { RecordingLibrary } from '../recording/library.ts';
import type { TitleFile } from '../store/title-file.ts';
import { renderClipPage } from '../views/clip-page.tsx';
import type { Studio } from './studio.ts';
import type { Archive } from './archive.ts';
import type { Lounge } from './lounge.ts';

export interface KeptOptions {
  readonly config: OnioncastConfig;
  readonly archive?: Archive | undefined;
  readonly lounge: Pick<Lounge, 'access'>;
  readonly studio: Pick<Studio, 'pipeline'>;
  readonly titles: Pick<TitleFile, 'title'>;
  readonly places: Places;
  readonly secret: Buffer;
  readonly assets: Pick<Assets, 'style'>;
}

const clipSeconds = 30;

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
  if (!config.clips.allowed) return;
  registerClipRoutes(app, {
    ...{ places, secret, randomBytes, now: () => Date.now() },
    seconds: clipSeconds,
    make: () => makeClip(options, library),
    renderClipPage: (data, place) => renderClipPage({ ...data, ...styled(place) }),
  });
}

/** Keeps the last seconds of what viewers begin with. */
async function makeClip({ studio, titles }: KeptOptions, library: RecordingLibrary) {
  const rendition = startingRendition(studio.pipeline.status().renditions);
  const window = rendition && studio.pipeline.rendition(rendition.name)?.rewind;
  const excerpt = window && lastSeconds(window, clipSeconds);
  if (rendition === undefined || excerpt === undefined) return 'nothing';
  if (!library.hasRoomForClip) return 'busy';
  const { init, fragments } = excerpt;
  const id = await saveClip(library, {
    ...{ rendition: { ...rendition, init }, fragments, title: titles.title, nowMs: Date.now() },
  });
  return id === undefined ? 'nothing' : { id };
}

/** What the watch page has links to. */
export function keeps({ archive, config }: Pick<KeptOptions, 'archive' | 'config'>) {
  const hasRecordings = archive?.library.recordings.some(({ isPublished }) => isPublished) === true;
  return { hasRecordings, mayClip: archive !== undefined && config.clips.allowed };
}
