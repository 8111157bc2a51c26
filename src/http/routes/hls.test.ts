import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patience } from '../../../test/support/patience.ts';
import { placesWith } from '../../../test/support/places.ts';
import { ask, type Entrance, parseAnswers, type RawAnswer, RawConnection } from '../../../test/support/raw-http.ts';
import { Audience } from '../../broadcast/audience.ts';
import type { RenditionInfo } from '../../broadcast/stream-state.ts';
import { MediaWindow } from '../../hls/media-window.ts';
import { parsePlaylist } from '../../hls/parsed-playlist.fixture.ts';
import type { RenditionInit } from '../../mp4/piece.ts';
import { allowedHeaderNames } from '../headers.ts';
import { WebServer } from '../server.ts';
import { Waits } from '../waits.ts';
import { registerHlsRoutes } from './hls.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const get = (target: string, ...headers: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, `Host: ${onion}`, ...headers].join('\r\n')}\r\n\r\n`;
const picture: RenditionInit = {
  bytes: Buffer.from('init-bytes'),
  codecs: ['avc1.4d401e', 'opus'],
  width: 640,
  height: 360,
};
const maxViewers = 4;

let directory: string;
let server: WebServer;
let windows: Map<string, MediaWindow>;
let audience: Audience;
let waits: Waits;
let stopping: AbortController;
let renditions: RenditionInfo[];
const connections: RawConnection[] = [];
let circuitId = 0;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hls-'));
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  const sizes = { width: 640, height: 360 };
  const h264 = { mimeType: 'video/mp4; codecs="avc1.4d401e,opus"', codec: 'h264', ...sizes } as const;
  renditions = [
    { name: '720p', ...h264, bandwidth: 1_264_000 },
    { name: '360p', ...h264, bandwidth: 364_000 },
    {
      name: '360p-vp9',
      mimeType: 'video/mp4; codecs="vp09.00.21.08,opus"',
      codec: 'vp9',
      ...sizes,
      bandwidth: 364_000,
    },
    { name: 'audio', mimeType: 'video/mp4; codecs="opus"', codec: 'none', bandwidth: 64_000 },
  ];
  // The target is as short as it may be: what is not there in three of them is given up.
  windows = new Map(
    renditions.map(({ name }) => [
      name,
      new MediaWindow({ targetSeconds: 1, partSeconds: 0.5, windowSeconds: 10, maxBytes: 1_000_000 }),
    ]),
  );
  audience = new Audience();
  stopping = new AbortController();
  waits = new Waits({ signal: stopping.signal, perOwner: 3, total: 5 });
  registerHlsRoutes(server.app, {
    ...{ places, audience, waits },
    renditions: () => renditions,
    window: (name) => windows.get(name),
    hasRoomFor: (who) => audience.hasRoomFor(who, maxViewers, performance.now()),
    now: () => performance.now(),
  });
  await server.listen();
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  stopping.abort();
  await server.close();
  await rm(directory, { recursive: true });
});

/** Everybody comes over a circuit of their own. */
function entrance(): Entrance {
  circuitId += 1;
  return { socketPath: path.join(directory, 'web.sock'), circuitId };
}

const fetch = (target: string, ...headers: string[]): Promise<RawAnswer> =>
  ask(entrance(), get(target, 'Connection: close', ...headers));

/** Half a second of picture each, with a keyframe at each whole second. */
function play(name: string, from: number, to: number): void {
  for (let at = from; at < to; at += 0.5) {
    const bytes = Buffer.from(`${name}-${at};`);
    windows
      .get(name)
      ?.push({ bytes, kind: 'video', keyframe: Number.isInteger(at), startSeconds: at, durationSeconds: 0.5 });
  }
}

function begin(name: string, seconds: number): MediaWindow {
  const window = windows.get(name);
  if (window === undefined) throw new Error(`no rendition ${name}`);
  window.begin(picture);
  play(name, 0, seconds);
  return window;
}

/** Sends a request that the server keeps waiting. */
async function block(target: string, from = entrance()): Promise<RawConnection> {
  const connection = new RawConnection(from);
  connections.push(connection);
  const before = waits.size;
  connection.send(get(target, 'Connection: close'));
  const deadline = performance.now() + patience.timeout;
  while (waits.size === before) {
    if (performance.now() > deadline || connection.receivedBytes > 0)
      throw new Error(`not kept: ${connection.received}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return connection;
}

async function answerOf(connection: RawConnection): Promise<RawAnswer> {
  const [answer] = parseAnswers(await connection.untilClosed());
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

describe('the multivariant playlist', () => {
  test('6.2.4: names H.264 and sound alone, what to begin with first, and who asks if they keep no cookie', async () => {
    const answer = await fetch('/stream.m3u8');
    expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    const uris = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(uris.map((uri) => uri.replace(/^\/v\/[\w-]{44}\//, '/v/TOKEN/'))).toEqual([
      '/v/TOKEN/stream/360p/index.m3u8',
      '/v/TOKEN/stream/720p/index.m3u8',
      '/v/TOKEN/stream/audio/index.m3u8',
    ]);
    expect(answer.body).toContain('CODECS="avc1.4d401e,opus",RESOLUTION=640x360');
  });

  test('4.4.6.2: promises the bit rate that was asked of the encoder, or what it really took', async () => {
    expect((await fetch('/stream.m3u8')).body).toContain('BANDWIDTH=364000,CODECS');
    const window = windows.get('360p');
    window?.begin(picture);
    for (let at = 0; at < 4; at += 0.5) {
      const bytes = Buffer.alloc(at < 1 ? 50_000 : 20_000);
      window?.push({
        bytes,
        kind: 'video',
        keyframe: Number.isInteger(at),
        startSeconds: at,
        durationSeconds: 0.5,
        samples: 15,
      });
    }
    expect((await fetch('/stream.m3u8')).body).toContain(
      'BANDWIDTH=800000,AVERAGE-BANDWIDTH=480000,CODECS="avc1.4d401e,opus",RESOLUTION=640x360,FRAME-RATE=30.000\n',
    );
  });

  test('keeps what the address says of the viewer, and is compressed only without it', async () => {
    const first = await fetch('/stream.m3u8', 'Accept-Encoding: gzip');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const token = /\/v\/[\w-]{44}(?=\/)/.exec((await fetch('/stream.m3u8')).body)?.[0] ?? '';
    const again = await fetch(`${token}/stream.m3u8`, 'Accept-Encoding: gzip');
    expect(again.headers.get('content-encoding')).toBeUndefined();
    expect(again.body).toContain(`\n${token}/stream/audio/index.m3u8\n`);
  });
});

describe('the media playlist', () => {
  test('6.2.1: names what can be fetched, byte for byte, parts as well', async () => {
    begin('360p', 5.5);
    const playlist = await fetch('/stream/360p/index.m3u8');
    const { segments } = parsePlaylist(playlist.body);
    expect(segments.length).toBeGreaterThan(3);
    for (const { uri, number, parts } of segments) {
      const segment = await fetch(`/stream/360p/${uri}`);
      expect(segment.headers.get('content-type')).toBe('video/mp4');
      expect(segment.body).toBe(`360p-${number};360p-${number + 0.5};`);
      expect([...segment.headers.keys()].filter((header) => !allowedHeaderNames.has(header))).toEqual([]);
      const bodies = await Promise.all(parts.map(async (part) => (await fetch(`/stream/360p/${part.uri}`)).body));
      if (parts.length > 0) expect(bodies.join('')).toBe(segment.body);
    }
    expect((await fetch(`/stream/360p/${segments[0]?.map}`)).body).toBe('init-bytes');
  });

  test('6.2.1: is compressed for those who take that and have no token in the address', async () => {
    begin('360p', 5.5);
    const connection = new RawConnection(entrance());
    connection.send(get('/stream/360p/index.m3u8', 'Accept-Encoding: gzip', 'Connection: close'));
    const text = await connection.untilClosed();
    const body = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1');
    expect(text.toLowerCase()).toContain('content-encoding: gzip');
    expect(gunzipSync(body).toString()).toBe((await fetch('/stream/360p/index.m3u8')).body);
    const token = /\/v\/[\w-]{44}(?=\/)/.exec((await fetch('/stream.m3u8')).body)?.[0] ?? '';
    const own = await fetch(`${token}/stream/360p/index.m3u8`, 'Accept-Encoding: gzip');
    expect([own.status, own.headers.get('content-encoding')]).toEqual([200, undefined]);
  });

  test('4.4.5.4: reports the other renditions, and never one in another codec', async () => {
    for (const name of ['720p', '360p', '360p-vp9', 'audio']) begin(name, 5.5);
    const { reports } = parsePlaylist((await fetch('/stream/360p/index.m3u8')).body);
    expect(reports.map((report) => [report['URI'], report['LAST-MSN']])).toEqual([
      ['../720p/index.m3u8', '4'],
      ['../audio/index.m3u8', '4'],
    ]);
    expect((await fetch('/stream/360p-vp9/index.m3u8')).status).toBe(404);
  });

  test('6.2.4: promises in all renditions what the longest of them needs', async () => {
    begin('720p', 0);
    for (const at of [0, 3, 6, 9]) {
      windows
        .get('720p')
        ?.push({ bytes: Buffer.alloc(1), kind: 'video', keyframe: true, startSeconds: at, durationSeconds: 3 });
    }
    begin('360p', 5.5);
    const playlists = await Promise.all(
      ['720p', '360p'].map(async (name) => parsePlaylist((await fetch(`/stream/${name}/index.m3u8`)).body)),
    );
    for (const { tags } of playlists) expect(tags.get('#EXT-X-TARGETDURATION')).toBe('3');
    expect(playlists[0]?.control).toEqual(playlists[1]?.control);
    expect(playlists[0]?.partTarget).toEqual(playlists[1]?.partTarget);
  });

  test('players are counted by the token they carry, once, and a full house turns newcomers away', async () => {
    begin('360p', 5.5);
    const uris: string[] = [];
    for (let viewer = 0; viewer < maxViewers; viewer += 1) {
      uris.push(/^\/v\/.*\/360p\/.*$/m.exec((await fetch('/stream.m3u8')).body)?.[0] ?? '');
    }
    for (const uri of [...uris, ...uris]) expect((await fetch(uri)).status).toBe(200);
    expect(audience.count(performance.now())).toBe(maxViewers);
    expect((await fetch('/stream/360p/index.m3u8')).status).toBe(503);
    expect((await fetch('/stream.m3u8')).status).toBe(503);
  });

  test('whoever comes while the first segment is under way gets the playlist with it', async () => {
    begin('360p', 0.5);
    const kept = await block('/stream/360p/index.m3u8');
    play('360p', 0.5, 1.5);
    expect(parsePlaylist((await answerOf(kept)).body).segments).toHaveLength(1);
  });

  test('before there is a segment it is unavailable; an unknown rendition does not exist', async () => {
    expect((await fetch('/stream/360p/index.m3u8')).status).toBe(503);
    expect((await fetch('/stream/480p/index.m3u8')).status).toBe(404);
    expect((await fetch('/stream/__proto__/index.m3u8')).status).toBe(404);
    renditions = [];
    expect((await fetch('/stream.m3u8')).status).toBe(503);
  });

  test.each([
    '-1',
    '1e3',
    '01',
    '99999999999999999999',
    'NaN',
    '1.00',
    '1.',
    '.1',
    '1.2.3',
    '1.99999',
    '9',
    '%31%00',
    '..%2f1',
    '1%2e',
  ])('U09, U12 there is no segment %s', async (number) => {
    begin('360p', 5.5);
    expect([404, 400]).toContain((await fetch(`/stream/360p/${number}.m4s`)).status);
    expect([404, 400]).toContain((await fetch(`/stream/360p/init-${number}.mp4`)).status);
  });
});

describe('blocking playlist reload (RFC 8216bis 6.2.5.2)', () => {
  test('6.2.5.2: whoever asks for a segment is answered when it is in the playlist', async () => {
    begin('360p', 4.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=4');
    play('360p', 4.5, 5);
    expect(kept.receivedBytes).toBe(0);
    play('360p', 5, 5.5);
    const { segments } = parsePlaylist((await answerOf(kept)).body);
    expect(segments.at(-1)?.number).toBe(4);
  });

  test('6.2.5.2: whoever asks for a part is answered when it is in the playlist', async () => {
    begin('360p', 4.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=4&_HLS_part=0');
    play('360p', 4.5, 5);
    const { openParts } = parsePlaylist((await answerOf(kept)).body);
    expect(openParts.map(({ uri }) => uri)).toEqual(['4.0.m4s']);
  });

  test('6.2.5.2: a part behind the last of its segment is the first of the next', async () => {
    begin('360p', 4.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=4&_HLS_part=2');
    play('360p', 4.5, 5.5);
    expect(kept.receivedBytes).toBe(0);
    play('360p', 5.5, 6);
    const { openParts } = parsePlaylist((await answerOf(kept)).body);
    expect(openParts.map(({ uri }) => uri)).toEqual(['5.0.m4s']);
  });

  test('6.2.5.1, 6.2.5.2: a delta update may be waited for', async () => {
    begin('360p', 30);
    windows.set('360p', new MediaWindow({ targetSeconds: 1, partSeconds: 0.5, windowSeconds: 30, maxBytes: 1e6 }));
    begin('360p', 30.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=30&_HLS_part=0&_HLS_skip=YES');
    play('360p', 30.5, 31);
    expect(parsePlaylist((await answerOf(kept)).body).skipped).toBeGreaterThan(5);
  });

  test.each([
    '_HLS_part=0',
    '_HLS_msn=x',
    '_HLS_msn=-1',
    '_HLS_msn=',
    '_HLS_msn=4&_HLS_part=1.5',
    '_HLS_msn=6',
    '_HLS_msn=4&_HLS_part=9',
    '_HLS_msn=1&_HLS_msn=2&_HLS_part=0',
  ])('6.2.5.2: what makes no sense, or is too far ahead, is a bad request at once: %s', async (query) => {
    begin('360p', 4.5);
    expect((await fetch(`/stream/360p/index.m3u8?${query}`)).status).toBe(400);
    expect(waits.size).toBe(0);
  });

  test('6.2.5.2: what is there, or no longer there, is answered at once, with the whole playlist', async () => {
    begin('360p', 20);
    const own = entrance();
    for (const query of [
      '_HLS_msn=0',
      '_HLS_msn=18',
      '_HLS_msn=17&_HLS_part=0',
      '_HLS_msn=0&_HLS_part=7',
      '_HLS_push=1',
      '',
    ]) {
      const { segments } = parsePlaylist(
        (await ask(own, get(`/stream/360p/index.m3u8?${query}`, 'Connection: close'))).body,
      );
      expect(segments.at(-1)?.number).toBe(18);
    }
  });

  test('6.2.5.2: when the broadcast ends, whoever waits hears of it, and nobody waits any more', async () => {
    const window = begin('360p', 4.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=5');
    window.end();
    expect(parsePlaylist((await answerOf(kept)).body).hasEnded).toBe(true);
    expect(parsePlaylist((await fetch('/stream/360p/index.m3u8?_HLS_msn=99&_HLS_part=9')).body).hasEnded).toBe(true);
  });

  test('6.2.5.2: what does not come within three target durations is unavailable', async () => {
    begin('360p', 4.5);
    const began = performance.now();
    const answer = await answerOf(await block('/stream/360p/index.m3u8?_HLS_msn=5'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(performance.now() - began).toBeGreaterThan(2900);
    expect(waits.size).toBe(0);
  });

  test('T13 nobody keeps more than a few requests waiting, on one circuit or with one token, and all together no more than so many', async () => {
    begin('360p', 4.5);
    const target = '/stream/360p/index.m3u8?_HLS_msn=5';
    const crowd = entrance();
    for (let one = 0; one < 3; one += 1) await block(target, crowd);
    expect((await ask(crowd, get(target, 'Connection: close'))).status).toBe(429);
    // What is not waited for is answered as ever.
    expect((await ask(crowd, get('/stream/360p/index.m3u8', 'Connection: close'))).status).toBe(200);
    await block(target);
    await block(target);
    expect(waits.size).toBe(5);
    expect((await fetch(target)).status).toBe(429);
    for (const connection of connections) connection.close();
    // Before their time is over, which is three seconds.
    await expect.poll(() => waits.size, { timeout: 2500 }).toBe(0);
  });

  test('T13 one token waits no more often by way of many circuits', async () => {
    begin('360p', 4.5);
    const own = /^\/v\/.*\/360p\/.*$/m.exec((await fetch('/stream.m3u8')).body)?.[0] ?? '';
    for (let one = 0; one < 3; one += 1) await block(`${own}?_HLS_msn=5`);
    expect((await fetch(`${own}?_HLS_msn=5`)).status).toBe(429);
  });

  test('those who wait are answered when the server stops', async () => {
    begin('360p', 4.5);
    const kept = await block('/stream/360p/index.m3u8?_HLS_msn=5');
    stopping.abort();
    expect((await answerOf(kept)).status).toBe(503);
    expect((await fetch('/stream/360p/index.m3u8?_HLS_msn=5')).status).toBe(503);
  });

  test('HEAD waits for nothing', async () => {
    begin('360p', 4.5);
    const head = get('/stream/360p/index.m3u8?_HLS_msn=5', 'Connection: close').replace('GET', 'HEAD');
    const connection = new RawConnection(entrance());
    connection.send(head);
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('preload hints (RFC 8216bis 6.2.6)', () => {
  test('6.2.6: the part that is hinted at is sent when all of it is there, and not a byte before', async () => {
    begin('360p', 4.5);
    const hint = parsePlaylist((await fetch('/stream/360p/index.m3u8')).body).hint ?? '';
    expect(hint).toBe('4.0.m4s');
    const kept = await block(`/stream/360p/${hint}`);
    expect(kept.receivedBytes).toBe(0);
    play('360p', 4.5, 5);
    const answer = await answerOf(kept);
    expect([answer.status, answer.body]).toEqual([200, '360p-4;']);
  });

  test('6.2.6: what is further ahead is not found', async () => {
    begin('360p', 4.5);
    for (const part of ['4.1', '5.0', '4.9']) expect((await fetch(`/stream/360p/${part}.m4s`)).status).toBe(404);
  });

  test('6.2.6: the part that is hinted at when the broadcast ends is sent as it is', async () => {
    const window = begin('360p', 4.5);
    const kept = await block('/stream/360p/4.0.m4s');
    window.end();
    expect((await answerOf(kept)).body).toBe('360p-4;');
  });
});
