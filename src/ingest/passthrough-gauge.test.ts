import { describe, expect, it } from 'vitest';
import { makeClip } from '../../test/support/ingest.ts';
import type { AvcFormat } from './avc-config.ts';
import { FlvReader } from './flv.ts';
import { FlvPublication } from './flv-publication.ts';
import { PassthroughGauge, type PassthroughVerdict, type SentPicture } from './passthrough-gauge.ts';
import { intakeFor } from './push-intake.ts';

const plain: AvcFormat = { bitDepth: 8, isSubsampled: true, isProgressive: true, lengthBytes: 4, isPlain: true };
/** A NAL unit of this type and size behind its length. */
function nal(type: number, bytes = 1000): Buffer {
  const unit = Buffer.alloc(4 + bytes);
  unit.writeUInt32BE(bytes);
  unit[4] = type;
  return unit;
}
const idr = nal(5);
const other = nal(1);

/** Ten pictures a second, a keyframe in every `keyframeEvery`th. */
function* pictures(seconds: number, keyframeEvery: number, bytes = 1000): Generator<SentPicture> {
  for (let index = 0; index < seconds * 10; index += 1) {
    const keyframe = index % keyframeEvery === 0;
    yield { atSeconds: 50 + index / 10, offset: 0, keyframe, data: nal(keyframe ? 5 : 1, bytes) };
  }
}

function measured(sent: Iterable<SentPicture>, format: AvcFormat | undefined = plain): PassthroughVerdict {
  const gauge = new PassthroughGauge(format);
  for (const picture of sent) gauge.take(picture);
  return gauge.verdict;
}

describe('a gauge', () => {
  it('needs two intervals between keyframes, and two seconds, before it says that a picture fits', () => {
    expect(measured(pictures(1.9, 10))).toEqual({ kind: 'measuring' });
    expect(measured(pictures(2.1, 10))).toEqual({ kind: 'fits', bitsPerSecond: 100_000 });
    expect(measured(pictures(3.9, 20))).toEqual({ kind: 'measuring' });
    expect(measured(pictures(4.1, 20))).toMatchObject({ kind: 'fits' });
    expect(measured(pictures(1.9, 1))).toEqual({ kind: 'measuring' });
  });

  it('takes keyframes 2.1 s apart and no later, also when the next one never comes', () => {
    expect(measured(pictures(10, 21))).toMatchObject({ kind: 'fits' });
    expect(measured(pictures(10, 22))).toEqual({ kind: 'unfit', problem: 'keyframes' });
    expect(measured(pictures(2.3, 1000))).toEqual({ kind: 'unfit', problem: 'keyframes' });
  });

  it('sees pictures in another order than they are shown at the first of them', () => {
    expect(measured([{ atSeconds: 0, offset: 0.04, keyframe: true, data: idr }])).toEqual({
      kind: 'unfit',
      problem: 'b-frames',
    });
  });

  it('knows a keyframe by what is in it, and takes no time twice', () => {
    const start = { atSeconds: 0, offset: 0, keyframe: true, data: idr };
    const unfit = { kind: 'unfit', problem: 'irregular' };
    expect(measured([{ ...start, data: other }])).toEqual(unfit);
    expect(measured([{ ...start, data: Buffer.concat([nal(9, 2), nal(7), nal(8), idr]) }])).toEqual({
      kind: 'measuring',
    });
    expect(measured([{ ...start, data: Buffer.from([0xff, 0xff, 0xff, 0xff, 5]) }])).not.toEqual(unfit);
    expect(measured([{ ...start, data: Buffer.alloc(0) }])).toEqual(unfit);
    expect(measured([start, { ...start, keyframe: false, data: other }])).toEqual(unfit);
  });

  it('measures bits in a second, the most of a few seconds, and refuses more than eight million', () => {
    expect(measured(pictures(9, 10, 25_000))).toEqual({ kind: 'fits', bitsPerSecond: 2_100_000 });
    const rising = [...pictures(5, 10, 1000), ...[...pictures(20, 10, 25_000)].slice(50)];
    expect(measured(rising)).toEqual({ kind: 'fits', bitsPerSecond: 2_100_000 });
    expect(measured(pictures(3, 10, 99_900))).toMatchObject({ kind: 'fits' });
    expect(measured(pictures(3, 10, 100_100))).toEqual({ kind: 'unfit', problem: 'rate' });
  });

  it('goes on where times start anew', () => {
    const gauge = new PassthroughGauge(plain);
    for (const picture of pictures(3, 10)) gauge.take(picture);
    gauge.restart();
    gauge.take({ atSeconds: 0, offset: 0, keyframe: true, data: idr });
    expect(gauge.verdict).toMatchObject({ kind: 'fits' });
  });

  it.each([
    [{ bitDepth: 10 }, 'format'],
    [{ isSubsampled: false }, 'format'],
    [{ isProgressive: false }, 'format'],
    [{ isPlain: false }, 'irregular'],
  ])('needs no picture to see that %j does not fit', (more, problem) => {
    expect(measured([], { ...plain, ...more })).toEqual({ kind: 'unfit', problem });
    expect(new PassthroughGauge(undefined).verdict).toEqual({ kind: 'unfit', problem: 'irregular' });
  });
});

describe('what FFmpeg publishes', () => {
  const zerolatency = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
  const cases: readonly (readonly [string, readonly string[], object])[] = [
    ['keyframes each second', [...zerolatency, '-g', '25'], { kind: 'fits' }],
    ['keyframes each two seconds', [...zerolatency, '-g', '50'], { kind: 'fits' }],
    ['keyframes each eight seconds', [...zerolatency, '-g', '200'], { kind: 'unfit', problem: 'keyframes' }],
    [
      'B-frames',
      ['-c:v', 'libx264', '-bf', '2', '-pix_fmt', 'yuv420p', '-g', '25'],
      { kind: 'unfit', problem: 'b-frames' },
    ],
    ['10 bits', [...zerolatency, '-pix_fmt', 'yuv420p10le', '-g', '25'], { kind: 'unfit', problem: 'format' }],
    ['4:4:4', [...zerolatency, '-pix_fmt', 'yuv444p', '-g', '25'], { kind: 'unfit', problem: 'format' }],
  ];

  it.each(cases)('with %s is judged over FLV and MP4 alike', (_, video, verdict) => {
    const clip = (output: readonly string[]) => makeClip({ size: '64x36', seconds: 6, audio: false, video, output });
    const publication = new FlvPublication('rtmp');
    for (const tag of new FlvReader().push(clip(['-f', 'flv']))) publication.write(tag);
    expect(publication.passthrough).toMatchObject(verdict);
    const fragmented = ['-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-f', 'mp4'];
    const intake = intakeFor(Buffer.from('....ftyp'));
    intake?.push(clip(fragmented));
    expect(intake?.publication?.passthrough).toMatchObject(verdict);
  });
});
