import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadServerSecret, openDataDirectory } from './app/data-directory.ts';
import { openLounge } from './app/lounge.ts';
import { type Onion, openOnion } from './app/onion.ts';
import { Owned } from './app/owned.ts';
import { openStudio, type Studio } from './app/studio.ts';
import { buildWebsite, type Website } from './app/website.ts';
import { titleFrom } from './broadcast/title.ts';
import type { OnioncastConfig } from './config/schema.ts';
import type { OnionKind } from './http/connection.ts';
import { type Assets, loadAssets } from './http/routes/assets.ts';
import type { WebServer } from './http/server.ts';
import { loadStreamKey } from './ingest/stream-key.ts';
import type { RunningServer, ServeEvent } from './serve-event.ts';
import { TitleFile } from './store/title-file.ts';
import type { PublishingData } from './views/broadcaster.tsx';

/** What `scripts/build-client.js` made, beside the compiled program. */
const assetDirectory = fileURLToPath(new URL('./assets', import.meta.url));

/**
 * Builds and starts everything, in order; what has been opened is closed again if something further on fails. Tells `report` what a person or a
 * program waits for; `ready` comes last, while tor may still be on its way. Throws AppError for what only a person can mend.
 */
export async function startOnioncast(
  config: OnioncastConfig,
  report: (event: ServeEvent) => void,
): Promise<RunningServer> {
  const owned = new Owned();
  try {
    await start(config, report, owned);
  } catch (error) {
    await owned.close();
    throw error;
  }
  return { close: () => owned.close() };
}

/** What lies under everything else. */
interface Ground {
  readonly dataDirectory: string;
  readonly assets: Assets;
  readonly secret: Buffer;
  readonly key: string;
}

type Report = (event: ServeEvent) => void;

async function start(config: OnioncastConfig, report: Report, owned: Owned): Promise<void> {
  const ground = await prepareGround(config, owned);
  const { website, studio, lounge, seeTor } = await buildRooms(config, ground, report, owned);
  const { server, sockets } = website;
  await server.listen();
  if (server.localUrl !== undefined) report({ kind: 'listening', url: server.localUrl });
  const password = lounge.newPassword === undefined ? {} : { password: lounge.newPassword };
  report({ kind: 'login', name: config.broadcaster.login, ...password });
  report({ kind: 'ingest', key: ground.key, ...publishing(config, studio, server) });
  studio.start();
  if (sockets !== undefined) {
    const { dataDirectory } = ground;
    const onAddress = (address: string, kind: OnionKind): void => server.setOnionAddresses([address], kind);
    const onion = await openOnion({ config, dataDirectory, sockets, report, onAddress });
    owned.add(() => onion.close());
    seeTor(onion);
  }
  report({ kind: 'ready' });
}

async function prepareGround(config: OnioncastConfig, owned: Owned): Promise<Ground> {
  const data = await openDataDirectory(config.data, config.ephemeral);
  owned.add(() => data.close());
  return {
    dataDirectory: data.path,
    assets: await loadAssets(assetDirectory),
    secret: await loadServerSecret(data.path),
    key: await loadStreamKey(data.path),
  };
}

async function buildRooms(config: OnioncastConfig, ground: Ground, report: Report, owned: Owned) {
  const { dataDirectory, assets, secret, key } = ground;
  // Visitors see a sentence; whoever runs the server gets the fault with the next line of the terminal.
  const onError = (error: unknown): void =>
    report({ kind: 'warning', code: 'INTERNAL', message: error instanceof Error ? error.message : 'unknown fault' });
  let website: Website | undefined;
  let onion: Onion | undefined;
  const onChange = (): void => website?.refresh();
  const titles = await TitleFile.open({
    path: path.join(dataDirectory, 'title.txt'),
    fallback: titleFrom(config.title),
    clean: titleFrom,
    onChange,
  });
  owned.add(() => titles.close());
  const lounge = await openLounge({ config, dataDirectory, secret, styleHref: assets.style, report, onError });
  owned.add(() => lounge.close());
  const reportStream = streamReporter(report);
  const studio: Studio = await openStudio({
    config,
    streamKey: () => key,
    report,
    onChange: () => {
      reportStream(studio);
      onChange();
    },
  });
  owned.add(() => studio.close());
  website = buildWebsite({
    ...{ config, dataDirectory, secret, assets, studio, lounge, titles, onError },
    publishing: (server) => ({ ...publishing(config, studio, server), key }),
    health: () => ({ encoder: studio.encoderHealth(), tor: onion?.status(), desk: onion?.deskStatus() }),
  });
  owned.add(() => website?.close());
  const seeTor = (opened: Onion): void => {
    onion = opened;
  };
  return { website, studio, lounge, seeTor };
}

/** How to publish, without the key. */
function publishing(config: OnioncastConfig, studio: Studio, server: WebServer): PublishingData {
  const canPush = config.ingest.push && server.localUrl !== undefined;
  return {
    ...(studio.rtmpServer === undefined ? {} : { server: studio.rtmpServer }),
    ...(canPush ? { pushUrl: `${server.localUrl}ingest` } : {}),
  };
}

/** Reports the stream's state when it is another one than before, not whenever something about it changes. */
function streamReporter(report: (event: ServeEvent) => void): (studio: Studio) => void {
  let last = '';
  return ({ pipeline }) => {
    const { state, run } = pipeline.status();
    const source = pipeline.onAir;
    const event: ServeEvent = { kind: 'stream', state, run, ...(source === undefined ? {} : { source }) };
    const facts = JSON.stringify(event);
    if (facts === last) return;
    last = facts;
    report(event);
  };
}
