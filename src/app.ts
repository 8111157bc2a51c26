import { randomInt } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive } from './app/archive.ts';
import { openControl } from './app/control.ts';
import { loadServerSecret, openDataDirectory } from './app/data-directory.ts';
import { raiseFence } from './app/fence.ts';
import { openLine } from './app/line.ts';
import { type Lounge, openLounge } from './app/lounge.ts';
import { type Onion, openOnion } from './app/onion.ts';
import { Owned } from './app/owned.ts';
import type { OnionSockets } from './app/onion-sockets.ts';
import { ensurePublisherAccess, type PublisherAccess } from './app/publisher-access.ts';
import { privateAddressOf } from './app/private-address.ts';
import { openStudio, type Studio } from './app/studio.ts';
import { BroadcastTimers } from './app/timers.ts';
import { buildWebsite, type Website } from './app/website.ts';
import { titleFrom } from './broadcast/title.ts';
import type { Fence } from './encoder/fence.ts';
import { AppError } from './errors.ts';
import type { OnioncastConfig } from './config/schema.ts';
import type { TorControls } from './http/control/tor-operations.ts';
import type { OnionKind } from './http/connection.ts';
import { type Assets, loadAssets } from './http/routes/assets.ts';
import type { WebServer } from './http/server.ts';
import { loadStreamKey } from './ingest/stream-key.ts';
import type { RunningServer, ServeEvent } from './serve-event.ts';
import type { CircuitFlow } from './tor/circuit-flow.ts';
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
    const reload = await start(config, report, owned);
    return { reload, close: () => owned.close() };
  } catch (error) {
    await owned.close();
    throw error;
  }
}

/** What lies under everything else. */
interface Ground {
  readonly dataDirectory: string;
  readonly assets: Assets;
  readonly fence: Fence;
  readonly secret: Buffer;
  readonly key: string;
}

type Report = (event: ServeEvent) => void;

/** Gives back what reads again what may change. */
async function start(config: OnioncastConfig, report: Report, owned: Owned): Promise<() => Promise<void>> {
  const ground = await prepareGround(config, report, owned);
  const { website, studio, lounge, titles, timers, privateAddress, seeTor } = await buildRooms(
    config,
    ground,
    report,
    owned,
  );
  const { server, sockets } = website;
  await server.listen();
  if (server.localUrl !== undefined) report({ kind: 'listening', url: server.localUrl });
  const password = lounge.newPassword === undefined ? {} : { password: lounge.newPassword };
  report({ kind: 'login', name: config.broadcaster.login, ...password });
  report({ kind: 'ingest', key: ground.key, ...publishing(config, studio, server) });
  studio.start();
  timers.start();
  if (sockets !== undefined && !timers.isDown) {
    const { dataDirectory } = ground;
    const publisher = await openPublisherLine(config, ground, { sockets, studio, report, owned });
    const onAddresses = (all: readonly string[], kind: OnionKind): void => server.setOnionAddresses(all, kind);
    const onFlow = (flow: CircuitFlow): void => website.seeCircuit(flow);
    const onion = await openOnion({
      ...{ config, dataDirectory, sockets, privateAddress, publisher, report, onAddresses, onFlow },
    });
    owned.add(() => onion.close());
    seeTor(onion);
    if (timers.isDown) await onion.close();
  }
  report({ kind: 'ready' });
  return () => reload(lounge, titles, report);
}

/** Where a publisher may send from elsewhere: listens for it, and gives what its onion service needs. */
async function openPublisherLine(
  config: OnioncastConfig,
  { dataDirectory, fence }: Ground,
  { sockets, studio, report, owned }: { sockets: OnionSockets; studio: Studio; report: Report; owned: Owned },
): Promise<PublisherAccess | undefined> {
  if (sockets.ingest === undefined) return undefined;
  const access = await ensurePublisherAccess(dataDirectory);
  const line = await openLine({ config, fence, socketPath: sockets.ingest, access, gate: studio.curtain, report });
  owned.add(() => line.close());
  return access;
}

/** Reads title and emotes again; nothing that is open is touched. */
async function reload({ emotes }: Lounge, titles: TitleFile, report: Report): Promise<void> {
  try {
    await Promise.all([titles.reload(), emotes.reload()]);
    report({ kind: 'note', message: 'Title and emotes have been read again.' });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    report({ kind: 'warning', code: error.code, message: error.message });
  }
}

async function prepareGround(config: OnioncastConfig, report: Report, owned: Owned): Promise<Ground> {
  const data = await openDataDirectory(config.data, config.ephemeral);
  owned.add(() => data.close());
  return {
    dataDirectory: data.path,
    assets: await loadAssets(assetDirectory),
    fence: await raiseFence({ config, dataDirectory: data.path, report }),
    secret: await loadServerSecret(data.path),
    key: await loadStreamKey(data.path),
  };
}

async function buildRooms(config: OnioncastConfig, ground: Ground, report: Report, owned: Owned) {
  const { dataDirectory, assets, fence, secret, key } = ground;
  const onError = faultReporter(report);
  let website: Website | undefined;
  let onion: Onion | undefined;
  const onChange = (): void => website?.refresh();
  const titles = await openTitles(config, dataDirectory, onChange);
  owned.add(() => titles.close());
  const privateAddress = privateAddressOf(config, dataDirectory, onError);
  const lounge = await openLounge({
    ...{ config, dataDirectory, fence, secret, styleHref: assets.style, report, onError },
    guestKeys: privateAddress,
  });
  owned.add(() => lounge.close());
  const reportStream = streamReporter(report);
  const archive = await openArchive({
    ...{ config, dataDirectory, report, title: () => titles.title },
    offered: () => studio.pipeline.ladder.map(({ name }) => name),
  });
  owned.add(() => archive?.close());
  const studio: Studio = await openStudio({
    ...{ config, dataDirectory, fence, start: lounge.start, report },
    streamKey: () => key,
    ...(archive === undefined ? {} : { tap: archive.recorder }),
    onChange: () => {
      reportStream(studio);
      onChange();
    },
  });
  owned.add(() => studio.close());
  const onions = () => onion?.addresses() ?? [];
  const timers = openTimers(config, studio, report, () => {
    onion?.close().catch(onError);
  });
  owned.add(() => timers.close());
  website = buildWebsite({
    ...{ config, dataDirectory, secret, assets, studio, lounge, titles, archive, timers, onions, onError },
    publishing: (server) => ({ ...publishing(config, studio, server), key }),
    publicAddresses: () => onion?.publicAddresses() ?? [],
    onHostile: (circuitId) => onion?.closeCircuit(circuitId),
    health: () => ({ ...healthOf(studio, onion), fence: fence.kind }),
  });
  owned.add(() => website?.close());
  const circuits = () => onion?.circuits();
  const tor = () => onion?.status();
  const control = await openControl({
    ...{ dataDirectory, lounge, website, titles, timers, archive, onions, tor, circuits, onError },
    torControls: torControlsOf(() => onion),
  });
  owned.add(() => control.close());
  if (config.ephemeral) report({ kind: 'note', message: controlNote(dataDirectory) });
  const seeTor = (opened: Onion): void => {
    onion = opened;
  };
  return { website, studio, lounge, titles, timers, privateAddress, seeTor };
}

/** What the operator may do with our tors, once there are some. */
function torControlsOf(onion: () => Onion | undefined): TorControls {
  return {
    tors: () => onion()?.tors(),
    drain: (number, isDraining) => {
      const opened = onion();
      return opened === undefined ? 'unknown-tor' : opened.drain(number, isDraining);
    },
  };
}

/** For supervisors. */
function healthOf(studio: Studio, onion: Onion | undefined): object {
  return {
    encoder: studio.encoderHealth(),
    secondEncoder: studio.secondEncoderHealth(),
    tor: onion?.status(),
    desk: onion?.deskStatus(),
    circuits: onion?.circuits(),
    tors: onion?.tors(),
  };
}

/** Visitors see a sentence; whoever runs the server gets the fault with the next line of the terminal. */
function faultReporter(report: Report): (error: unknown) => void {
  return (error) =>
    report({ kind: 'warning', code: 'INTERNAL', message: error instanceof Error ? error.message : 'unknown fault' });
}

function openTimers(config: OnioncastConfig, studio: Studio, report: Report, onTakeDown: () => void): BroadcastTimers {
  const random = (): number => randomInt(2 ** 32) / 2 ** 32;
  const { curtain } = studio;
  return new BroadcastTimers({ settings: config.schedule, curtain, now: Date.now, random, report, onTakeDown });
}

function openTitles(config: OnioncastConfig, dataDirectory: string, onChange: () => void): Promise<TitleFile> {
  const file = path.join(dataDirectory, 'title.txt');
  return TitleFile.open({ path: file, fallback: titleFrom(config.title), clean: titleFrom, onChange });
}

/** Nobody could guess where it is. */
function controlNote(dataDirectory: string): string {
  return `Commands such as "onioncast status" need: --data ${dataDirectory}`;
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
