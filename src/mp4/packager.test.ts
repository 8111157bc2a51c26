import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes, encodeLadder, probeBytes } from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { requireBox } from './boxes.ts';
import { FragmentReader } from './fragment-reader.ts';
import type { InitSegment } from './init-segment.ts';
import { placeFragment, type Fragment } from './fragment.ts';
import { Packager, type PackagerOptions } from './packager.ts';
import type { Piece, RenditionInit } from './piece.ts';

type Chunk = readonly [output: string, bytes: Buffer];

interface Rendition {
  readonly inits: RenditionInit[];
  readonly pieces: Piece[];
}

class Recorder {
  readonly renditions = new Map<string, Rendition>();

  of(name: string): Rendition {
    const rendition = this.renditions.get(name) ?? { inits: [], pieces: [] };
    this.renditions.set(name, rendition);
    return rendition;
  }

  onInit(name: string, init: RenditionInit): void {
    if (this.of(name).pieces.length > 0) throw new Error('a piece came before its init segment');
    this.of(name).inits.push(init);
  }

  onPiece(name: string, piece: Piece): void {
    this.of(name).pieces.push(piece);
  }

  stream(name: string): Buffer {
    const { inits, pieces } = this.of(name);
    return Buffer.concat([...inits, ...pieces].map(({ bytes }) => bytes));
  }
}

const video = [{ name: 'large' }, { name: 'small' }];

function packageChunks(chunks: Iterable<Chunk>, options: Partial<PackagerOptions> = {}): [Recorder, Packager] {
  const sink = new Recorder();
  const packager = new Packager({ video, startSeconds: 0, sink, ...options });
  for (const [output, bytes] of chunks) packager.push(output, bytes);
  return [sink, packager];
}

function parts(stream: Buffer): { init: Buffer; fragments: Fragment[] } {
  const inits: InitSegment[] = [];
  const fragments: Fragment[] = [];
  const sink = { onInit: (init: InitSegment) => inits.push(init), onFragment: (one: Fragment) => fragments.push(one) };
  new FragmentReader(sink).push(stream);
  return { init: inits[0]?.bytes ?? Buffer.alloc(0), fragments };
}

/** The same fragment, its last picture so many bytes larger, by a NAL unit of filler. */
function withFiller(fragment: Buffer, bytes: number): Buffer {
  const filler = Buffer.alloc(bytes, 0xff);
  filler.writeUInt32BE(bytes - 4);
  filler[4] = 12;
  const larger = Buffer.concat([fragment, filler]);
  const moofBytes = larger.readUInt32BE(0);
  larger.writeUInt32BE(larger.length - moofBytes, moofBytes);
  const moof = requireBox(larger, 'moof');
  const run = requireBox(moof.body, 'traf', 'trun').body;
  if ((run.readUInt32BE(0) & 0xf00) !== 0x200) throw new Error('the last field of this trun is no size');
  run.writeUInt32BE(run.readUInt32BE(run.length - 4) + bytes, run.length - 4);
  return larger;
}

/** A run as its pipes deliver it: the outputs take turns, a fragment at a time. */
function inTurns(run: Record<string, Buffer>): Chunk[] {
  const outputs = Object.entries(run).map(([name, stream]) => ({ name, ...parts(stream) }));
  const chunks: Chunk[] = outputs.map(({ name, init }) => [name, init]);
  for (let index = 0; outputs.some(({ fragments }) => index < fragments.length); index += 1) {
    for (const { name, fragments } of outputs) {
      const fragment = fragments[index];
      if (fragment !== undefined) chunks.push([name, fragment.bytes]);
    }
  }
  return chunks;
}

let run: { large: Buffer; small: Buffer; audio: Buffer };
let chunks: Chunk[];

beforeAll(async () => {
  run = await encodeLadder(4);
  chunks = inTurns(run);
});

describe('Packager', () => {
  it('makes streams that decode without complaint, with picture and sound in step', async () => {
    const [sink] = packageChunks(chunks);
    for (const [name, width] of [
      ['large', 320],
      ['small', 160],
    ] as const) {
      const stream = sink.stream(name);
      const { streams, packets } = await probeBytes(stream);
      expect(streams.map(({ codec, width: probed }) => [codec, probed])).toEqual([
        ['h264', width],
        ['opus', undefined],
      ]);
      for (const index of [0, 1]) {
        const times = packets.filter((packet) => packet.stream === index).map(({ dts }) => dts);
        expect(times[0]).toBe(0);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      }
      expect(await decodeBytes(stream)).toEqual({ pictures: 120, complaints: '' });
    }
    const sound = await probeBytes(sink.stream('audio'));
    const original = await probeBytes(run.audio);
    expect(sound.streams.map(({ codec }) => codec)).toEqual(['opus']);
    expect(sound.packets).toEqual(original.packets);
  });

  it('declares its renditions', () => {
    const [sink] = packageChunks(chunks);
    const [large] = sink.of('large').inits;
    expect(large).toMatchObject({ width: 320, height: 240, codecs: [expect.stringMatching(/^avc1\.42c0/), 'opus'] });
    expect(sink.of('audio').inits).toEqual([{ codecs: ['opus'], bytes: expect.any(Buffer) }]);
    expect([...sink.renditions.keys()].toSorted()).toEqual(['audio', 'large', 'small']);
  });

  it('T05 tells nobody who wrote the init segments', () => {
    const [sink] = packageChunks(chunks);
    for (const name of ['large', 'small', 'audio']) {
      const text = sink.of(name).inits[0]?.bytes.toString('latin1') ?? '';
      expect(text).not.toMatch(/Lavf|Lavc|x264|Handler/i);
    }
  });

  it('lets a fragment through byte for byte but for its place', () => {
    const [sink] = packageChunks(chunks);
    const [first] = sink.of('large').pieces;
    const [original] = parts(run.large).fragments;
    if (original === undefined) throw new Error('no fragment');
    expect(first?.bytes).toEqual(placeFragment(original, { trackId: 1, shift: 0 }));
  });

  it('gives every rendition the very same buffers of sound', () => {
    const [sink] = packageChunks(chunks);
    const soundOf = (name: string): Buffer[] =>
      sink
        .of(name)
        .pieces.filter(({ kind }) => kind === 'audio')
        .map(({ bytes }) => bytes);
    const alone = soundOf('audio');
    for (const name of ['large', 'small']) {
      // The very last sound may still be waiting for its picture.
      expect(soundOf(name).length).toBeGreaterThan(alone.length - 3);
      for (const [index, bytes] of soundOf(name).entries()) expect(alone[index]).toBe(bytes);
    }
  });

  it('sends sound behind the picture of the same time, so that whoever starts at a keyframe hears its beginning', () => {
    const [{ renditions }] = packageChunks(inTurns(run));
    const pieces = renditions.get('large')?.pieces ?? [];
    const keyframes = [...pieces.entries()].filter(([, piece]) => piece.kind === 'video' && piece.keyframe);
    for (const [index, keyframe] of keyframes) {
      const sound = pieces.slice(index).find((piece) => piece.kind === 'audio');
      if (sound !== undefined) expect(sound.startSeconds).toBeLessThanOrEqual(keyframe.startSeconds + 0.021);
    }
  });

  it('marks keyframes, and in the sound alone a starting point each second', () => {
    const [sink] = packageChunks(chunks);
    const starts = (name: string): number[] =>
      sink
        .of(name)
        .pieces.filter(({ keyframe }) => keyframe)
        .map(({ startSeconds }) => startSeconds);
    expect(starts('large')).toEqual([0, 1, 2, 3]);
    expect(starts('audio')[0]).toBe(0);
    const steps = starts('audio').map((at, index) => at - (starts('audio')[index - 1] ?? -1));
    for (const step of steps) expect(step).toBeGreaterThanOrEqual(1);
    for (const step of steps) expect(step).toBeLessThan(1.3);
  });

  it('gives the same however the pipes are chunked', () => {
    const [expected] = packageChunks(chunks);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (sizes) => {
        let count = 0;
        const cut = chunks.flatMap(([output, bytes]) => {
          const pieces: Chunk[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes[count % sizes.length] ?? 1;
            count += 1;
            pieces.push([output, bytes.subarray(at, at + size)]);
            at += size;
          }
          return pieces;
        });
        expect(packageChunks(cut)[0].renditions).toEqual(expected.renditions);
      }),
      { numRuns: 30 },
    );
  });

  it('begins each rendition with a keyframe and leaves out sound that is over by then', () => {
    // The first second of one picture is lost: it can only begin with its second keyframe.
    const large = parts(run.large).fragments.filter(({ tracks }) => (tracks[0]?.decodeTime ?? 0) > 0);
    const late = chunks.filter(([output, bytes]) => output !== 'large' || bytes.includes('moov'));
    const [sink] = packageChunks([...late, ...large.map(({ bytes }): Chunk => ['large', bytes])]);
    const [first, ...rest] = sink.of('large').pieces;
    expect(first).toMatchObject({ kind: 'video', keyframe: true, startSeconds: 1 });
    for (const piece of rest) expect(piece.startSeconds + piece.durationSeconds).toBeGreaterThan(1);
    expect(rest.filter(({ kind }) => kind === 'audio').length).toBeGreaterThan(8);
    expect(sink.of('small').pieces[0]?.startSeconds).toBe(0);
  });

  it('waits for the sound to declare itself without losing the picture', () => {
    const soundLast = chunks.toSorted(([a], [b]) => Number(a === 'audio') - Number(b === 'audio'));
    const [sink] = packageChunks(soundLast);
    expect(sink.of('large').pieces[0]?.startSeconds).toBe(0);
    expect(sink.of('large').pieces).toHaveLength(packageChunks(chunks)[0].of('large').pieces.length);
  });

  it('goes on where the run before ended, both tracks in their relation', async () => {
    const [first, packager] = packageChunks(chunks);
    const startSeconds = packager.endSeconds;
    expect(startSeconds).toBeGreaterThanOrEqual(4);
    expect(startSeconds).toBeLessThan(4.1);
    const [second, next] = packageChunks(chunks, { startSeconds });
    const end = Math.max(...first.of('large').pieces.map((piece) => piece.startSeconds + piece.durationSeconds));
    for (const [index, piece] of second.of('large').pieces.entries()) {
      expect(piece.startSeconds).toBeGreaterThanOrEqual(end);
      const before = first.of('large').pieces[index]?.startSeconds ?? 0;
      expect(piece.startSeconds - before - startSeconds).toBeLessThan(1 / 15360);
      expect(piece.startSeconds - before - startSeconds).toBeGreaterThanOrEqual(-1e-6);
    }
    expect(next.endSeconds - startSeconds).toBeCloseTo(startSeconds, 3);
    const { packets } = await probeBytes(second.stream('large'));
    const [picture] = packets;
    expect(picture?.seconds).toBeCloseTo(startSeconds, 3);
  });

  it('derives the offset from the first fragment and leaves out what lies before it', () => {
    const shifted = (shift: number): Chunk[] =>
      chunks.map(([output, bytes]) => {
        if (output === 'audio' || bytes.includes('moov')) return [output, bytes];
        const fragment = parts(Buffer.concat([parts(run.large).init, bytes])).fragments[0];
        if (fragment === undefined) throw new Error('no fragment');
        return [output, placeFragment(fragment, { trackId: 1, shift })];
      });
    // The picture comes first and is 100.5 s ahead of the sound.
    const [ahead] = packageChunks(shifted(100.5 * 15360));
    expect(ahead.of('large').pieces[0]?.startSeconds).toBe(0);
    expect(ahead.of('audio').pieces).toEqual([]);
    // Half a second ahead: the first half second of sound is before the start.
    const [half] = packageChunks(shifted(0.5 * 15360), { startSeconds: 10 });
    expect(half.of('large').pieces[0]?.startSeconds).toBe(10);
    const firstSound = half.of('audio').pieces[0]?.startSeconds ?? 0;
    expect(firstSound).toBeGreaterThanOrEqual(10);
    expect(firstSound).toBeLessThan(10.3);
  });

  it('refuses an output that begins anew, goes back in time, or holds another kind of media', () => {
    const again = (): unknown => packageChunks([...chunks, ['small', run.small]]);
    expect(again).toThrow(/small began anew/);
    const back = parts(run.small).fragments[0]?.bytes ?? Buffer.alloc(0);
    expect(() => packageChunks([...chunks, ['small', back]])).toThrow(/small goes back/);
    expect(() => packageChunks([['audio', run.small]])).toThrow(/another kind of media/);
    expect(() => packageChunks([['huge', run.small]])).toThrow(/no output called huge/);
  });

  it('T05 refuses an init segment that is still signed after scrubbing', () => {
    const signed = Buffer.from(run.small);
    signed.write('Lavf', signed.indexOf('iso6'), 'latin1');
    expect(() => packageChunks([['small', signed]])).toThrow(/the signature "lavf"/);
  });

  it('holds a bounded amount while it waits', () => {
    const [sink, packager] = packageChunks([]);
    const { init, fragments } = parts(run.large);
    packager.push('large', init);
    // A declared sound that never comes: 40 s of picture of 400 KiB a fragment.
    for (let index = 0; index < 160; index += 1) {
      const [template] = fragments;
      if (template === undefined) throw new Error('no fragment');
      const placed = placeFragment(template, { trackId: 1, shift: index * 3840 });
      packager.push('large', withFiller(placed, 400 * 1024));
    }
    packager.push('audio', parts(run.audio).init);
    const held = sink.of('large').pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(held).toBeGreaterThan(7 * 1024 * 1024);
    expect(held).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(sink.of('large').pieces.at(-1)?.startSeconds).toBeCloseTo(159 * 0.25, 5);
  });

  it('only ever refuses damaged media', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    const early = Buffer.concat(chunks.slice(0, 1).map(([, bytes]) => bytes));
    fc.assert(
      fc.property(damage, fc.boolean(), (changes, inInit) => {
        const broken = chunks.slice(0, 12).map(([output, bytes]): Chunk => [output, Buffer.from(bytes)]);
        for (const [at, value] of changes) {
          const [, bytes] = broken[inInit ? 0 : at % broken.length] ?? ['', early];
          bytes[at % bytes.length] = value;
        }
        try {
          packageChunks(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
