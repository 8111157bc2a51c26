import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeLadder } from '../../test/support/encoded-media.ts';
import { largestStep, probe } from '../../test/support/media.ts';
import type { InitSegment } from './init-segment.ts';
import { movieFile } from './movie-file.ts';
import { Packager } from './packager.ts';
import { decodeIndexRecord, encodeIndexRecord, type IndexedFragment, RecordingIndexer } from './recording-index.ts';

const run = promisify(execFile);

/** A recording: two runs of an encoder, one after the other, on one timeline that does not begin at zero. */
async function record(): Promise<Buffer> {
  const media = await encodeLadder(4);
  const parts: Buffer[] = [];
  let startSeconds = 100;
  for (let count = 0; count < 2; count += 1) {
    const packager = new Packager({
      video: [{ name: 'large' }],
      startSeconds,
      sink: {
        onInit: (rendition, { bytes }) => {
          if (rendition === 'large' && count === 0) parts.push(bytes);
        },
        onPiece: (rendition, { bytes }) => {
          if (rendition === 'large') parts.push(bytes);
        },
      },
    });
    packager.push('audio', media.audio);
    packager.push('large', media.large);
    startSeconds = packager.endSeconds;
  }
  return Buffer.concat(parts);
}

function indexOf(recording: Buffer): { init: InitSegment; fragments: IndexedFragment[] } {
  let init: InitSegment | undefined;
  const fragments: IndexedFragment[] = [];
  const indexer = new RecordingIndexer({
    onInit: (found) => {
      init = found;
    },
    onFragment: (fragment) => fragments.push(fragment),
  });
  indexer.push(recording);
  expect(indexer.endPosition).toBe(recording.length);
  if (init === undefined) throw new Error('no init segment');
  return { init, fragments };
}

describe('a movie made of a recording', () => {
  let recording: Buffer;
  let index: ReturnType<typeof indexOf>;
  let directory: string;

  beforeAll(async () => {
    recording = await record();
    index = indexOf(recording);
    directory = await mkdtemp(path.join(tmpdir(), 'movie-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  async function write(
    name: string,
    fragments: readonly IndexedFragment[],
  ): Promise<{ file: string; seconds: number }> {
    const { head, from, to, seconds } = movieFile({ init: index.init, fragments });
    const file = path.join(directory, name);
    await writeFile(file, Buffer.concat([head, recording.subarray(from, to)]));
    return { file, seconds };
  }

  it('plays from its beginning without a gap, over both runs, and lasts as long as they do', async () => {
    const { file, seconds } = await write('whole.mp4', index.fragments);
    const { codecs, packets, complaints } = await probe(file);
    expect(complaints).toBe('');
    expect(codecs.toSorted()).toEqual(['h264', 'opus']);
    expect(packets.filter(({ stream }) => stream === 'video')).toHaveLength(240);
    expect(largestStep(packets, 'video')).toBeLessThan(0.06);
    expect(largestStep(packets, 'audio')).toBeLessThan(0.06);
    expect(seconds).toBeGreaterThan(7.9);
    expect(seconds).toBeLessThan(8.2);
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'format=duration,start_time',
      '-of',
      'csv=p=0',
      file,
    ]);
    const [start, duration] = stdout.trim().split(',').map(Number);
    expect(Math.abs(start ?? 1)).toBeLessThan(0.03);
    expect(duration).toBeCloseTo(seconds, 1);
  });

  it('is decoded without a complaint, from wherever one goes in it', async () => {
    const { file } = await write('seek.mp4', index.fragments);
    for (const second of ['0', '1.5', '4.2', '7']) {
      const { stderr } = await run('ffmpeg', [
        '-v',
        'warning',
        '-ss',
        second,
        '-i',
        file,
        '-t',
        '0.5',
        '-f',
        'null',
        '-',
      ]);
      expect(stderr).toBe('');
    }
  });

  it('can be a part that begins at any keyframe', async () => {
    const starts = index.fragments.flatMap(({ keyframe }, n) => (keyframe ? [n] : []));
    expect(starts).toHaveLength(8);
    const { file, seconds } = await write('part.mp4', index.fragments.slice(starts[2], starts[6]));
    const { packets, complaints } = await probe(file);
    expect(complaints).toBe('');
    expect(packets.filter(({ stream }) => stream === 'video')).toHaveLength(120);
    expect(packets[0]?.isKeyframe).toBe(true);
    expect(seconds).toBeCloseTo(4, 1);
  });

  it('holds no time and no name', async () => {
    const { head } = movieFile(index);
    expect(head.toString('latin1')).not.toMatch(/Lavf|Lavc|x264|Handler/i);
  });

  it('cannot be made of nothing', () => {
    expect(() => movieFile({ init: index.init, fragments: [] })).toThrow('nothing in this part');
  });
});

describe('the index of a recording', () => {
  it('says what is whole, wherever the recording was cut off', async () => {
    const recording = await record();
    const { init, fragments } = indexOf(recording);
    const ends = [init.bytes.length, ...fragments.map(({ position, byteLength }) => position + byteLength)];
    fc.assert(
      fc.property(fc.integer({ min: init.bytes.length, max: recording.length }), (cut) => {
        const indexer = new RecordingIndexer({ onFragment: () => undefined });
        indexer.push(recording.subarray(0, cut));
        expect(indexer.endPosition).toBe(ends.findLast((end) => end <= cut));
      }),
      { numRuns: 50 },
    );
  });

  it('is read as it was written', () => {
    const natural = fc.integer({ min: 0, max: 0xffffffff });
    const large = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom('video' as const, 'audio' as const),
          keyframe: fc.boolean(),
          position: large,
          byteLength: natural,
          dataPosition: large,
          decodeTime: large,
        }),
        fc.array(fc.tuple(natural, natural), { minLength: 1, maxLength: 20 }),
        (facts, samples) => {
          const fragment = { ...facts, sizes: samples.map(([size]) => size), durations: samples.map(([, d]) => d) };
          const record = encodeIndexRecord(fragment);
          expect(decodeIndexRecord(Buffer.concat([record, Buffer.from('rest')]))).toEqual({
            fragment,
            length: record.length,
          });
          expect(decodeIndexRecord(record.subarray(0, -1))).toBeUndefined();
        },
      ),
    );
  });

  it('says that it is damaged rather than something wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 40, maxLength: 200 }), (bytes) => {
        try {
          decodeIndexRecord(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: 'MEDIA_MALFORMED' });
        }
      }),
    );
  });
});
