import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLounge } from '../../src/app/lounge.ts';
import type { Studio } from '../../src/app/studio.ts';
import { openArchive } from '../../src/app/archive.ts';
import { buildWebsite } from '../../src/app/website.ts';
import { titleFrom } from '../../src/broadcast/title.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Assets } from '../../src/http/routes/assets.ts';
import { TitleFile } from '../../src/store/title-file.ts';
import { noTimers } from './no-timers.ts';

const assets: Assets = {
  style: '/assets/style.css',
  script: '/assets/main.js',
  staffStyle: '/assets/staff.css',
  staffScript: '/assets/staff.js',
  hlsScript: '/assets/main-hls.js',
  hlsLibrary: '/assets/hls.js',
  inline: {},
  files: new Map(),
};

/** Every route of the product with its methods, as the website registers them: what a new route is found by, without anybody telling the tests. */
export async function allRoutes(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'onioncast-routes-'));
  const environment = { ONIONCAST_EPHEMERAL: 'true', ONIONCAST_TOR_ENABLED: 'false', ONIONCAST_CAPTCHA_POOL: '1' };
  const config = loadConfig({ workingDirectory: directory, environment });
  const secret = Buffer.alloc(32, 1);
  const onError = (error: unknown): void => {
    throw error;
  };
  const lounge = await openLounge({
    ...{ config, dataDirectory: directory, secret, styleHref: assets.style, onError },
    report: () => undefined,
  });
  const titles = await TitleFile.open({
    path: path.join(directory, 'title.txt'),
    fallback: titleFrom('any'),
    clean: titleFrom,
    onChange: () => undefined,
  });
  const archive = await openArchive({
    ...{ config: { ...config, ephemeral: false }, dataDirectory: directory, title: () => '', offered: () => [] },
    report: () => undefined,
  });
  const website = buildWebsite({
    ...{ config, dataDirectory: directory, secret, assets, lounge, titles, archive, onError },
    studio: offlineStudio(),
    timers: noTimers,
    onions: () => [],
    publishing: () => ({}),
    onHostile: () => undefined,
    health: () => ({}),
  });
  await website.server.app.ready();
  const routes = new Map([...website.server.routes].map(([url, methods]) => [url, new Set(methods)]));
  await website.close();
  await archive?.close();
  await lounge.close();
  await rm(directory, { recursive: true, force: true });
  return routes;
}

/** Nothing on air. */
function offlineStudio(): Studio {
  const pipeline = { status: () => ({ state: 'offline', renditions: [], run: 0 }), rendition: () => undefined };
  return Object.assign(Object.create(null), { pipeline, push: { accept: () => undefined }, rtmpServer: undefined });
}
