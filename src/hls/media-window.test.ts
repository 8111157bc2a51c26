import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { MediaWindow, type MediaWindowLimits } from './media-window.ts';
import { piecesOf } from './segment.ts';

const limits: MediaWindowLimits = { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 1_000_000 };
const picture: RenditionInit = { bytes: Buffer.from('init'), codecs: ['avc1.4d401e', 'opus'], width: 640, height: 360 };
const sound: RenditionInit = { bytes: Buffer.from('sound'), codecs: ['opus'] };

function piece(startSeconds: number, options: Partial<Piece> = {}): Piece {
  const keyframe = Number.isInteger(startSeconds);
  return { kind: 'video', keyframe, startSeconds, durationSeconds: 0.25, bytes: Buffer.alloc(100), ...options };
}

/** Pushes pieces of 250 ms with a keyframe at each whole second. */
function play(window: MediaWindow, from: number, to: number, options: Partial<Piece> = {}): void {
  for (let at = from; at < to; at += 0.25) window.push(piece(at, options));
}

function live(seconds: number, changes: Partial<MediaWindowLimits> = {}): MediaWindow {
  const window = new MediaWindow({ ...limits, ...changes });
  window.begin(picture);
  play(window, 0, seconds);
  return window;
}

describe('MediaWindow', () => {
  it('cuts a segment at the first keyframe at which it is long enough', () => {
    const window = live(7);
    expect(window.listed.map(({ number, durationSeconds }) => [number, durationSeconds])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    expect(window.listed[0]?.byteLength).toBe(800);
    expect(window.targetDuration).toBe(2);
  });

  it('shares the buffers of the pieces and keeps sound that comes between them', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    const given = [piece(0), piece(0.1, { kind: 'audio', keyframe: false }), piece(1.5)];
    for (const one of [...given, piece(2)]) window.push(one);
    const [segment] = window.listed;
    const pieces = segment === undefined ? [] : piecesOf(segment);
    expect(pieces).toHaveLength(3);
    for (const [index, one] of given.entries()) expect(pieces[index]).toBe(one.bytes);
    expect(segment?.byteLength).toBe(300);
  });

  it('does not lose a second to a frame of jitter', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    for (const at of [0.033, 1, 2, 3, 4]) window.push(piece(at, { keyframe: true, durationSeconds: 1 }));
    expect(window.listed.map(({ durationSeconds }) => durationSeconds)).toEqual([2 - 0.033, 2]);
  });

  it('cuts sound alone by time, whichever pieces are starting points', () => {
    const window = new MediaWindow(limits);
    window.begin(sound);
    play(window, 0, 6.5, { kind: 'audio', keyframe: false });
    expect(window.listed.map(({ durationSeconds }) => durationSeconds)).toEqual([2, 2, 2]);
  });

  it('ignores what comes before the first keyframe and outside of a run', () => {
    const window = new MediaWindow(limits);
    play(window, 0, 5);
    window.begin(picture);
    play(window, 0.25, 1);
    play(window, 1, 5);
    expect(window.listed.map(({ number, byteLength }) => [number, byteLength])).toEqual([[0, 800]]);
    window.end();
    play(window, 5, 10);
    expect(window.listed).toHaveLength(2);
  });

  it('lists half of what it keeps, so that a player with an older playlist still finds its segments', () => {
    const window = live(200);
    expect(window.listed.map(({ number }) => number)).toEqual([91, 92, 93, 94, 95, 96, 97, 98]);
    const kept = Array.from({ length: 101 }, (_, number) => number).filter((number) => window.segment(number));
    expect([kept[0], kept.at(-1), kept.length]).toEqual([84, 98, 15]);
    expect(window.segment(84)?.number).toBe(84);
    for (const number of [83, 99, -1, 84.5, Number.NaN]) expect(window.segment(number)).toBeUndefined();
  });

  it('6.2.2: lists at least three segments, three target durations, when the window is short', () => {
    const window = live(60, { windowSeconds: 6 });
    expect(window.listed.map(({ number }) => number)).toEqual([26, 27, 28]);
  });

  it('never keeps more bytes than it may, the oldest going first', () => {
    const window = live(21, { maxBytes: 2500 });
    expect(window.listed.map(({ number }) => number)).toEqual([8, 9]);
    expect(window.keptBytes).toBe(2000);
    window.push(piece(21.25, { bytes: Buffer.alloc(1700) }));
    expect(window.listed.map(({ number }) => number)).toEqual([]);
  });

  it('gives up a segment that is too large by itself, with what is older, and goes on at the next keyframe with a new number', () => {
    const window = live(2, { maxBytes: 1000 });
    window.push(piece(2));
    window.push(piece(2.25, { bytes: Buffer.alloc(901) }));
    play(window, 2.5, 3);
    expect(window.listed).toEqual([]);
    play(window, 3, 5.25);
    // Its number may have been listed with a part, and is not used again.
    expect(window.listed.map(({ number, breaks }) => [number, breaks])).toEqual([[2, 0]]);
    const noKeyframes = live(2, { windowSeconds: 6 });
    play(noKeyframes, 2, 100, { keyframe: false });
    expect(noKeyframes.keptBytes).toBeLessThanOrEqual(800);
  });

  it('promises a longer target when keyframes are rare, and never a shorter one again', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    play(window, 0, 4.25);
    expect(window.targetDuration).toBe(2);
    play(window, 4.25, 9.25, { keyframe: false });
    window.push(piece(9.25, { keyframe: true }));
    expect(window.targetDuration).toBe(5);
    play(window, 9.5, 60);
    expect(window.targetDuration).toBe(5);
    expect(new MediaWindow({ ...limits, targetSeconds: 0.3 }).targetDuration).toBe(1);
  });

  it('finishes a segment when its run ends and starts the next run as a discontinuity with its own init segment', () => {
    const window = live(3);
    const other = { ...picture, bytes: Buffer.from('other') };
    window.begin(other);
    play(window, 10, 12.5);
    expect(window.listed).toMatchObject([
      { number: 0, initId: 0, durationSeconds: 2, breaks: 0, discontinuity: 1 },
      { number: 1, initId: 0, durationSeconds: 1, breaks: 0, discontinuity: 1 },
      { number: 2, initId: 1, durationSeconds: 2, breaks: 1, discontinuity: 2 },
    ]);
    expect([window.init(0), window.init(1), window.init(2)]).toEqual([picture.bytes, other.bytes, undefined]);
    play(window, 12.5, 60);
    expect([window.init(0), window.init(1)]).toEqual([undefined, other.bytes]);
  });

  it('breaks nothing before the first segment of all', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    window.begin(picture);
    play(window, 0, 3);
    expect(window.listed).toMatchObject([{ number: 0, initId: 1, breaks: 0 }]);
    expect(window.init(0)).toBeUndefined();
  });

  it('ends, and begins anew with higher numbers when another broadcast begins', () => {
    const window = live(3);
    window.end();
    window.end();
    expect(window.hasEnded).toBe(true);
    expect(window.listed).toHaveLength(2);
    window.begin(picture);
    expect(window.hasEnded).toBe(false);
    play(window, 0, 3);
    expect(window.listed).toMatchObject([{ number: 2, initId: 1, breaks: 1 }]);
  });

  it('keeps its bounds and its numbers whatever comes', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          keyframe: fc.boolean(),
          bytes: fc.nat(4000),
          seconds: fc.double({ min: 0.01, max: 3, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.constant('begin' as const) },
      { weight: 1, arbitrary: fc.constant('end' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const window = new MediaWindow({ targetSeconds: 2, partSeconds: 1, windowSeconds: 8, maxBytes: 9000 });
        window.begin(picture);
        let now = 0;
        let lastFirst = 0;
        let target = 2;
        for (const one of steps) {
          if (one === 'begin') window.begin(picture);
          else if (one === 'end') window.end();
          else {
            const bytes = Buffer.alloc(one.bytes);
            window.push({
              kind: 'video',
              keyframe: one.keyframe,
              startSeconds: now,
              durationSeconds: one.seconds,
              bytes,
            });
            now += one.seconds;
          }
          const { listed } = window;
          expect(window.keptBytes).toBeLessThanOrEqual(9000);
          expect(listed[0]?.number ?? window.nextNumber).toBeGreaterThanOrEqual(lastFirst);
          lastFirst = listed[0]?.number ?? lastFirst;
          expect(window.targetDuration).toBeGreaterThanOrEqual(target);
          target = window.targetDuration;
          for (const [index, segment] of listed.entries()) {
            expect(segment.number).toBe((listed[0]?.number ?? 0) + index);
            expect(window.segment(segment.number)).toBe(segment);
            expect(window.init(segment.initId)).toBe(picture.bytes);
            expect(Math.round(segment.durationSeconds)).toBeLessThanOrEqual(window.targetDuration);
          }
        }
      }),
    );
  });
});
