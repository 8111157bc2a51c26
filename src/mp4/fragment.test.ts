import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encode, encodeLadder, liveVideo, probeBytes, testPicture } from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { buildBox, requireBox } from './boxes.ts';
import { FragmentReader } from './fragment-reader.ts';
import { parseFragment, placeFragment, type Fragment } from './fragment.ts';
import type { InitSegment, Track } from './init-segment.ts';

interface Stream {
  inits: InitSegment[];
  fragments: Fragment[];
}

function read(stream: Buffer, chunkBytes = stream.length): Stream {
  const found: Stream = { inits: [], fragments: [] };
  const reader = new FragmentReader({
    onInit: (init) => found.inits.push(init),
    onFragment: (fragment) => found.fragments.push(fragment),
  });
  for (let at = 0; at < stream.length; at += chunkBytes) reader.push(stream.subarray(at, at + chunkBytes));
  return found;
}

function word(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

const handmadeTrack: Track = {
  id: 7,
  kind: 'video',
  timescale: 1000,
  codec: 'test',
  defaults: { duration: 40, size: 3, flags: 0x10000 },
};

/** A fragment of track 7 from its parts; the data is `abcdef...`. */
function handmade(tfhd: Buffer, tfdt: Buffer, truns: readonly Buffer[], dataBytes = 12): Buffer {
  const traf = buildBox(
    'traf',
    buildBox('tfhd', tfhd),
    buildBox('tfdt', tfdt),
    ...truns.map((r) => buildBox('trun', r)),
  );
  const data = Buffer.from('abcdefghijklmnopqrstuvwxyz'.slice(0, dataBytes));
  return Buffer.concat([buildBox('moof', buildBox('mfhd', word(0, 1)), traf), buildBox('mdat', data)]);
}

const baseIsMoof = word(0x20000, 7);

let video: Buffer;
let audio: Buffer;

beforeAll(async () => {
  const ladder = await encodeLadder(2);
  video = ladder.large;
  audio = ladder.audio;
});

describe('FragmentReader', () => {
  it('finds every fragment with the times that ffprobe finds', async () => {
    const { inits, fragments } = read(video);
    const { packets } = await probeBytes(video);
    const samples = fragments.flatMap(({ tracks }) => tracks.flatMap((track) => track.samples));
    expect(inits).toHaveLength(1);
    expect(samples).toHaveLength(packets.length);
    const starts = fragments.map(({ tracks }) => [tracks[0]?.decodeTime, tracks[0]?.startsWithSync]);
    const expected = packets.map(({ dts, isKeyframe }) => [dts, isKeyframe]);
    for (const start of starts) expect(expected).toContainEqual(start);
    expect(starts.filter(([, isSync]) => isSync)).toHaveLength(2);
    expect(fragments.reduce((sum, { tracks }) => sum + (tracks[0]?.duration ?? 0), 0)).toBe(2 * 15360);
  });

  it('finds the same byte by byte', () => {
    expect(read(audio, 1)).toEqual(read(audio));
  });

  it('passes over what streaming does not need and notices that the writer began anew', () => {
    const { inits, fragments } = read(audio);
    const [init, fragment] = [inits[0]?.bytes ?? Buffer.alloc(0), fragments[0]?.bytes ?? Buffer.alloc(0)];
    const noise = ['styp', 'sidx', 'prft', 'emsg', 'free', 'mfra'].map((type) => buildBox(type, Buffer.alloc(20)));
    const found = read(Buffer.concat([...noise, init, ...noise, fragment, ...noise, init, fragment, ...noise]));
    expect(found.inits.map(({ bytes }) => bytes)).toEqual([init, init]);
    expect(found.fragments.map(({ bytes }) => bytes)).toEqual([fragment, fragment]);
  });

  it('keeps what stands between moof and mdat, since data offsets count it', () => {
    const gap = buildBox('free', Buffer.alloc(8));
    const bytes = handmade(baseIsMoof, word(0, 0), [word(0x1, 2, 0)]);
    const moofBytes = requireBox(bytes, 'moof').bytes.length;
    const stretched = Buffer.concat([bytes.subarray(0, moofBytes), gap, bytes.subarray(moofBytes)]);
    requireBox(stretched, 'moof', 'traf', 'trun').body.writeUInt32BE(moofBytes + gap.length + 8, 8);
    const [sample] = parseFragment(stretched, [handmadeTrack]).tracks[0]?.samples ?? [];
    expect(stretched.toString('latin1', sample?.start, sample?.end)).toBe('abc');
  });

  it('refuses media before an init segment, media without a moof, and a moof without media', () => {
    const { inits, fragments } = read(audio);
    const [init, fragment] = [inits[0]?.bytes ?? Buffer.alloc(0), fragments[0]?.bytes ?? Buffer.alloc(0)];
    const moof = requireBox(fragment, 'moof').bytes;
    const mdat = fragment.subarray(moof.length);
    expect(() => read(fragment)).toThrow(/before its init segment/);
    expect(() => read(Buffer.concat([init, mdat]))).toThrow(/not fragmented/);
    expect(() => read(Buffer.concat([init, moof, moof, mdat]))).toThrow(/no media data/);
    const fillers = Array.from({ length: 5 }, () => buildBox('free'));
    expect(() => read(Buffer.concat([init, moof, ...fillers, mdat]))).toThrow(/no media data/);
  });

  it('understands writers that count from the beginning of the stream', async () => {
    const old = ['-f', 'mp4', '-movflags', '+empty_moov+frag_keyframe', '-frag_duration', '250000'];
    const [stream = Buffer.alloc(0)] = await encode([...testPicture('160x120', 2), ...liveVideo, ...old, 'pipe:3'], 1);
    const { fragments } = read(stream);
    expect(fragments.length).toBeGreaterThan(6);
    for (const { bytes, tracks } of fragments) {
      const moofBytes = requireBox(bytes, 'moof').bytes.length;
      expect(tracks[0]?.samples[0]?.start).toBe(moofBytes + 8);
      expect(tracks[0]?.samples.at(-1)?.end).toBe(bytes.length);
    }
    const [first] = fragments;
    if (first !== undefined) expect(() => placeFragment(first, { trackId: 1, shift: 0 })).toThrow(/base data offset/);
  });

  it('survives any damage and every truncation', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    const short = audio.subarray(0, 6000);
    fc.assert(
      fc.property(
        damage,
        fc.integer({ min: 1, max: 6000 }),
        fc.integer({ min: 1, max: 999 }),
        (changes, end, chunk) => {
          const bytes = Buffer.from(short.subarray(0, end));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            read(bytes, chunk);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('parseFragment', () => {
  it('takes defaults of the track, of the fragment, and what each sample says of itself', () => {
    const bytes = handmade(word(0x20000 | 0x2 | 0x8 | 0x20, 7, 5, 50, 0x2000000), word(0x1000000, 1, 2), [
      word(0x1, 1, 124),
      word(0x4 | 0x100 | 0x200 | 0x800, 2, 0x10000, 10, 1, 4, 20, 2, 8),
      word(0x1000000 | 0x400 | 0x800, 1, 0x10000, 0xffffffff),
    ]);
    const moofBytes = requireBox(bytes, 'moof').bytes.length;
    requireBox(bytes, 'moof', 'traf', 'trun').body.writeUInt32BE(moofBytes + 8, 8);
    const [track] = parseFragment(bytes, [handmadeTrack]).tracks;
    const text = track?.samples.map(({ start, end }) => bytes.toString('latin1', start, end));
    expect(text).toEqual(['abc', 'd', 'ef', 'ghi']);
    expect(track).toMatchObject({
      trackId: 7,
      decodeTime: 2 ** 32 + 2,
      duration: 50 + 10 + 20 + 50,
      startsWithSync: true,
      descriptionIndex: 5,
      samples: [
        { duration: 50, flags: 0x2000000, compositionOffset: 0 },
        { duration: 10, flags: 0x10000, compositionOffset: 4 },
        { duration: 20, flags: 0x2000000, compositionOffset: 8 },
        { duration: 50, flags: 0x10000, compositionOffset: -1 },
      ],
    });
  });

  it('refuses a track that was not declared and a missing decode time', () => {
    const bytes = handmade(baseIsMoof, word(0, 0), []);
    expect(() => parseFragment(bytes, [])).toThrow(/track 7 was not declared/);
    const traf = buildBox('traf', buildBox('tfhd', baseIsMoof));
    expect(() => parseFragment(buildBox('moof', traf), [handmadeTrack])).toThrow(/tfdt is missing/);
  });

  it('takes 65,536 samples and refuses one more, however few bytes claim them', () => {
    const empty = { ...handmadeTrack, defaults: { ...handmadeTrack.defaults, size: 0 } };
    const claim = (count: number): Buffer => handmade(baseIsMoof, word(0, 0), [word(0x1, count, 100)]);
    expect(parseFragment(claim(65_536), [empty]).tracks[0]?.samples).toHaveLength(65_536);
    expect(() => parseFragment(claim(65_537), [empty])).toThrow(/too many samples/);
    expect(() => parseFragment(claim(0xffffffff), [empty])).toThrow(/too many samples/);
  });

  it('refuses samples outside of the fragment, inside its moof, and bytes that many samples share', () => {
    const at = (offset: number, runs = 1): Buffer =>
      handmade(
        baseIsMoof,
        word(0, 0),
        Array.from({ length: runs }, () => word(0x1, 4, offset)),
      );
    const moofBytes = requireBox(at(0), 'moof').bytes.length;
    expect(parseFragment(at(moofBytes + 8), [handmadeTrack]).tracks[0]?.samples).toHaveLength(4);
    for (const offset of [0, moofBytes - 1, moofBytes + 9, 0xffffffff]) {
      expect(() => parseFragment(at(offset), [handmadeTrack])).toThrow(/outside its fragment/);
    }
    const sharing = (runs: number, offset: number): Buffer =>
      handmade(
        baseIsMoof,
        word(0, 0),
        Array.from({ length: runs }, () => word(0x1, 8, offset)),
        24,
      );
    const dataAt = requireBox(sharing(100, 0), 'moof').bytes.length + 8;
    expect(() => parseFragment(sharing(100, dataAt), [handmadeTrack])).toThrow(/outside its fragment/);
  });
});

describe('placeFragment', () => {
  it('changes track and time and nothing else', () => {
    const [fragment] = read(audio).fragments;
    if (fragment === undefined) throw new Error('no fragment');
    const placed = placeFragment(fragment, { trackId: 2, shift: 96_000 });
    const [track] = parseFragment(placed, [{ ...handmadeTrack, id: 2 }]).tracks;
    expect(track).toEqual({ ...fragment.tracks[0], trackId: 2, decodeTime: 96_000 });
    const changed = [...placed].filter((byte, index) => byte !== fragment.bytes[index]).length;
    expect(changed).toBe(3);
    expect(placed.buffer.byteLength).toBe(placed.length);
  });

  it('widens a 32-bit time when it no longer fits, and moves the data offset with it', () => {
    const bytes = handmade(baseIsMoof, word(0, 0xfffffff0), [word(0x1, 2, 0), word(0, 2)]);
    const moofBytes = requireBox(bytes, 'moof').bytes.length;
    requireBox(bytes, 'moof', 'traf', 'trun').body.writeUInt32BE(moofBytes + 8, 8);
    const fragment = parseFragment(bytes, [handmadeTrack]);
    for (const [shift, extraBytes] of [
      [0xf, 0],
      [0x10, 4],
    ] as const) {
      const placed = placeFragment(fragment, { trackId: 7, shift });
      const [track] = parseFragment(placed, [handmadeTrack]).tracks;
      expect(placed.length).toBe(bytes.length + extraBytes);
      expect(track?.decodeTime).toBe(0xfffffff0 + shift);
      const text = track?.samples.map(({ start, end }) => placed.toString('latin1', start, end));
      expect(text).toEqual(['abc', 'def', 'ghi', 'jkl']);
    }
  });

  it('refuses a time before zero and a fragment of two tracks', () => {
    const bytes = handmade(baseIsMoof, word(0, 5), []);
    const fragment = parseFragment(bytes, [handmadeTrack]);
    expect(() => placeFragment(fragment, { trackId: 1, shift: -6 })).toThrow(/out of range/);
    const double = { ...fragment, tracks: [...fragment.tracks, ...fragment.tracks] };
    expect(() => placeFragment(double, { trackId: 1, shift: 0 })).toThrow(/exactly one track/);
  });
});
