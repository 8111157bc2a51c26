import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { hostname, release, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FragmentReader } from '../../src/mp4/fragment-reader.ts';
import { allRoutes } from '../support/all-routes.ts';
import { type Reply, visitEverything } from '../support/curious-visit.ts';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { canMoveApart, type MachineFacts, machines, moveTo } from '../support/places-apart.ts';
import { exchange } from '../support/raw-http.ts';

/** One program on two machines that have nothing in common must not be told apart by anything that comes out of it. */

const run = promisify(execFile);
const canary = 'wheatear-in-the-file';
const closing: (() => Promise<unknown>)[] = [];
let directory: string;
let film: string;
let routes: readonly string[];

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'onioncast-apart-'));
  film = path.join(directory, 'film.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=30', '-f', 'lavfi', '-i', 'sine=440:d=30'];
  const signed = [
    '-metadata',
    `title=${canary}`,
    '-metadata',
    `comment=${canary}`,
    '-metadata',
    'creation_time=2026-01-02T03:04:05Z',
  ];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-c:a', 'aac'];
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...picture, ...codecs, ...signed, film]);
  routes = [...(await allRoutes()).keys()];
});

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function startOn(machine: MachineFacts, env: Record<string, string> = {}): Promise<OnionServer> {
  const data = await mkdtemp(path.join(directory, `${machine.directory}-`));
  const place = moveTo(machine);
  const server = await startOnionServer({ data, within: place.within, env: { ...place.env, ...env } });
  closing.push(() => server.program.close());
  return server;
}

/** What would tell one machine from another, or this one from any. */
function canariesOf({ hostName, user, directory: part, timeZone, locale, secret }: MachineFacts): readonly string[] {
  const made = [hostName, user, part, timeZone, secret, canary, ...(locale.length > 3 ? [locale] : [])];
  // The machine and the user on which the test itself runs; short names would be found in anything.
  const real = [hostname(), userInfo().username, release(), tmpdir()].filter((word) => word.length > 6);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:ONIONCAST_|VITEST|NODE_ENV$|TEST$)/.test(name),
  );
  return [...made, ...real, ...inherited.map(([, value = '']) => value).filter((value) => value.length > 10)];
}

function expectNoneOf(canaries: readonly string[], text: string, where: string): void {
  const small = text.toLowerCase();
  expect({ where, found: canaries.filter((word) => small.includes(word.toLowerCase())) }).toEqual({ where, found: [] });
}

/** An answer without what is random on purpose, or is the time of day, which chats tell to the minute. */
function masked({ bytes, isWhole }: Reply): string {
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const plain = /content-encoding: gzip/i.test(head)
    ? gunzipSync(Buffer.from(body, 'latin1')).toString('latin1')
    : body;
  const chunks = /transfer-encoding: chunked/i.test(head) ? plain.replaceAll(/(?:^|\r\n)[\da-f]+\r\n/g, '') : plain;
  const lengths = head.replace(/content-length: \d+/i, 'content-length: N');
  const text = `${lengths}\n${chunks}`
    .replaceAll(/(?<![\w-])(?:[\w-]{44}|[\w-]{22})(?![\w-])/g, 'TOKEN')
    .replaceAll(/(name="(?:nonce|token|person)" value=")[^"]*/g, '$1TOKEN')
    .replaceAll(/\bat-[\da-f]{6}\b/g, 'NAME')
    .replaceAll(/>#[\da-z]{3}</g, '>#TAG<')
    .replaceAll(/(<bdi class="(?:name|trip)) c\d+/g, '$1 COLOUR')
    .replaceAll(/<\/i>[\da-z]{10}<i>/g, '</i>CODE<i>')
    .replaceAll(/\bid: [\da-f]{12}-/g, 'id: EPOCH-')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'PORT')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d\d:\d\d/g, 'TIME');
  return isWhole ? text : text.slice(0, -1);
}

describe.runIf(canMoveApart())('T07 on another machine', () => {
  it('every answer to everything that can be asked is the same, byte for byte, and names neither', async () => {
    const env = { ONIONCAST_PEOPLE_REFRESH: '1h' };
    const servers = await Promise.all(machines.map(async (machine) => await startOn(machine, env)));
    const [ones = [], others = []] = await Promise.all(
      servers.map(async (server) => await visitEverything(server, routes)),
    );
    expect(ones.length).toBeGreaterThan(4 * routes.length);
    for (const [index, one] of ones.entries()) {
      const other = others[index];
      if (other === undefined) throw new Error('one was asked more than the other');
      const [here, there] = [masked(one), masked(other)];
      // What has no end was read for a while.
      const length = one.isWhole && other.isWhole ? undefined : Math.min(here.length, there.length);
      expect({ asked: one.asked, is: here.slice(0, length) }).toEqual({
        asked: other.asked,
        is: there.slice(0, length),
      });
    }
    for (const [index, machine] of machines.entries()) {
      const heard = (index === 0 ? ones : others).map(({ bytes }) => bytes).join('\n');
      const server = servers[index];
      if (server === undefined) throw new Error('no server');
      await server.program.close();
      expectNoneOf(canariesOf(machine), heard, 'answers');
      expectNoneOf(canariesOf(machine), written(server), 'log');
      expectNoneOf(canariesOf(machine), await everyFile(server.program.data), 'disk');
    }
  });

  it('picture and sound are the same, byte for byte, and what is kept of them names neither', async () => {
    // Left to itself, the encoder takes what the machine can do, which shows in the picture.
    const chosen = { ONIONCAST_ENCODER_PRESET: 'veryfast', ONIONCAST_RECORDING_ENABLED: 'true' };
    const env = { ONIONCAST_SOURCE: `file:${film}`, ...chosen };
    const servers = await Promise.all(machines.map(async (machine) => await startOn(machine, env)));
    const [ones, others] = await Promise.all(servers.map(async (server) => await mediaOf(server)));
    expect([...(ones?.keys() ?? [])].length).toBeGreaterThan(60);
    expect(others).toEqual(ones);
    for (const [index, machine] of machines.entries()) {
      const server = servers[index];
      if (server === undefined) throw new Error('no server');
      await server.program.close();
      expectNoneOf(
        [...canariesOf(machine), 'x264 - core', 'Lavf', 'Lavc'],
        await everyFile(server.program.data),
        'disk',
      );
      expectNoneOf(canariesOf(machine), written(server), 'log');
    }
  });
});

/** All that the program said but what the operator needs once, at the start: where it listens, and lines for their own tor. */
function written({ program }: OnionServer): string {
  const told = program.events.filter(({ kind }) => !['operator-torrc', 'listening', 'ingest'].includes(kind));
  return JSON.stringify(told) + program.errors;
}

async function everyFile(data: string): Promise<string> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.map(async (file) => `${path.basename(file)}\n${await readFile(file, 'latin1')}`),
  );
  return texts.join('\n');
}

const renditions = ['360p', '240p', 'audio'];
const wholeSegments = 2;

/** Init segments, and every fragment of the first four seconds by rendition, track and time. */
async function mediaOf(server: OnionServer): Promise<ReadonlyMap<string, string>> {
  await server.program.event('stream', (event) => event.state === 'live');
  const found = new Map<string, string>();
  for (const rendition of renditions) {
    const playlist = await untilSegments(server, rendition);
    const init = /URI="([^"]*init[^"]*)"/.exec(playlist)?.[1] ?? '';
    const segments = [...playlist.matchAll(/^(\d+\.m4s)$/gm)].map(([, name = '']) => name).slice(0, wholeSegments);
    const bytes = await Promise.all(
      [init, ...segments].map(async (name) => await bodyOf(server, `/stream/${rendition}/${name}`)),
    );
    found.set(`${rendition} init`, digest(bytes[0] ?? Buffer.alloc(0)));
    const reader = new FragmentReader({
      onInit: () => undefined,
      onFragment: ({ bytes: fragment, tracks }) => {
        const [track] = tracks;
        if (track !== undefined) found.set(`${rendition} ${track.trackId} ${track.decodeTime}`, digest(fragment));
      },
    });
    for (const part of bytes) reader.push(part);
  }
  // Sound belongs to the segment in which its picture came, and may come a moment later on a slower machine.
  return new Map([...found].filter(([name]) => !/ 2 /.test(name) || Number(name.split(' ')[2]) < 48_000 * 3));
}

async function untilSegments(server: OnionServer, rendition: string): Promise<string> {
  for (;;) {
    const playlist = (await bodyOf(server, `/stream/${rendition}/index.m3u8`)).toString();
    if ((playlist.match(/^\d+\.m4s$/gm)?.length ?? 0) >= wholeSegments) return playlist;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function bodyOf(server: OnionServer, target: string): Promise<Buffer> {
  const visitor = server.visitor(1);
  const answer = await exchange(visitor.entrance, visitor.head(`GET ${target}`, ['Connection: close']));
  return Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
}

function digest(bytes: Buffer): string {
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('base64url')}`;
}
