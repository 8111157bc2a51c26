import { describe, expect, it } from 'vitest';
import { PaceMeter, thresholdsFor, usualPace } from './thresholds.ts';

describe('thresholds', () => {
  it('let a silence of three seconds pass and find a dead connection soon after, whatever the pace', () => {
    for (const keyframe of [0.5, 1, 2, 10]) {
      for (const firstByte of [0, 1, 30]) {
        const { dead, outage, notReceiving } = thresholdsFor({ keyframe, piece: keyframe / 10, firstByte });
        expect(dead).toBeGreaterThan(3);
        expect(dead).toBeLessThanOrEqual(12);
        expect(notReceiving).toBeLessThan(dead);
        expect(outage).toBeLessThan(dead);
      }
    }
  });

  it('are longer where keyframes are rare and where the way is long', () => {
    const usual = thresholdsFor(usualPace);
    expect(thresholdsFor({ ...usualPace, keyframe: 2 }).dead).toBeGreaterThan(usual.dead);
    expect(thresholdsFor({ ...usualPace, firstByte: 4 }).trial).toBeGreaterThan(usual.trial);
  });
});

describe('the pace of a response', () => {
  it('is learnt from its pieces', () => {
    const meter = new PaceMeter();
    meter.responded(0.7);
    for (let piece = 0; piece < 20; piece += 1) meter.add(piece / 4, (piece + 1) / 4, piece % 8 === 0);
    expect(meter.pace).toEqual({ keyframe: 2, piece: 0.25, firstByte: 0.7 });
  });
});
