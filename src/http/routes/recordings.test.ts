import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeLadder } from '../../../test/support/encoded-media.ts';
import { placesWith } from '../../../test/support/places.ts';
import { ask, type Entrance, type RawAnswer } from '../../../test/support/raw-http.ts';
import { Packager } from '../../mp4/packager.ts';
import { mimeTypeOf } from '../../mp4/piece.ts';
import { RecordingLibrary } from '../../recording/library.ts';
import type { RecorderStatus } from '../../recording/recorder.ts';
import { RecordingSession } from '../../recording/recording-session.ts';
import { renderRecordingsDesk } from '../../views/recordings-desk.tsx';
import { renderRecordingPage, renderRecordingsPage } from '../../views/recordings-page.tsx';
import { allowedHeaderNames } from '../headers.ts';
import { WebServer } from '../server.ts';
import { registerRecordingRoutes } from './recordings.ts';
import { registerRecordingsDeskRoutes } from './recordings-desk.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const styleHref = '/style.css';

let directory: string;
let server: WebServer;
let library: RecordingLibrary;
let id: string;
let status: RecorderStatus;
let circuitId = 0;
let isBroadcaster: boolean;
let media: Awaited<ReturnType<typeof encodeLadder>>;

beforeAll(async () => {
  media = await encodeLadder(3);
});

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'recordings-'));
  library = await RecordingLibrary.open({
    ...{ root: path.join(directory, 'kept'), maxBytes: 1e9, maxAgeMs: 0, clipAgeMs: 0, maxClips: 1 },
    now: () => Date.now(),
    onTrouble: (message) => expect.fail(message),
  });
  id = await record();
  status = { isOn: false, isRecording: false, seconds: 0, bytes: 0 };
  isBroadcaster = false;
  const places = placesWith(randomBytes(32));
  server = new WebServer({ onion: { socketPath: path.join(directory, 'web.sock') }, places });
  server.setOnionAddresses([onion]);
  const shared = { places, library, isBroadcaster: () => isBroadcaster };
  registerRecordingRoutes(server.app, {
    ...shared,
    showsDates: false,
    maxResponses: 10,
    renderList: (data, { texts, base }) => renderRecordingsPage({ ...data, texts, base, styleHref }),
    renderRecording: (data, { texts, base }) => renderRecordingPage({ ...data, texts, base, styleHref }),
  });
  registerRecordingsDeskRoutes(server.app, {
    ...{ ...shared, secret: Buffer.alloc(32), now: () => Date.now(), randomBytes },
    recorder: {
      get status() {
        return status;
      },
      turn: async (isOn) => {
        status = { ...status, isOn };
      },
    },
    renderDesk: (data, { texts, base }) => renderRecordingsDesk({ ...data, texts, base, styleHref }),
  });
  await server.listen();
});

afterEach(async () => {
  await server.close();
  library.close();
  await rm(directory, { recursive: true, force: true });
});

async function record(): Promise<string> {
  const session = new RecordingSession({
    ...{
      root: library.root,
      kind: 'recording',
      title: 'A <b> & c',
      createdAtMs: 1_800_000_000_000,
      isPublished: false,
    },
  });
  const packager = new Packager({
    video: [{ name: '360p' }],
    startSeconds: 0,
    sink: {
      onInit: (name, init) => session.add({ name, mimeType: mimeTypeOf(init), init: init.bytes }),
      onPiece: (name, { bytes }) => session.push(name, bytes),
    },
  });
  packager.push('audio', media.audio);
  packager.push('360p', media.large);
  await session.flush();
  const info = await session.finish();
  if (info === undefined) throw new Error('nothing was recorded');
  library.add(info);
  return info.id;
}

function entrance(): Entrance {
  circuitId += 1;
  return { socketPath: path.join(directory, 'web.sock'), circuitId };
}

async function fetch(target: string, ...headers: string[]): Promise<RawAnswer> {
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${onion}`, 'Connection: close', ...headers];
  const answer = await ask(entrance(), `${lines.join('\r\n')}\r\n\r\n`);
  expect([...answer.headers.keys()].filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
  return answer;
}

/** All of an answer but the new visitor's name. */
function bytesOf({ status, headers, cookies, body }: RawAnswer): unknown {
  const others = [...headers].filter(([name]) => name !== 'set-cookie');
  return { status, others, cookies: cookies.map((each) => each.replace(/=[^;]*/, '=...')), body };
}

const file = (name = '360p.mp4'): string => `/recordings/${id}/${name}`;

describe('a recording that is not published', () => {
  test.each(['', '/360p.mp4', '/360p.m3u8', '/360p.fragments.mp4'])('is not there for viewers: %s', async (rest) => {
    expect((await fetch(`/recordings/${id}${rest}`)).status).toBe(404);
    expect((await fetch('/recordings')).body).not.toContain(id);
  });

  test.each(['', '/360p.mp4', '/360p.m3u8', '/360p.fragments.mp4', '/360p.part2.mp4', '?r=360p'])(
    'T21 is to viewers byte for byte what there has never been, as a clip of somebody else is: %s',
    async (rest) => {
      const never = `${id.startsWith('A') ? 'B' : 'A'}${id.slice(1)}`;
      for (const path of ['recordings', 'clips']) {
        for (const more of [[], ['Range: bytes=0-9'], ['If-None-Match: "x"'], ['Accept: application/json']]) {
          const here = bytesOf(await fetch(`/${path}/${id}${rest}`, ...more));
          expect(here).toEqual(bytesOf(await fetch(`/${path}/${never}${rest}`, ...more)));
        }
      }
    },
  );

  test('is there for the broadcaster, who is told so', async () => {
    isBroadcaster = true;
    expect((await fetch(`/recordings/${id}`)).body).toContain('Only you can see this.');
    expect((await fetch(file())).status).toBe(200);
  });
});

describe('a recording that is published', () => {
  beforeEach(async () => {
    await library.change(id, { isPublished: true });
  });

  test('stands in the list with its title as text and its length, and without a date', async () => {
    const { body, status: code } = await fetch('/recordings');
    expect(code).toBe(200);
    expect(body).toContain('A &lt;b> &amp; c');
    expect(body).toContain('0:03');
    expect(body).not.toContain('2027');
  });

  test('has a page with a player that needs no script', async () => {
    const { body } = await fetch(`/recordings/${id}`);
    expect(body).toMatch(new RegExp(`<video[^>]* controls[^>]*><source src="[^"]*/recordings/${id}/360p.mp4"`));
    expect((await fetch(`/recordings/${id}?r=audio`)).body).toContain(`/recordings/${id}/audio.mp4`);
    expect((await fetch(`/recordings/${id}?part=2`)).status).toBe(404);
    expect((await fetch(`/clips/${id}`)).status).toBe(404);
  });

  test('is sent whole, or the range that is asked for, byte for byte', async () => {
    const whole = await fetch(file());
    const length = Number(whole.headers.get('content-length'));
    expect(whole.status).toBe(200);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    expect(whole.body).toHaveLength(length);
    const part = await fetch(file(), 'Range: bytes=1000-30000');
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-30000/${length}`);
    expect(part.body).toBe(whole.body.slice(1000, 30_001));
    const end = await fetch(file(), 'Range: bytes=-500');
    expect(end.body).toBe(whole.body.slice(-500));
    const beyond = await fetch(file(), `Range: bytes=${length}-`);
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${length}`);
    expect((await fetch(file(), 'Range: bytes=0-1', 'If-Range: "x"')).status).toBe(200);
  });

  test('tells HEAD how long it is and sends nothing', async () => {
    const answer = await ask(entrance(), `HEAD ${file()} HTTP/1.1\r\nHost: ${onion}\r\nConnection: close\r\n\r\n`);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(1000);
  });

  test('is a playlist with an end, of ranges that fill the file', async () => {
    const { body } = await fetch(file('360p.m3u8'));
    expect(body).toContain('#EXT-X-ENDLIST');
    expect(body).not.toContain('PROGRAM-DATE-TIME');
    const ranges = [...body.matchAll(/BYTERANGE[:=]"?(\d+)@(\d+)/g)].map(([, bytes, at]) => [
      Number(at),
      Number(bytes),
    ]);
    let next = 0;
    for (const [at = 0, bytes = 0] of ranges) {
      expect(at).toBe(next);
      next = at + bytes;
    }
    const raw = await fetch(file('360p.fragments.mp4'));
    expect(Number(raw.headers.get('content-length'))).toBe(next);
  });

  test.each(['720p.mp4', '360p.part2.mp4', '360p.part0.mp4', '360p.index', 'info.json', '..%2finfo.json', '360p.exe'])(
    'T19 holds nothing else: %s',
    async (name) => {
      expect([400, 404]).toContain((await fetch(file(name))).status);
    },
  );

  test.each(['..', '%2e%2e', 'x', '__proto__', 'A'.repeat(22)])('T19 there is no recording %s', async (name) => {
    expect([400, 404]).toContain((await fetch(`/recordings/${name}/360p.mp4`)).status);
  });
});

describe('the desk of recordings', () => {
  async function post(fields: Record<string, string>, token = ''): Promise<RawAnswer> {
    const page = await fetch('/broadcaster/recordings', 'Accept: text/html');
    const cookie = page.cookies.map((each) => each.split(';')[0]).join('; ');
    const minted = /name="token" value="([^"]+)"/.exec(page.body)?.[1] ?? token;
    const body = new URLSearchParams({ token: token === '' ? minted : token, ...fields }).toString();
    const lines = [
      'POST /broadcaster/recordings HTTP/1.1',
      ...[`Host: ${onion}`, `Origin: http://${onion}`, `Cookie: ${cookie}`, 'Connection: close'],
      ...['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`],
    ];
    return await ask(entrance(), `${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  beforeEach(() => {
    isBroadcaster = true;
  });

  test('is for the broadcaster alone, and takes its own forms alone', async () => {
    expect((await post({ action: 'delete', id }, 'x'.repeat(43))).status).toBe(403);
    isBroadcaster = false;
    expect((await fetch('/broadcaster/recordings')).status).toBe(403);
    expect((await post({ action: 'delete', id })).status).toBe(403);
    expect(library.get(id)).toBeDefined();
  });

  test('publishes, withdraws, names and deletes', async () => {
    expect((await post({ action: 'publish', id })).status).toBe(303);
    expect(library.get(id)?.isPublished).toBe(true);
    await post({ action: 'unpublish', id });
    expect(library.get(id)?.isPublished).toBe(false);
    await post({ action: 'rename', id, title: 'Evening' });
    expect(library.get(id)?.title).toBe('Evening');
    expect((await post({ action: 'delete', id })).status).toBe(303);
    expect(await readdir(library.root)).toEqual([]);
    expect((await post({ action: 'publish', id })).status).toBe(404);
  });

  test('switches recording on and off', async () => {
    await post({ action: 'start' });
    expect(status.isOn).toBe(true);
    await post({ action: 'stop' });
    expect(status.isOn).toBe(false);
    expect((await post({ action: 'other' })).status).toBe(400);
  });

  test('says why nothing is recorded', async () => {
    status = { ...status, isOn: true, stopped: 'full' };
    expect((await fetch('/broadcaster/recordings')).body).toContain('the disk is nearly full');
  });
});
