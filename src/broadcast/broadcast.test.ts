import { describe, expect, it } from 'vitest';
import { advance, type Broadcast, type BroadcastEvent, newBroadcast, uptimeSeconds } from './broadcast.ts';

function play(...steps: [BroadcastEvent, number][]): Broadcast {
  return steps.reduce((broadcast, [event, at]) => advance(broadcast, event, at), newBroadcast(0));
}

describe('a broadcast', () => {
  it('is offline, starting, then live', () => {
    expect(newBroadcast(5)).toEqual({ state: 'offline', sinceMs: 5 });
    expect(play([{ kind: 'source-begins' }, 10]).state).toBe('starting');
    expect(play([{ kind: 'source-begins' }, 10], [{ kind: 'picture' }, 900])).toEqual({
      state: 'live',
      sinceMs: 900,
      liveSinceMs: 900,
    });
  });

  it('keeps its uptime over an interruption and a new source', () => {
    const back = play(
      [{ kind: 'source-begins' }, 0],
      [{ kind: 'picture' }, 1000],
      [{ kind: 'picture-lost' }, 5000],
      [{ kind: 'source-begins' }, 6000],
      [{ kind: 'picture' }, 7000],
    );
    expect(back).toEqual({ state: 'live', sinceMs: 7000, liveSinceMs: 1000 });
    expect(uptimeSeconds(back, 9999)).toBe(8);
  });

  it('says interrupted, not starting, while another source takes over', () => {
    const between = play(
      [{ kind: 'source-begins' }, 0],
      [{ kind: 'picture' }, 1000],
      [{ kind: 'source-begins' }, 2000],
    );
    expect(between.state).toBe('interrupted');
  });

  it('ends without uptime once it had been live, and is merely offline if it never was', () => {
    const ended = play([{ kind: 'source-begins' }, 0], [{ kind: 'picture' }, 1], [{ kind: 'source-over' }, 2]);
    expect(ended.state).toBe('ended');
    expect(uptimeSeconds(ended, 100)).toBeUndefined();
    expect(play([{ kind: 'source-begins' }, 0], [{ kind: 'source-over' }, 2]).state).toBe('offline');
  });

  it("believes the publisher's own start unless it lies in the future", () => {
    const claimed = play([{ kind: 'source-begins', startedAtMs: 100 }, 5000], [{ kind: 'picture' }, 6000]);
    expect(uptimeSeconds(claimed, 10_100)).toBe(10);
    const future = play([{ kind: 'source-begins', startedAtMs: 9000 }, 5000], [{ kind: 'picture' }, 6000]);
    expect(uptimeSeconds(future, 10_000)).toBe(4);
  });

  it('does not care to lose a picture it never had', () => {
    expect(play([{ kind: 'source-begins' }, 0], [{ kind: 'picture-lost' }, 9]).state).toBe('starting');
  });
});
