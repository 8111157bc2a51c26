import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadServerSecret, openDataDirectory } from './app/data-directory.ts';
import { openLounge } from './app/lounge.ts';
import { openOnion } from './app/onion.ts';
import { Owned } from './app/owned.ts';
import { openStudio, type Studio } from './app/studio.ts';
import { buildWebsite, type Website } from './app/website.ts';
import { titleFrom } from './broadcast/title.ts';
import type { OnioncastConfig } from './config/schema.ts';
import { broadcasterLogin } from './http/broadcaster-access.ts';
import { loadAssets } from './http/routes/assets.ts';
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

async function start(config: OnioncastConfig, report: (event: ServeEvent) => void, owned: Owned): Promise<void> {
  // Visitors see a sentence; whoever runs the server gets the fault with the next line of the terminal.
  const onError = (error: unknown): void =>
    report({ kind: 'warning', code: 'INTERNAL', message: error instanceof Error ? error.message : 'unknown fault' });
  const data = await openDataDirectory(config.data, config.ephemeral);
  owned.add(() => data.close());
  const assets = await loadAssets(assetDirectory);
  const secret = await loadServerSecret(data.path);
  const key = await loadStreamKey(data.path);
  let website: Website | undefined;
  const onChange = (): void => website?.refresh();

  const titles = await TitleFile.open({
    path: path.join(data.path, 'title.txt'),
    fallback: titleFrom(config.title),
    clean: titleFrom,
    onChange,
  });
  owned.add(() => titles.close());
  const lounge = await openLounge({
    config,
    dataDirectory: data.path,
    secret,
    styleHref: assets.style,
    report,
    onError,
  });
  owned.add(() => lounge.close());
  const reportStream = streamReporter(report);
  const studio = await openStudio({
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
    config,
    dataDirectory: data.path,
    secret,
    assets,
    studio,
    lounge,
    titles,
    publishing: (server) => ({ ...publishing(config, studio, server), key }),
    health: () => ({ encoder: studio.encoderHealth(), tor: onion?.status() }),
    onError,
  });
  const { server, socketPath } = website;
  owned.add(() => website.close());
  await server.listen();
  if (server.localUrl !== undefined) report({ kind: 'listening', url: server.localUrl });
  if (lounge.newPassword !== undefined) {
    report({ kind: 'password', name: broadcasterLogin, password: lounge.newPassword });
  }
  report({ kind: 'ingest', key, ...publishing(config, studio, server) });
  studio.start();
  let onion: Awaited<ReturnType<typeof openOnion>> | undefined;
  if (socketPath !== undefined) {
    onion = await openOnion({
      config,
      dataDirectory: data.path,
      socketPath,
      report,
      onAddress: (address) => server.setOnionAddresses([address]),
    });
    owned.add(() => onion?.close());
  }
  report({ kind: 'ready' });
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
