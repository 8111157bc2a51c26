import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeLadder } from '../../test/support/encoded-media.ts';
import { probe } from '../../test/support/media.ts';
import { frameChunk } from '../live/chunked.ts';
import { lastSeconds } from '../live/rewind-excerpt.ts';
import { RewindMemory } from '../live/rewind-window.ts';
import { Packager } from '../mp4/packager.ts';
import { saveClip } from './clip.ts';
import { RecordingLibrary } from './library.ts';

let directory: string;
let library: RecordingLibrary;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'clip-'));
  library = await RecordingLibrary.open({
    ...{ root: path.join(directory, 'kept'), maxBytes: 1e9, maxAgeMs: 0, clipAgeMs: 60_000, maxClips: 1 },
    now: () => 1_000_000,
    onTrouble: (message) => expect.fail(message),
  });
});

afterEach(async () => {
  library.close();
  await rm(directory, { recursive: true });
});

test('the last seconds of the stream, from a keyframe on, are a clip that plays', async () => {
  const media = await encodeLadder(5);
  const window = new RewindMemory({ seconds: 60, maxBytes: 1e8 }).window();
  const packager = new Packager({
    video: [{ name: '360p' }],
    startSeconds: 700,
    sink: {
      onInit: (name, { bytes }) => {
        if (name === '360p') window.begin(frameChunk(bytes));
      },
      onPiece: (name, piece) => {
        if (name === '360p') window.push({ ...piece, framed: frameChunk(piece.bytes) });
      },
    },
  });
  packager.push('audio', media.audio);
  packager.push('360p', media.large);
  const excerpt = lastSeconds(window, 2.5);
  if (excerpt === undefined) throw new Error('there is nothing');
  const id = await saveClip(library, {
    ...{ rendition: { name: '360p', mimeType: 'video/mp4', init: excerpt.init }, fragments: excerpt.fragments },
    ...{ title: 'Harbour', nowMs: 1_000_000 },
  });
  const info = library.get(id ?? '');
  const [rendition] = info?.renditions ?? [];
  if (info === undefined || rendition === undefined) throw new Error('there is no clip');
  expect(info).toMatchObject({ kind: 'clip', isPublished: true, title: 'Harbour' });
  expect(library.recordings).toEqual([]);
  expect(library.hasRoomForClip).toBe(false);
  const part = await library.media.part(info.id, rendition, 0);
  const parts: Buffer[] = [];
  for await (const bytes of part?.read(0, part.byteLength) ?? []) parts.push(bytes);
  const file = path.join(directory, 'clip.mp4');
  await writeFile(file, Buffer.concat(parts));
  const { packets, complaints } = await probe(file);
  expect(complaints).toBe('');
  expect(packets.filter(({ stream }) => stream === 'video')).toHaveLength(90);
});

test('there is nothing to clip where nothing is kept', () => {
  expect(lastSeconds(new RewindMemory({ seconds: 60, maxBytes: 1e6 }).window(), 30)).toBeUndefined();
});

test('a clip is gone when its time is over', async () => {
  const root = path.join(directory, 'kept');
  const id = 'A'.repeat(22);
  const clip = { id, kind: 'clip', title: '', createdAtMs: 940_000, isWhole: true, isPublished: true, renditions: [] };
  await mkdir(path.join(root, id));
  await writeFile(path.join(root, id, 'info.json'), JSON.stringify(clip));
  const later = await RecordingLibrary.open({
    ...{ root, maxBytes: 1e9, maxAgeMs: 0, clipAgeMs: 60_000, maxClips: 1, now: () => 1_000_000 },
    onTrouble: (message) => expect.fail(message),
  });
  expect(later.clips).toEqual([]);
  expect(await readdir(root)).toEqual([]);
  later.close();
});
