import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { PublicAddress } from '../admission/spread.ts';
import { Audience } from '../broadcast/audience.ts';
import type { ScheduleControls } from '../broadcast/schedule.ts';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { PeopleList } from '../chat/people-list.ts';
import type { Circle, Readers } from '../chat/readers.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { defaultLogin } from '../access/broadcaster-access.ts';
import { addressesElsewhere } from '../http/address-spread.ts';
import { InfoFeed } from '../http/info-feed.ts';
import { Places } from '../http/place.ts';
import { type Assets, registerAssetRoutes } from '../http/routes/assets.ts';
import { isBroadcasterRequest, registerBroadcasterRoutes } from '../http/routes/broadcaster.ts';
import { registerChatRoutes } from '../http/routes/chat.ts';
import { registerChatLogRoutes } from '../http/routes/chat-log.ts';
import { registerEmoteRoutes } from '../http/routes/emotes.ts';
import { registerEventRoutes } from '../http/routes/events.ts';
import { registerHealthRoutes } from '../http/routes/health.ts';
import { registerHlsRoutes } from '../http/routes/hls.ts';
import { registerIngestRoutes } from '../http/routes/ingest.ts';
import { registerMediaRoutes } from '../http/routes/media.ts';
import { registerPlaceRoutes } from '../http/routes/place.ts';
import { registerPollRoutes } from '../http/routes/poll.ts';
import { registerPlayerRoutes } from '../http/routes/player.ts';
import { Requesters } from '../http/requesters.ts';
import { registerStandingRoutes } from '../http/routes/standing.ts';
import { StandingWatch } from '../http/standing-watch.ts';
import { liftStandingRow, renderStandingPage, renderStandingRow } from '../views/standing-page.tsx';
import { registerStaffRoutes } from '../http/routes/staff.ts';
import { StaffRecords } from '../staff/staff-records.ts';
import { renderModeratorInvitationPage } from '../views/invitation-page.tsx';
import { renderStaffPage } from '../views/staff-page.tsx';
import { renderStaffPanel } from '../views/staff-panel.tsx';
import { registerWatchRoutes } from '../http/routes/watch.ts';
import type { WebServer } from '../http/server.ts';
import { Viewings } from '../http/viewings.ts';
import { Waits } from '../http/waits.ts';
import { type CircuitReport, DrainWatch } from '../live/drain-watch.ts';
import { maxNameCharacters } from '../identity/name.ts';
import type { OnionAddressState } from '../serve-event.ts';
import type { TitleFile } from '../store/title-file.ts';
import { type PublishingData, renderBroadcasterDesk, renderBroadcasterLogin } from '../views/broadcaster.tsx';
import { renderCaptchaFields } from '../views/captcha-fields.tsx';
import { renderChatForm } from '../views/chat-form.tsx';
import { renderChatLog } from '../views/chat-log.tsx';
import { renderEmoteList } from '../views/emote-picker.tsx';
import { renderLanguagePage } from '../views/language-page.tsx';
import { renderPlayerDocument, renderPlayerLayer, renderPlayerStrip } from '../views/player-document.tsx';
import { renderPlayerUpdate } from '../views/player-update.ts';
import { renderPollForm } from '../views/poll-form.tsx';
import { catalogues, offeredLanguages, textsIn } from '../views/texts/catalogues.ts';
import type { Archive } from './archive.ts';
import { keeps, registerKeptRoutes } from './kept.ts';
import type { Lounge } from './lounge.ts';
import { type OpenEntrance, openEntrance } from './entrance.ts';
import { registerOnionDesk } from './onion-desk.ts';
import { type OnionSockets, onionSockets } from './onion-sockets.ts';
import { Owned } from './owned.ts';
import { type OpenPresence, openPresence } from './presence.ts';
import { readerOf } from './reader-of.ts';
import type { Studio } from './studio.ts';
import { openServer } from './web-server.ts';

/** What the pages are made of. */
export interface WebsiteOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly secret: Buffer;
  readonly assets: Assets;
  readonly studio: Studio;
  readonly lounge: Lounge;
  readonly titles: TitleFile;
  /** What is kept of the stream; absent where nothing may be. */
  readonly archive?: Archive | undefined;
  readonly timers: ScheduleControls;
  /** The onion addresses of this run. */
  onions(): readonly OnionAddressState[];
  /** Those of them among which newcomers are spread. */
  publicAddresses?(): readonly PublicAddress[];
  publishing(server: WebServer): PublishingData;
  /** A circuit has gone on at its limits for too long: it is better closed. */
  onHostile(circuitId: number): void;
  /** For supervisors; the stream is added to it. */
  health(): object;
  onError(error: unknown): void;
}

/** The web server with all its routes, and what it knows of its visitors. */
export interface Website {
  readonly server: WebServer;
  /** The unix sockets for tor; absent without tor. */
  readonly sockets: OnionSockets | undefined;
  snapshot(): StreamSnapshot;
  /** With exact numbers. */
  staffSnapshot(): StreamSnapshot;
  /** How the queue and the machine are. */
  visitors(): ReturnType<OpenEntrance['status']>;
  /** Who is here, as staff may know it. */
  people(): PeopleList;
  /** Something that pages show may have changed. */
  refresh(): void;
  /** Takes what tor has said of a circuit. */
  seeCircuit(report: CircuitReport): void;
  close(): Promise<void>;
}

/** Builds the pages and all that is live behind them. Nothing is open before `server.listen()`. */
export function buildWebsite(options: WebsiteOptions): Website {
  const { config, dataDirectory, studio, titles } = options;
  const owned = new Owned();
  const audience = new Audience();
  const sockets = config.tor.enabled ? onionSockets(config, dataDirectory) : undefined;
  const places = new Places({
    secret: options.secret,
    random: randomBytes,
    catalogues,
    language: config.site.language,
    keepSeconds: config.chat.keepMs / 1000,
  });
  const requesters = requestersOf(options.lounge, places);
  const server = openServer({ ...options, places, requesters, audience, sockets });
  const state = (): StreamSnapshot['state'] => studio.pipeline.status().state;
  const styleHref = options.assets.style;
  const here = openPresence({ ...options, server, places, requesters, audience, styleHref, state });
  owned.add(() => here.presence.close());
  const snapshotFor = (readers: Circle): StreamSnapshot => {
    const { viewers } = here.presence.listFor(readers);
    const isFull = audience.isFull(config.limits.viewers, performance.now());
    return { ...studio.pipeline.status(), title: titles.title, viewers, isFull };
  };
  const snapshot = (): StreamSnapshot => snapshotFor('everyone');
  const staffSnapshot = (): StreamSnapshot => snapshotFor('staff');
  const info = new InfoFeed({ snapshot, renderUpdate: (now, language) => renderPlayerUpdate(now, textsIn(language)) });
  owned.add(() => info.close());
  const viewings = new Viewings({ now: () => performance.now(), adapts: config.live.adapt });
  const drains = new DrainWatch({ now: () => performance.now() });
  owned.add(() => drains.close());
  const stopping = new AbortController();
  const entrance = openEntrance({
    ...{ config, server, places, audience, styleHref },
    isStaff: (request) => requesters.requesterOf(request).role !== undefined,
  });
  owned.add(() => entrance.close());
  registerRoutes({
    ...options,
    ...{ server, places, requesters, owned, audience, viewings, drains, info, here, snapshot, staffSnapshot, entrance },
    signal: stopping.signal,
  });
  owned.add(() => server.close());
  owned.add(() => stopping.abort());
  return {
    server,
    sockets,
    snapshot,
    staffSnapshot,
    visitors: () => entrance.status(),
    people: () => here.presence.listFor('staff'),
    seeCircuit: (report) => drains.report(report),
    refresh: refresher(studio, viewings, info),
    close: () => owned.close(),
  };
}

/** Brings open documents up to date. */
function refresher({ pipeline }: Pick<Studio, 'pipeline'>, viewings: Viewings, info: InfoFeed): () => void {
  let offered = '';
  return () => {
    const { state, renditions } = pipeline.status();
    const names = renditions.map(({ name }) => name);
    // Documents that show a screen in place of a picture are loaded anew once there is one, and the other way round.
    if (names.join() !== offered) viewings.renditionsChanged(names);
    offered = names.join();
    if (state !== 'live') viewings.pictureCovered();
    info.update();
  };
}

/** Who asks: the broadcaster by login, moderators by appointment. */
function requestersOf({ access, moderation }: Lounge, places: Places): Requesters {
  return new Requesters({
    places,
    isBroadcaster: (request) => isBroadcasterRequest(access, request),
    isModerator: (viewerId) => moderation.actorFor({ viewerId }) !== undefined,
  });
}

interface RouteParts extends WebsiteOptions {
  readonly server: WebServer;
  readonly places: Places;
  readonly requesters: Requesters;
  readonly owned: Owned;
  readonly audience: Audience;
  readonly viewings: Viewings;
  readonly drains: DrainWatch;
  readonly info: InfoFeed;
  readonly here: OpenPresence;
  readonly entrance: OpenEntrance;
  readonly signal: AbortSignal;
  snapshot(): StreamSnapshot;
  /** With exact numbers. */
  staffSnapshot(): StreamSnapshot;
}

function registerRoutes(parts: RouteParts): void {
  const { server, places, assets, studio, staffSnapshot } = parts;
  const { app } = server;
  registerPlaceRoutes(app, {
    places,
    renderLanguagePage: (place) =>
      renderLanguagePage({ ...readerOf(place), languages: offeredLanguages(), styleHref: assets.style }),
  });
  registerStanding(parts);
  registerStaff(parts);
  registerMedia(parts);
  registerPeople(parts);
  registerKeptRoutes(app, parts);
  registerDesk(parts);
  registerAssetRoutes(app, assets);
  registerHealthRoutes(app, {
    health: () => ({ stream: staffSnapshot(), visitors: parts.entrance.status(), ...parts.health() }),
  });
  if (parts.config.ingest.push) registerIngestRoutes(app, { push: studio.push, signal: parts.signal });
}

/** Keeps out who has been sent out, also of what is open already. */
function registerStanding(parts: RouteParts): void {
  const { server, places, requesters, secret, assets, lounge, owned } = parts;
  const { moderation, people } = lounge;
  const watch = new StandingWatch({
    bus: lounge.bus,
    responses: server.responses,
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: (requester) => moderation.standingOf(requester),
    renderNotice: (request, sanction) => renderStandingRow(sanction, readerOf(places.placeOf(request))),
    renderLifted: liftStandingRow,
  });
  owned.add(() => watch.close());
  registerStandingRoutes(server.app, {
    ...{ moderation, people, requesters, watch, places, secret, randomBytes },
    now: () => Date.now(),
    renderStandingPage: (data, place) => renderStandingPage({ ...data, ...readerOf(place), styleHref: assets.style }),
  });
}

/** What the broadcaster and moderators work with. */
function registerStaff({ server, places, requesters, secret, assets, lounge }: RouteParts): void {
  const { moderation, room, people, messages } = lounge;
  const now = (): number => Date.now();
  const styleHrefs = [assets.style, assets.staffStyle] as const;
  registerStaffRoutes(server.app, {
    ...{ moderation, requesters, places, secret, randomBytes, now },
    records: new StaffRecords({ moderation, room, people, messages, now }),
    renderPanel: (data, place) => renderStaffPanel({ ...data, ...readerOf(place), styleHrefs }),
    renderPage: (data, place) => renderStaffPage({ ...data, ...readerOf(place), styleHrefs }),
    renderInvitation: (data, place) =>
      renderModeratorInvitationPage({ ...data, ...readerOf(place), styleHref: assets.style }),
  });
}

function registerMedia(parts: RouteParts): void {
  const { server, places, studio, audience, viewings, snapshot, info, assets } = parts;
  const { app, responses } = server;
  const { pipeline } = studio;
  const renditions = () => pipeline.status().renditions;
  const { hasRoomFor } = parts.entrance;
  const rewind = (name: string) => pipeline.rendition(name)?.rewind;
  registerMediaRoutes(app, {
    responses,
    places,
    viewings,
    audience,
    renditions,
    channel: (name) => pipeline.rendition(name)?.fanOut,
    pictureChannel: (name) => pipeline.rendition(name)?.picture,
    rewind,
    prepare: (name) => pipeline.prepare(name),
    drains: parts.drains,
    hasConstantRate: parts.config.encoder.rate === 'constant',
    maxLagMs: parts.config.live.maxViewerLagMs,
    hasRoomFor,
  });
  registerHlsRoutes(app, {
    places,
    audience,
    renditions,
    waits: new Waits({ signal: parts.signal }),
    window: (name) => pipeline.rendition(name)?.window,
    hasRoomFor,
    now: () => performance.now(),
  });
  registerPlayerRoutes(app, {
    responses,
    places,
    viewings,
    updates: (language) => info.framesIn(language),
    snapshot,
    rewind,
    hasRoomFor,
    renderPlayerDocument: ({ place, ...document }) =>
      renderPlayerDocument({
        ...{ ...document, ...readerOf(place), styleHref: assets.style },
        hasRecordings: keeps(parts).hasRecordings,
      }),
    renderPlayerLayer: ({ place, ...layer }) => renderPlayerLayer({ ...layer, ...readerOf(place) }),
    renderPlayerStrip: ({ place, ...strip }) =>
      renderPlayerStrip({ ...strip, ...readerOf(place), sound: false, styleHref: assets.style }),
  });
}

function registerPeople(parts: RouteParts): void {
  const { server, places, secret, assets, config, lounge, titles, snapshot, info } = parts;
  const { app, responses } = server;
  const { chat, channels, rules } = lounge;
  const { maxCharacters, maxLines } = rules.text;
  const styled = { styleHref: assets.style };
  const { requesters } = parts;
  const readersOf = (request: FastifyRequest): Readers => requesters.readersOf(request);
  const now = (): number => Date.now();
  const shared = { chat, channels, readersOf, responses, places, secret, now, randomBytes, snapshot };
  registerWatchRoutes(app, {
    snapshot,
    places,
    languages: offeredLanguages(),
    roleOf: (request) => requesters.requesterOf(request).role,
    hasRoomFor: parts.entrance.hasRoomFor,
    isCaptchaAsked: (request) => lounge.door.captcha.isNeeded(requesters.requesterOf(request)),
    mintViewKey: () => randomBytes(16).toString('base64url'),
    assets,
    inline: assets.inline,
    ...{ siteName: config.site.name, about: config.site.about },
    chat: { limits: { maxCharacters, maxLines, maxNameCharacters } },
    hasEmotes: () => lounge.emotes.emotes.size > 0,
    peopleFor: (request) => parts.here.countFor(request),
    keeps: () => keeps(parts),
    elsewhere: (request) => addressesElsewhere(parts.publicAddresses?.() ?? [], request),
  });
  registerChatRoutes(app, {
    ...shared,
    captcha: lounge.door.captcha,
    renderCaptcha: (captcha, { texts }) => renderCaptchaFields(captcha, texts),
    hasEmotes: () => lounge.emotes.emotes.size > 0,
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: (requester) => lounge.moderation.standingOf(requester),
    renderChatForm: (data, place) =>
      renderChatForm({ ...data, ...readerOf(place), ...styled, emotes: lounge.emotes.emotes }),
  });
  registerChatLogRoutes(app, {
    ...{ places, readersOf, log: lounge.log },
    title: () => titles.title,
    renderChatLog: (data, place) =>
      renderChatLog({ ...data, ...readerOf(place), ...styled, emotes: lounge.emotes.emotes }),
  });
  registerTalk(parts);
  registerEventRoutes(app, {
    ...shared,
    info: info.events,
    peopleFor: (request) => (parts.here.countFor(request) === undefined ? undefined : parts.here.presence.events),
  });
}

/** The broadcaster's login and desk. */
function registerDesk(parts: RouteParts): void {
  const { server, places, secret, assets, config, lounge, titles } = parts;
  const { app } = server;
  const styled = { styleHref: assets.style };
  registerBroadcasterRoutes(app, {
    ...{ places, secret, randomBytes, now: () => Date.now(), access: lounge.access },
    snapshot: parts.staffSnapshot,
    publisherProblem: () => parts.studio.pipeline.publisherProblem,
    offeredLogin: config.broadcaster.login === defaultLogin ? defaultLogin : '',
    setTitle: (title) => titles.set(title),
    publishing: () => parts.publishing(server),
    hasRecordings: parts.archive !== undefined,
    schedule: () => parts.timers.view,
    renderLogin: (data, place) => renderBroadcasterLogin({ ...data, ...readerOf(place), ...styled }),
    renderDesk: (data, place) => renderBroadcasterDesk({ ...data, ...readerOf(place), ...styled }),
  });
  registerOnionDesk(app, parts);
}

/** What stands in messages and above them. */
function registerTalk({ server, places, requesters, secret, assets, lounge }: RouteParts): void {
  const { app } = server;
  const styled = { styleHref: assets.style };
  registerEmoteRoutes(app, {
    places,
    file: (name) => lounge.emotes.file(name),
    renderEmoteList: (place) => renderEmoteList({ ...readerOf(place), ...styled, emotes: lounge.emotes.emotes }),
  });
  registerPollRoutes(app, {
    ...{ places, secret, randomBytes, now: () => Date.now() },
    polls: lounge.polls,
    requesterOf: (request) => requesters.requesterOf(request),
    mayVote: (requester) => lounge.moderation.standingOf(requester) === undefined,
    renderPollForm: (data, place) => renderPollForm({ ...data, ...readerOf(place), ...styled }),
  });
}
