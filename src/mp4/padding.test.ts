import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBox, children } from './boxes.ts';
import { ConstantFlow, constantBytesPerSecond } from './padding.ts';
import type { Piece } from './piece.ts';

const options = { bytesPerSecond: 10_000, clock: 'audio', maxLateSeconds: 0.5 } as const;

function piece(kind: Piece['kind'], size: number, keyframe = false): Piece {
  const bytes = buildBox('mdat', Buffer.alloc(size - 8, keyframe ? 'K' : 'x'));
  return { bytes, kind, keyframe, startSeconds: 0, durationSeconds: 0.1 };
}

/** What goes out for these pieces, by piece. */
function sent(pieces: readonly Piece[], flow = new ConstantFlow(options)) {
  return pieces.map((each) => flow.push(each));
}

const total = (taken: readonly { bytes: Buffer }[]) => taken.reduce((sum, { bytes }) => sum + bytes.length, 0);
const joined = (taken: readonly (readonly { bytes: Buffer }[])[]) =>
  Buffer.concat(taken.flat().map(({ bytes }) => bytes));

/** A tenth of a second: picture, then its sound. */
function tenth(pictureSize: number, keyframe = false): Piece[] {
  return [piece('video', pictureSize, keyframe), piece('audio', 100)];
}

describe('a constant flow', () => {
  it('sends as much with every piece of sound, and nothing with the picture', () => {
    const taken = sent([...tenth(300, true), ...tenth(20), ...tenth(900)]);
    expect(taken.map(total)).toEqual([0, 1000, 0, 1000, 0, 1000]);
  });

  it('fills with boxes that players skip, between whole fragments', () => {
    const boxes = [...children(joined(sent([...tenth(300), ...tenth(20)])))];
    expect(boxes.map(({ type, bytes }) => `${type} ${bytes.length}`)).toEqual([
      'mdat 300',
      'mdat 100',
      'free 600',
      'mdat 20',
      'mdat 100',
      'free 880',
    ]);
  });

  it.each([0, 1, 7, 8, 9])('fills a gap of %i bytes exactly, if need be with the beginning of a box', (gap) => {
    const taken = sent([...tenth(900 - gap), ...tenth(500)]);
    expect(taken.map(total)).toEqual([0, 1000, 0, 1000]);
    expect([...children(joined(taken))].filter(({ type }) => type === 'mdat')).toHaveLength(4);
  });

  it('spreads what is large over the pieces that follow', () => {
    const taken = sent([...tenth(3500, true), ...tenth(200), ...tenth(200), ...tenth(200)]);
    expect(taken.map(total)).toEqual([0, 1000, 0, 1000, 0, 1000, 0, 1000]);
    expect(taken.flat().map(({ keyframe }) => keyframe)).toEqual([true, false, false, false]);
  });

  it('begins a piece where a viewer may join, so that a keyframe never starts in the middle of one', () => {
    const taken = sent([...tenth(1400), ...tenth(400, true)]);
    expect(taken[3]?.map(({ keyframe }) => keyframe)).toEqual([false, true]);
    expect(taken[3]?.[1]?.bytes.toString('latin1', 4, 9)).toBe('mdatK');
    expect(total(taken[3] ?? [])).toBe(1000);
  });

  it('keeps the rate where pieces are of uneven length', () => {
    const flow = new ConstantFlow({ ...options, bytesPerSecond: 10_010 });
    const lengths = [0.12, 0.08, 0.1001, 0.0999].map((durationSeconds) =>
      total(flow.push({ ...piece('audio', 50), durationSeconds })),
    );
    expect(lengths).toEqual([1201, 801, 1002, 1000]);
  });

  it('lets nothing be later than it may: more goes out then, in whole steps', () => {
    const taken = sent([...tenth(20_000), ...tenth(50)]);
    expect(taken.map(total)).toEqual([0, 16_000, 0, 1000]);
  });

  it('T23 changes nothing but what is between fragments, and sends as much for one picture as for another', () => {
    const media = fc.array(fc.record({ size: fc.integer({ min: 8, max: 1400 }), keyframe: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(media, (fragments) => {
        const pieces = fragments.flatMap(({ size, keyframe }) => tenth(size, keyframe));
        const flow = new ConstantFlow({ ...options, maxLateSeconds: 60 });
        const taken = sent(pieces, flow);
        expect(taken.map(total)).toEqual(fragments.flatMap(() => [0, 1000]));
        const starts = taken.flat().filter(({ keyframe }) => keyframe);
        for (const { bytes } of starts) expect(bytes.toString('latin1', 4, 8)).toBe('mdat'.slice(0, bytes.length - 4));
        // What is left comes out with silence behind it.
        const rest = sent(
          Array.from({ length: 60 }, () => piece('audio', 8)),
          flow,
        );
        const boxes = [...children(Buffer.concat([joined(taken), joined(rest)]))].filter(({ type }) => type === 'mdat');
        expect(boxes.slice(0, pieces.length).map(({ bytes }) => bytes.length)).toEqual(
          pieces.map(({ bytes }) => bytes.length),
        );
      }),
    );
  });
});

describe('the rate of a flow', () => {
  it('has room for picture, sound and the boxes around both, and can be told in tenths of seconds', () => {
    const rates = { pictureBitsPerSecond: 300_000, soundBitsPerSecond: 48_000, frameRate: 30 };
    expect(constantBytesPerSecond(rates)).toBe(46_730);
    expect(constantBytesPerSecond({ soundBitsPerSecond: 48_000, frameRate: 30 })).toBe(7600);
    expect(constantBytesPerSecond({ pictureBitsPerSecond: 300_000, frameRate: 30 }) % 10).toBe(0);
  });
});
