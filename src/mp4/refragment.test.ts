import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBytes, encodeHls, liveVideo, probeBytes, type ProbedPacket } from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { buildBox, requireBox } from './boxes.ts';
import { parseInitSegment } from './init-segment.ts';
import { refragment } from './refragment.ts';

const withBFrames = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '60', '-pix_fmt', 'yuv420p'];
const noCut = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '600', '-pix_fmt', 'yuv420p'];

function byStream(packets: readonly ProbedPacket[]): ProbedPacket[] {
  return packets.toSorted((a, b) => a.stream - b.stream || a.dts - b.dts);
}

describe('refragment', () => {
  it.each([
    ['live H.264', liveVideo, 25, 10],
    ['H.264 with B-frames', withBFrames, 12, 6],
    ['keyframes ten seconds apart', noCut, 10, 10],
  ])('cuts long segments of FFmpeg (%s) without changing a packet', async (_name, video, seconds, segmentSeconds) => {
    const hls = await encodeHls(seconds, segmentSeconds, video);
    const init = parseInitSegment(hls.init);
    const short = hls.segments.flatMap((segment) => refragment(init, segment, 0.25));
    const before = Buffer.concat([hls.init, ...hls.segments]);
    const after = Buffer.concat([hls.init, ...short.map(({ bytes }) => bytes)]);

    const [probedBefore, probedAfter] = await Promise.all([probeBytes(before), probeBytes(after)]);
    expect(byStream(probedAfter.packets)).toEqual(byStream(probedBefore.packets));
    const decoded = await decodeBytes(after);
    expect(decoded).toEqual({ pictures: seconds * 30, complaints: '' });

    expect(Math.max(...short.map(({ durationSeconds }) => durationSeconds))).toBeLessThanOrEqual(0.251);
    const ordered = short.toSorted((a, b) => a.startSeconds - b.startSeconds);
    expect(short.map(({ startSeconds }) => startSeconds)).toEqual(ordered.map(({ startSeconds }) => startSeconds));
    // The pipe's reader never has to wait for the other track: at any moment both have been written to within a fragment.
    const written = new Map([...init.tracks].map(({ id }) => [id, 0]));
    for (const { trackId, startSeconds, durationSeconds } of short.slice(0, -2)) {
      written.set(trackId, startSeconds + durationSeconds);
      expect(Math.max(...written.values()) - Math.min(...written.values())).toBeLessThanOrEqual(0.6);
    }
    const keyframes = probedBefore.packets.filter(({ stream, isKeyframe }) => stream === 0 && isKeyframe);
    expect(short.filter(({ keyframe }) => keyframe)).toHaveLength(keyframes.length);
  });

  it('starts a fragment with every keyframe, and gives sound alone its starting points', async () => {
    const hls = await encodeHls(4, 4, liveVideo);
    const init = parseInitSegment(hls.init);
    const [segment = Buffer.alloc(0)] = hls.segments;
    const starts = refragment(init, segment, 3).filter(({ trackId }) => trackId === 1);
    expect(starts.map(({ startSeconds, keyframe }) => [Math.round(startSeconds * 100) / 100, keyframe])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, true],
    ]);
    const soundOnly = { ...init, tracks: init.tracks.map((track) => ({ ...track, kind: 'audio' as const })) };
    expect(refragment(soundOnly, segment, 1).every(({ keyframe }) => keyframe)).toBe(true);
  });

  it('gives a sample that is longer than the limit a fragment to itself', async () => {
    const hls = await encodeHls(1, 1, liveVideo);
    const [segment = Buffer.alloc(0)] = hls.segments;
    const short = refragment(parseInitSegment(hls.init), segment, 0.001);
    expect(short.filter(({ trackId }) => trackId === 1)).toHaveLength(30);
  });

  it('keeps memory of its own, so that a fragment does not keep its segment alive', async () => {
    const hls = await encodeHls(1, 1, liveVideo);
    const [segment = Buffer.alloc(0)] = hls.segments;
    for (const { bytes } of refragment(parseInitSegment(hls.init), segment, 0.25)) {
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
  });

  it('refuses every truncation and survives any damage', async () => {
    const hls = await encodeHls(1, 1, liveVideo);
    const init = parseInitSegment(hls.init);
    const [segment = Buffer.alloc(0)] = hls.segments;
    const mediaAt = segment.indexOf('mdat') - 4;
    for (let length = 1; length < mediaAt + 64; length += 1) {
      const isWhole = ['moof', 'sidx'].some((type) => segment.toString('latin1', length + 4, length + 8) === type);
      if (!isWhole) expect(() => refragment(init, segment.subarray(0, length), 0.25)).toThrow(AppError);
    }
    const damage = fc.array(fc.tuple(fc.nat(mediaAt), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(segment);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          refragment(init, bytes, 0.25);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses media data without a moof and a moof without media data', async () => {
    const hls = await encodeHls(1, 1, liveVideo);
    const init = parseInitSegment(hls.init);
    const [segment = Buffer.alloc(0)] = hls.segments;
    expect(() => refragment(init, buildBox('mdat', Buffer.alloc(4)), 1)).toThrow(/without a fragment/);
    expect(() => refragment(init, requireBox(segment, 'moof').bytes, 1)).toThrow(/no media data/);
    expect(refragment(init, Buffer.alloc(0), 1)).toEqual([]);
  });
});
