import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { PacedFeed, type TimedPiece } from './paced-feed.ts';

/** Four pieces a second, each named by its start. */
function segment(startSeconds: number, seconds: number): TimedPiece[] {
  return Array.from({ length: seconds * 4 }, (_, index) => ({
    bytes: Buffer.alloc(0),
    startSeconds: startSeconds + index / 4,
    durationSeconds: 0.25,
    keyframe: index % 4 === 0,
  }));
}

function pace() {
  const clock = new ManualClock();
  const log: (readonly [number, number | string])[] = [];
  const feed = new PacedFeed(clock, {
    onPiece: (piece) => log.push([Math.round(clock.now()), piece.startSeconds]),
    onGap: () => log.push([Math.round(clock.now()), 'gap']),
    onEmpty: () => undefined,
  });
  return { clock, feed, log, to: (ms: number) => clock.advanceTo(ms, async () => undefined) };
}

describe('a paced feed', () => {
  it('hands a segment out piece by piece, at the pace of its media', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(100, 1), 100);
    await to(2000);
    expect(log).toEqual([
      [0, 100],
      [250, 100.25],
      [500, 100.5],
      [750, 100.75],
    ]);
  });

  it('hands out at once what lies before the position at which it begins', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 1), 0.6);
    await to(2000);
    expect(log).toEqual([
      [0, 0],
      [0, 0.25],
      [0, 0.5],
      [150, 0.75],
    ]);
  });

  it('goes on without a break when the next segment is there in time', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 1), 0);
    await to(900);
    feed.add(segment(1, 1));
    await to(3000);
    expect(log.map(([at]) => at)).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
  });

  it('is late for good by as much as one segment was, so that the next one of the kind is in time', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 1), 0);
    await to(1200);
    feed.add(segment(1, 1));
    await to(2200);
    feed.add(segment(2, 1));
    await to(4000);
    expect(log.slice(4).map(([at]) => at)).toEqual([1200, 1450, 1700, 1950, 2200, 2450, 2700, 2950]);
  });

  it('tells of a gap in the media but leaves none in time', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 1), 0);
    await to(900);
    feed.add(segment(11, 1));
    await to(3000);
    expect(log.slice(3, 6)).toEqual([
      [750, 0.75],
      [1000, 'gap'],
      [1000, 11],
    ]);
  });

  it('skips to the newest segment when told to, and knows how much waits', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 10), 0);
    await to(1000);
    expect(feed.backlogSeconds).toBeCloseTo(9);
    feed.skipTo(segment(30, 1));
    await to(5000);
    expect(log.slice(5)).toEqual([
      [1000, 'gap'],
      [1000, 30],
      [1250, 30.25],
      [1500, 30.5],
      [1750, 30.75],
    ]);
    expect(feed.backlogSeconds).toBe(0);
  });

  it('hands nothing out after it was closed', async () => {
    const { feed, log, to } = pace();
    feed.begin(segment(0, 1), 0);
    feed.close();
    feed.close();
    await to(2000);
    expect(log).toEqual([[0, 0]]);
  });
});
