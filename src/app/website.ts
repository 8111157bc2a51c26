import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../broadcast/audience.ts';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { Readers } from '../chat/readers.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { askedWith, identifyWith } from '../http/chat-viewer.ts';
import { InfoFeed } from '../http/info-feed.ts';
import { type Assets, registerAssetRoutes } from '../http/routes/assets.ts';
import { isBroadcasterRequest, registerBroadcasterRoutes } from '../http/routes/broadcaster.ts';
import { registerCaptchaRoutes } from '../http/routes/captcha.ts';
import { registerChatRoutes } from '../http/routes/chat.ts';
import { registerEmoteRoutes } from '../http/routes/emotes.ts';
import { registerEventRoutes } from '../http/routes/events.ts';
import { registerHealthRoutes } from '../http/routes/health.ts';
import { registerHlsRoutes } from '../http/routes/hls.ts';
import { registerIngestRoutes } from '../http/routes/ingest.ts';
import { registerMediaRoutes } from '../http/routes/media.ts';
import { registerPlayerRoutes } from '../http/routes/player.ts';
import { registerWatchRoutes } from '../http/routes/watch.ts';
import { WebServer } from '../http/server.ts';
import { Viewers } from '../http/viewer.ts';
import { Viewings } from '../http/viewings.ts';
import { maxNameCharacters } from '../identity/name.ts';
import type { TitleFile } from '../store/title-file.ts';
import type { PublishingData } from '../views/broadcaster.tsx';
import { renderBroadcasterDesk, renderBroadcasterLogin } from '../views/broadcaster.tsx';
import { renderCaptchaFields } from '../views/captcha-fields.tsx';
import { renderChatForm } from '../views/chat-form.tsx';
import { renderChatLog } from '../views/chat-log.tsx';
import { renderErrorPage } from '../views/error-page.tsx';
import { renderPlayerDocument, renderPlayerUpdate } from '../views/player-document.tsx';
import type { Lounge } from './lounge.ts';
import { Owned } from './owned.ts';
import type { Studio } from './studio.ts';

/** What the pages are made of. */
export interface WebsiteOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly secret: Buffer;
  readonly assets: Assets;
  readonly studio: Studio;
  readonly lounge: Lounge;
  readonly titles: TitleFile;
  publishing(server: WebServer): PublishingData;
  /** For supervisors; the stream is added to it. */
  health(): object;
  onError(error: unknown): void;
}

/** The web server with all its routes, and what it knows of its visitors. */
export interface Website {
  readonly server: WebServer;
  /** The unix socket for tor; absent without tor. */
  readonly socketPath: string | undefined;
  snapshot(): StreamSnapshot;
  /** Something that pages show may have changed. */
  refresh(): void;
  close(): Promise<void>;
}

/** Builds the pages and all that is live behind them. Nothing is open before `server.listen()`. */
export function buildWebsite(options: WebsiteOptions): Website {
  const { config, dataDirectory, assets, studio, titles } = options;
  const owned = new Owned();
  const audience = new Audience();
  const socketPath = config.tor.enabled ? path.join(dataDirectory, 'run', 'web.sock') : undefined;
  const local = config.listen.local;
  const server = new WebServer({
    ...(local === 'off' ? {} : { local }),
    ...(socketPath === undefined ? {} : { onion: { socketPath } }),
    renderErrorPage: (page) => renderErrorPage({ ...page, styleHref: assets.style }),
    limits: { connections: config.limits.connections },
    ...requestLog(config.log.level),
    onError: options.onError,
  });
  const snapshot = (): StreamSnapshot => {
    const viewers = audience.count(performance.now());
    const isFull = viewers >= config.limits.viewers;
    return { ...studio.pipeline.status(), title: titles.title, viewers, isFull };
  };
  const info = new InfoFeed({ snapshot, renderUpdate: renderPlayerUpdate });
  owned.add(() => info.close());
  const viewings = new Viewings({ now: () => performance.now() });
  const stopping = new AbortController();
  registerRoutes({ ...options, server, audience, viewings, info, snapshot, signal: stopping.signal });
  owned.add(() => server.close());
  owned.add(() => stopping.abort());
  let offered = '';
  return {
    server,
    socketPath,
    snapshot,
    refresh: () => {
      const names = studio.pipeline.status().renditions.map(({ name }) => name);
      // Documents that show a screen in place of a picture are loaded anew once there is one, and the other way round.
      if (names.join() !== offered) viewings.renditionsChanged(names);
      offered = names.join();
      info.update();
    },
    close: () => owned.close(),
  };
}

/** Requests are written down only where the operator asks for it, without anything that tells who asked. */
function requestLog(level: OnioncastConfig['log']['level']) {
  return level === 'info' || level === 'debug' ? { log: { level, stream: process.stderr } } : {};
}

interface RouteParts extends WebsiteOptions {
  readonly server: WebServer;
  readonly audience: Audience;
  readonly viewings: Viewings;
  readonly info: InfoFeed;
  readonly signal: AbortSignal;
  snapshot(): StreamSnapshot;
}

function registerRoutes(parts: RouteParts): void {
  const { server, secret, assets, studio, snapshot } = parts;
  const { app } = server;
  const viewers = new Viewers({ secret, random: randomBytes });
  registerMedia(parts, viewers);
  registerPeople(parts, identifyWith(viewers, secret));
  registerAssetRoutes(app, assets);
  registerHealthRoutes(app, { health: () => ({ stream: snapshot(), ...parts.health() }) });
  if (parts.config.ingest.push) registerIngestRoutes(app, { push: studio.push, signal: parts.signal });
}

function registerMedia(parts: RouteParts, viewers: Viewers): void {
  const { server, studio, audience, viewings, snapshot, info, assets, config } = parts;
  const { app, responses } = server;
  const { pipeline } = studio;
  const renditions = () => pipeline.status().renditions;
  const now = (): number => performance.now();
  const hasRoomFor = (viewer: string): boolean => audience.hasRoomFor(viewer, config.limits.viewers, now());
  registerMediaRoutes(app, {
    responses,
    viewers,
    viewings,
    audience,
    renditions,
    channel: (name) => pipeline.rendition(name)?.fanOut,
    pictureChannel: (name) => pipeline.rendition(name)?.picture,
    maxLagMs: config.live.maxViewerLagMs,
    hasRoomFor,
  });
  registerHlsRoutes(app, {
    viewers,
    audience,
    renditions,
    window: (name) => pipeline.rendition(name)?.window,
    now,
  });
  registerPlayerRoutes(app, {
    responses,
    viewers,
    viewings,
    updates: info.frames,
    snapshot,
    hasRoomFor,
    renderPlayerDocument: ({ viewer, ...document }) =>
      renderPlayerDocument({
        ...document,
        viewerQuery: viewer === undefined ? '' : `v=${viewer}`,
        styleHref: assets.style,
      }),
  });
}

function registerPeople(parts: RouteParts, identify: ReturnType<typeof identifyWith>): void {
  const { server, secret, assets, config, lounge, titles, snapshot, info } = parts;
  const { app, responses } = server;
  const { chat, channels, access, rules } = lounge;
  const { maxCharacters, maxLines } = rules.text;
  const styled = { styleHref: assets.style };
  const readersOf = (request: FastifyRequest): Readers => ({
    language: 'en',
    audience: isBroadcasterRequest(access, request) ? 'staff' : 'everyone',
  });
  const shared = {
    chat,
    channels,
    readersOf,
    responses,
    identify,
    secret,
    now: () => Date.now(),
    randomBytes,
    snapshot,
  };
  registerWatchRoutes(app, {
    snapshot,
    identify,
    isCaptchaAsked: (request, reply) =>
      lounge.door.captcha.isNeeded({
        ...askedWith(identify)(request, reply),
        ...(isBroadcasterRequest(access, request) ? { role: 'broadcaster' } : {}),
      }),
    mintViewKey: () => randomBytes(16).toString('base64url'),
    assets,
    siteName: config.site.name,
    about: config.site.about,
    chat: { limits: { maxCharacters, maxLines, maxNameCharacters }, defaultName: rules.names.defaultName },
  });
  registerChatRoutes(app, {
    ...shared,
    captcha: lounge.door.captcha,
    renderCaptcha: renderCaptchaFields,
    isBroadcaster: (request) => isBroadcasterRequest(access, request),
    title: () => titles.title,
    renderChatForm: (data) => renderChatForm({ ...data, ...styled }),
    renderChatLog: (data) => renderChatLog({ ...data, ...styled }),
  });
  registerEmoteRoutes(app, { file: (name) => lounge.emotes.file(name) });
  registerCaptchaRoutes(app, { captcha: lounge.door.captcha, askedOf: askedWith(identify) });
  registerEventRoutes(app, { ...shared, info: info.events });
  registerBroadcasterRoutes(app, {
    ...shared,
    access,
    setTitle: (title) => titles.set(title),
    publishing: () => parts.publishing(server),
    renderLogin: (data) => renderBroadcasterLogin({ ...data, ...styled }),
    renderDesk: (data) => renderBroadcasterDesk({ ...data, ...styled }),
  });
}
