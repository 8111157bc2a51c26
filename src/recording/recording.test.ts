import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeLadder } from '../../test/support/encoded-media.ts';
import { probe } from '../../test/support/media.ts';
import { patience } from '../../test/support/patience.ts';
import { Packager } from '../mp4/packager.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { RecordingLibrary, sizeOf } from './library.ts';
import { Recorder, type RecorderOptions, type StopReason } from './recorder.ts';
import type { RecordingInfo } from './recording-info.ts';

const run = promisify(execFile);

function onTrouble(message: string): void {
  throw new Error(message);
}

interface Media {
  readonly init: RenditionInit;
  readonly pieces: readonly Piece[];
}

function packaged({ large, audio }: { large: Buffer; audio: Buffer }): Map<string, Media> {
  const found = new Map<string, { init: RenditionInit; pieces: Piece[] }>();
  const packager = new Packager({
    video: [{ name: '360p' }],
    startSeconds: 50,
    sink: {
      onInit: (name, init) => found.set(name, { init, pieces: [] }),
      onPiece: (name, piece) => found.get(name)?.pieces.push(piece),
    },
  });
  packager.push('audio', audio);
  packager.push('360p', large);
  return found;
}

describe('recording', () => {
  let media: Map<string, Media>;
  let directory: string;
  let nowMs: number;
  let stops: StopReason[];
  let library: RecordingLibrary;
  let recorder: Recorder;

  beforeAll(async () => {
    media = packaged(await encodeLadder(6));
  });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'recording-'));
    nowMs = 1_700_000_000_000;
    stops = [];
    library = await openLibrary();
    recorder = record();
  });

  afterEach(async () => {
    await recorder.close();
    library.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function openLibrary(more: { maxBytes?: number; maxAgeMs?: number; root?: string } = {}) {
    const { root = path.join(directory, 'recordings'), maxBytes = 1e9, maxAgeMs = 0 } = more;
    return await RecordingLibrary.open({
      root,
      maxBytes,
      maxAgeMs,
      clipAgeMs: 0,
      maxClips: 3,
      now: () => nowMs,
      onTrouble,
    });
  }

  function record(more: Partial<RecorderOptions> = {}): Recorder {
    return new Recorder({
      ...{ library, publishes: false, keepFreeBytes: 0, isOn: true, flushMs: 5 },
      records: (name) => name === '360p' || name === 'audio',
      title: () => 'Harbour',
      now: () => nowMs,
      onBegun: () => undefined,
      onStopped: (reason) => stops.push(reason),
      ...more,
    });
  }

  function begin(name = '360p', to = recorder): void {
    const { init } = media.get(name) ?? {};
    if (init !== undefined) to.begin(name, init);
  }

  /** So many pieces, from the beginning or from where it is told. */
  function send(from = 0, to = Number.POSITIVE_INFINITY, name = '360p'): void {
    for (const piece of media.get(name)?.pieces.slice(from, to) ?? []) recorder.push(name, piece);
  }

  async function recorded(): Promise<RecordingInfo> {
    recorder.finish();
    await vi.waitUntil(() => library.recordings.length > 0, patience);
    const [info] = library.recordings;
    if (info === undefined) throw new Error('nothing was recorded');
    return info;
  }

  async function played(info: RecordingInfo, from: RecordingLibrary = library): Promise<Buffer> {
    const [rendition] = info.renditions;
    const part = rendition && (await from.media.part(info.id, rendition, 0));
    if (part === undefined) throw new Error('there is no such part');
    const parts: Buffer[] = [];
    for await (const bytes of part.read(0, part.byteLength)) parts.push(bytes);
    const whole = Buffer.concat(parts);
    expect(whole.length).toBe(part.byteLength);
    return whole;
  }

  async function pictures(bytes: Buffer): Promise<number> {
    const file = path.join(directory, 'movie.mp4');
    await writeFile(file, bytes);
    const { packets, complaints } = await probe(file);
    expect(complaints).toBe('');
    return packets.filter(({ stream }) => stream === 'video').length;
  }

  it('keeps all that was broadcast, renditions side by side, for nobody but us', async () => {
    begin();
    begin('audio');
    send();
    send(0, Number.POSITIVE_INFINITY, 'audio');
    const info = await recorded();
    expect(info).toMatchObject({ kind: 'recording', title: 'Harbour', isWhole: true, isPublished: false });
    expect(info.renditions.map(({ name, width }) => [name, width])).toEqual([
      ['360p', 320],
      ['audio', undefined],
    ]);
    expect(info.renditions[0]?.seconds).toBeCloseTo(6, 1);
    expect(await pictures(await played(info))).toBe(180);
    const files = path.join(library.root, info.id);
    for (const name of await readdir(files)) expect((await stat(path.join(files, name))).mode & 0o777).toBe(0o600);
    expect((await stat(files)).mode & 0o777).toBe(0o700);
    expect(info.id).toMatch(/^[\w-]{22}$/);
  });

  it('begins at a keyframe, and not before it is on', async () => {
    await recorder.turn(false);
    begin();
    send(0, 5);
    await recorder.turn(true);
    send(5);
    const info = await recorded();
    expect(await pictures(await played(info))).toBe(150);
  });

  it('goes on over a new run with the same init segment, and begins anew with another', async () => {
    begin();
    send(0, 20);
    begin();
    const second = media.get('360p')?.pieces ?? [];
    const keyframe = second.findIndex((piece, n) => n >= 20 && piece.keyframe);
    send(keyframe);
    recorder.begin('360p', { ...(media.get('360p')?.init ?? { codecs: [] }), bytes: Buffer.from('other') });
    await vi.waitUntil(() => library.recordings.length === 1, patience);
    expect(recorder.status.isRecording).toBe(false);
  });

  it('is read from any place, byte for byte', async () => {
    begin();
    send();
    const info = await recorded();
    const whole = await played(info);
    const [rendition] = info.renditions;
    const part = rendition && (await library.media.part(info.id, rendition, 0));
    for (const [from, to] of [
      [0, 1],
      [10, 5000],
      [whole.length - 1, whole.length],
      [4000, 200_000],
    ] as const) {
      const parts: Buffer[] = [];
      for await (const bytes of part?.read(from, to) ?? []) parts.push(bytes);
      expect(Buffer.concat(parts).equals(whole.subarray(from, to))).toBe(true);
    }
  });

  it('is a playlist of ranges for players of HLS', async () => {
    begin();
    send();
    const info = await recorded();
    const [rendition] = info.renditions;
    if (rendition === undefined) throw new Error('no rendition');
    await writeFile(
      path.join(library.root, info.id, 'list.m3u8'),
      await library.media.playlist(info.id, rendition, '360p.mp4'),
    );
    const { packets } = await probe(path.join(library.root, info.id, 'list.m3u8'));
    expect(packets.filter(({ stream }) => stream === 'video')).toHaveLength(180);
  });

  describe('after the program was killed', () => {
    /** As a kill leaves it: files that nobody closed, and no word that they are whole. */
    async function killed(damage: (file: string) => Promise<void>): Promise<RecordingInfo> {
      begin();
      send(0, 60);
      await vi.waitUntil(() => recorder.status.bytes > 50_000, patience);
      const [id = ''] = await readdir(library.root);
      const copy = path.join(directory, 'copy');
      await mkdir(path.join(copy, id), { recursive: true });
      for (const name of await readdir(path.join(library.root, id))) {
        await writeFile(path.join(copy, id, name), await readFile(path.join(library.root, id, name)));
      }
      await damage(path.join(copy, id, '360p.mp4'));
      const after = await openLibrary({ root: copy });
      const [info] = after.recordings;
      if (info === undefined) throw new Error('nothing is left');
      expect(info.isWhole).toBe(true);
      expect((await stat(path.join(copy, id, '360p.mp4'))).size).toBe(sizeOf(info));
      expect(await pictures(await played(info, after))).toBeGreaterThan(50);
      after.close();
      return info;
    }

    it('is whole again', async () => {
      const info = await killed(async () => undefined);
      expect(info).toMatchObject({ title: 'Harbour', isPublished: false });
    });

    it('loses half a fragment at its end', async () => {
      await killed(async (file) => await truncate(file, (await stat(file)).size - 321));
    });

    it('loses what the disk has filled with zeros', async () => {
      await killed(async (file) => await appendFile(file, Buffer.alloc(5000)));
    });

    it('does without its index', async () => {
      await killed(async (file) => await rm(file.replace('.mp4', '.index')));
    });

    it('is nothing if nothing of it was written', async () => {
      const root = path.join(directory, 'empty');
      const id = 'A'.repeat(22);
      await mkdir(path.join(root, id), { recursive: true });
      await writeFile(
        path.join(root, id, 'info.json'),
        JSON.stringify({
          ...{ id, kind: 'recording', title: '', createdAtMs: 1, isWhole: false, isPublished: false, renditions: [] },
        }),
      );
      await writeFile(path.join(root, id, '360p.mp4'), 'no media');
      const after = await openLibrary({ root });
      expect(after.recordings).toEqual([]);
      expect(await readdir(root)).toEqual([]);
      after.close();
    });
  });

  describe('what is deleted', () => {
    it('is gone from the disk, and in the middle of being sent', async () => {
      begin();
      send();
      const info = await recorded();
      const [rendition] = info.renditions;
      const raw = rendition && library.media.raw(info.id, rendition);
      const reading = raw?.read(0, raw.byteLength);
      expect((await reading?.next())?.done).toBe(false);
      expect(await library.delete(info.id)).toBe(true);
      expect((await reading?.next())?.done).toBe(true);
      expect(await readdir(library.root)).toEqual([]);
      expect(library.get(info.id)).toBeUndefined();
      expect(await library.delete(info.id)).toBe(false);
    });

    it('is what is older than may be, at the next start too', async () => {
      begin();
      send();
      await recorded();
      library.close();
      nowMs += 86_400_000;
      library = await openLibrary({ maxAgeMs: 86_400_000 });
      expect(library.recordings).toEqual([]);
      expect(await readdir(library.root)).toEqual([]);
    });

    it('is the oldest when there is no room, those that nobody may see first', async () => {
      for (let count = 0; count < 3; count += 1) {
        nowMs += 1000;
        begin();
        send();
        recorder.finish();
        await vi.waitUntil(() => library.recordings.length === count + 1, patience);
      }
      const [newest, middle, oldest] = library.recordings;
      if (newest === undefined || middle === undefined || oldest === undefined) throw new Error('three were made');
      await library.change(oldest.id, { isPublished: true });
      library.close();
      library = await openLibrary({ maxBytes: sizeOf(oldest) * 2.5 });
      expect(await library.makeRoom(sizeOf(oldest))).toBe(true);
      expect(library.recordings.map(({ id }) => id)).toEqual([oldest.id]);
      expect(await library.makeRoom(sizeOf(oldest) * 2)).toBe(true);
      expect(library.recordings).toEqual([]);
      expect(await library.makeRoom(sizeOf(oldest) * 3)).toBe(false);
    });
  });

  it('keeps title and publication over a restart', async () => {
    begin();
    send();
    const { id } = await recorded();
    await library.change(id, { title: 'Evening', isPublished: true });
    library.close();
    library = await openLibrary();
    expect(library.get(id)).toMatchObject({ title: 'Evening', isPublished: true });
  });

  it('ends where it is when all recordings may take no more, says so, and begins again when they may', async () => {
    library.close();
    library = await openLibrary({ maxBytes: 100_000 });
    await recorder.close();
    recorder = record();
    begin();
    send(0, 60);
    await vi.waitUntil(() => stops.length > 0, patience);
    expect(stops).toEqual(['limit']);
    expect(recorder.status).toMatchObject({ isOn: true, isRecording: false, stopped: 'limit' });
    await vi.waitUntil(() => library.recordings.length === 1, patience);
    expect(await pictures(await played(library.recordings[0] as RecordingInfo))).toBeGreaterThan(30);
    nowMs += 60_000;
    send();
    expect(recorder.status.isRecording).toBe(true);
  });

  it('leaves alone what of the disk is to stay free', async () => {
    await recorder.close();
    recorder = record({ keepFreeBytes: Number.MAX_SAFE_INTEGER });
    begin();
    send();
    await vi.waitUntil(() => stops.length > 0, patience);
    expect(stops).toEqual(['full']);
    await recorder.close();
    expect(library.recordings.length).toBeLessThan(2);
  });

  it('takes nothing more into memory when the disk does not keep up', async () => {
    await recorder.close();
    recorder = record({ flushMs: 3_600_000 });
    begin();
    const [first, ...rest] = media.get('360p')?.pieces ?? [];
    if (first === undefined) throw new Error('no media');
    for (let count = 0; stops.length === 0 && count < 100; count += 1) {
      for (const piece of [first, ...rest]) recorder.push('360p', piece);
    }
    expect(stops).toEqual(['slow']);
  });
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('on a disk that is full', () => {
  it('a recording ends with its last whole fragment, and plays', async () => {
    const media = packaged(await encodeLadder(6)).get('360p');
    const disk = await mkdtemp(path.join(tmpdir(), 'small-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    const stops: StopReason[] = [];
    try {
      const root = path.join(disk, 'recordings');
      const library = await RecordingLibrary.open({
        ...{ root, maxBytes: 1e9, maxAgeMs: 0, clipAgeMs: 0, maxClips: 1, now: () => 1, onTrouble },
      });
      const recorder = new Recorder({
        ...{ library, publishes: false, keepFreeBytes: 0, isOn: true, flushMs: 2, records: () => true },
        ...{ title: () => '', now: () => 1, onBegun: () => undefined, onStopped: (reason) => stops.push(reason) },
      });
      if (media === undefined) throw new Error('no media');
      recorder.begin('360p', media.init);
      for (const piece of media.pieces) {
        recorder.push('360p', piece);
        await new Promise((resolve) => setTimeout(resolve, 3));
        if (stops.length > 0) break;
      }
      await vi.waitUntil(() => stops.length > 0, patience);
      await recorder.close();
      expect(stops).toEqual(['full']);
      library.close();
      const after = await RecordingLibrary.open({
        ...{ root, maxBytes: 1e9, maxAgeMs: 0, clipAgeMs: 0, maxClips: 1, now: () => 1, onTrouble },
      });
      const [info] = after.recordings;
      const [rendition] = info?.renditions ?? [];
      if (info === undefined || rendition === undefined) throw new Error('nothing is left');
      const part = await after.media.part(info.id, rendition, 0);
      const parts: Buffer[] = [];
      for await (const bytes of part?.read(0, part.byteLength) ?? []) parts.push(bytes);
      const file = path.join(await mkdtemp(path.join(tmpdir(), 'movie-')), 'movie.mp4');
      await writeFile(file, Buffer.concat(parts));
      const { packets, complaints } = await probe(file);
      await rm(path.dirname(file), { recursive: true });
      expect(complaints).toBe('');
      expect(packets.length).toBeGreaterThan(30);
      after.close();
    } finally {
      await run('umount', [disk]);
      await rm(disk, { recursive: true });
    }
  });
});
