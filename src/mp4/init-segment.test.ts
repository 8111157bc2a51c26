import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  encode,
  encodeHls,
  encodeLadder,
  liveVideo,
  probeBytes,
  shortFragments,
  testPicture,
} from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { buildBox, children, requireBox } from './boxes.ts';
import { FragmentReader } from './fragment-reader.ts';
import { mergeInitSegments, parseInitSegment, retrackInitSegment, type InitSegment } from './init-segment.ts';
import { leakInMedia, scrubInitSegment } from './scrub.ts';

function initOf(stream: Buffer): Buffer {
  const inits: InitSegment[] = [];
  new FragmentReader({ onInit: (init) => inits.push(init), onFragment: () => undefined }).push(stream);
  return inits[0]?.bytes ?? Buffer.alloc(0);
}

function onlyAppErrors(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('MEDIA_MALFORMED');
  }
}

let video: Buffer;
let audio: Buffer;
/** AVC and AAC in one init segment, with edit lists. */
let hls: Buffer;

beforeAll(async () => {
  const ladder = await encodeLadder(1);
  video = initOf(ladder.large);
  audio = initOf(ladder.audio);
  hls = (await encodeHls(1, 1, liveVideo)).init;
});

describe('parseInitSegment', () => {
  it('reads the tracks of real init segments', () => {
    expect(parseInitSegment(video).tracks).toEqual([
      {
        id: 1,
        kind: 'video',
        timescale: 15360,
        codec: expect.stringMatching(/^avc1\.42c0[0-9a-f]{2}$/),
        width: 320,
        height: 240,
        defaults: { duration: 0, size: 0, flags: 0 },
      },
    ]);
    expect(parseInitSegment(audio).tracks).toMatchObject([{ id: 1, kind: 'audio', timescale: 48000, codec: 'opus' }]);
    expect(parseInitSegment(hls).tracks.map(({ id, kind, codec }) => [id, kind, codec.slice(0, 9)])).toEqual([
      [1, 'video', 'avc1.42c0'],
      [2, 'audio', 'mp4a.40.2'],
    ]);
  });

  it('names VP9', async () => {
    const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-frames:v', '5'];
    const [stream = Buffer.alloc(0)] = await encode(
      [...testPicture('160x120', 1), ...vp9, ...shortFragments, 'pipe:3'],
      1,
    );
    expect(parseInitSegment(initOf(stream)).tracks[0]?.codec).toBe('vp09.00.10.08');
  });

  it('refuses every truncation, and a file that is not fragmented', () => {
    for (let length = 0; length < hls.length; length += 1) {
      expect(() => parseInitSegment(hls.subarray(0, length))).toThrow(AppError);
    }
    const moov = requireBox(video, 'moov');
    const whole = buildBox(
      'moov',
      ...[...children(moov.body)].filter((box) => box.type !== 'mvex').map((b) => b.bytes),
    );
    expect(() => parseInitSegment(whole)).toThrow(/not fragmented/);
  });

  it('takes 16 tracks and refuses 17', () => {
    const moov = requireBox(video, 'moov');
    const manyTracks = (count: number): Buffer => {
      const traks = [];
      const trexes = [];
      for (let id = 1; id <= count; id += 1) {
        const one = requireBox(retrackInitSegment({ ...parseInitSegment(video) }, id).bytes, 'moov');
        traks.push(requireBox(one.body, 'trak').bytes);
        trexes.push(requireBox(one.body, 'mvex', 'trex').bytes);
      }
      return buildBox('moov', requireBox(moov.body, 'mvhd').bytes, ...traks, buildBox('mvex', ...trexes));
    };
    expect(parseInitSegment(manyTracks(16)).tracks).toHaveLength(16);
    expect(() => parseInitSegment(manyTracks(17))).toThrow(/too many tracks/);
  });

  it('survives any damage, and so do scrubbing, merging and retracking', () => {
    const damage = fc.array(fc.tuple(fc.nat(hls.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom('video', 'audio', 'both'), damage, (which, changes) => {
        const bytes = Buffer.from(which === 'video' ? video : which === 'audio' ? audio : hls);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        onlyAppErrors(() => scrubInitSegment(bytes));
        onlyAppErrors(() => retrackInitSegment(parseInitSegment(bytes), 2));
        onlyAppErrors(() => mergeInitSegments(parseInitSegment(bytes), retrackInitSegment(parseInitSegment(audio), 2)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('mergeInitSegments', () => {
  it('declares both tracks, the sound as track 2, for ffprobe as well', async () => {
    const merged = mergeInitSegments(parseInitSegment(video), retrackInitSegment(parseInitSegment(audio), 2));
    expect(merged.tracks.map(({ id, kind, timescale }) => [id, kind, timescale])).toEqual([
      [1, 'video', 15360],
      [2, 'audio', 48000],
    ]);
    expect(requireBox(merged.bytes, 'moov', 'mvhd').body.readUInt32BE(96)).toBe(3);
    const { streams } = await probeBytes(merged.bytes);
    expect(streams.map((stream) => stream.codec)).toEqual(['h264', 'opus']);
  });

  it('refuses to merge what already has two tracks, and two tracks of one id', () => {
    const picture = parseInitSegment(video);
    expect(() => mergeInitSegments(parseInitSegment(hls), picture)).toThrow(AppError);
    expect(() => mergeInitSegments(picture, parseInitSegment(audio))).toThrow(/one id/);
  });
});

describe('scrubInitSegment', () => {
  it('T05 removes what FFmpeg signs its files with and keeps what players need', async () => {
    for (const original of [video, audio, hls]) {
      expect(leakInMedia(original)).toBeDefined();
      const clean = scrubInitSegment(original);
      expect(leakInMedia(clean)).toBeUndefined();
      expect(clean.toString('latin1')).not.toMatch(/Lav|264|Handler|udta|meta/i);
      expect(parseInitSegment(clean).tracks).toEqual(parseInitSegment(original).tracks);
      expect((await probeBytes(clean)).streams).toEqual((await probeBytes(original)).streams);
    }
  });

  it('T05 blanks times and language in both versions of the headers', () => {
    for (const version of [0, 1]) {
      const times = Buffer.alloc(version === 1 ? 16 : 8, 0xaa);
      const rest = Buffer.alloc(version === 1 ? 12 : 8, 0xbb);
      const mdhd = buildBox('mdhd', Buffer.from([version, 0, 0, 0]), times, rest, Buffer.from([0x15, 0xc7, 0, 0]));
      const clean = scrubInitSegment(buildBox('moov', mdhd));
      expect(clean.includes(0xaa)).toBe(false);
      expect(clean.subarray(-4).toString('hex')).toBe('55c40000');
      expect(clean.subarray(-4 - rest.length, -4)).toEqual(rest);
    }
  });

  it('refuses boxes nested without end', () => {
    const depth = 20_000;
    const nested = Buffer.alloc(depth * 8);
    for (let level = 0; level < depth; level += 1) {
      nested.writeUInt32BE(nested.length - level * 8, level * 8);
      nested.write('moov', level * 8 + 4, 'latin1');
    }
    expect(() => scrubInitSegment(nested)).toThrow(/nested too deeply/);
  });
});
