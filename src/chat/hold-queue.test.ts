import { describe, expect, it } from 'vitest';
import { type HeldMessage, HoldQueue, holdLimits } from './hold-queue.ts';

const held = (holdId: number, viewerId = `v${holdId}`, atMs = holdId): HeldMessage => ({
  holdId,
  atMs,
  viewerId,
  nonce: `n${holdId}`,
  draft: { author: { name: 'Mallow', colour: 1 }, text: `text ${holdId}` },
  reason: 'first',
});

describe('the queue of messages that wait', () => {
  it('keeps them in order until staff have decided', () => {
    const queue = new HoldQueue([held(1)]);
    queue.add(held(2));
    queue.add(held(3));
    queue.remove(2);
    expect(queue.list(4).map(({ holdId }) => holdId)).toEqual([1, 3]);
    expect([1, 2, 3].map((id) => queue.stateOf(id, 4))).toEqual(['waiting', undefined, 'waiting']);
  });

  it('keeps what was declined in mind, so that it can wait again', () => {
    const queue = new HoldQueue([held(1), held(2)]);
    queue.decline(1);
    expect([queue.stateOf(1, 3), queue.countOf('v1', 3)]).toEqual(['declined', 0]);
    const back = queue.findDeclined(1, 3);
    if (back !== undefined) queue.takeBack(back);
    expect(queue.list(3).map(({ holdId }) => holdId)).toEqual([1, 2]);
    expect(queue.findDeclined(1, 3)).toBeUndefined();
  });

  it('is full for one viewer after three, and for all at its limit', () => {
    const queue = new HoldQueue();
    for (let n = 1; n <= holdLimits.perViewer; n += 1) queue.add(held(n, 'v'));
    expect([queue.isFullFor('v', 9), queue.isFullFor('w', 9)]).toEqual([true, false]);
    for (let n = holdLimits.perViewer + 1; n <= holdLimits.all; n += 1) queue.add(held(n, `v${n}`, 9));
    expect(queue.isFullFor('w', 9)).toBe(true);
  });

  it('forgets what nobody has looked at for long', () => {
    const queue = new HoldQueue([held(1, 'v', 0)]);
    expect(queue.find(1, holdLimits.keepMs)).toBeDefined();
    expect(queue.find(1, holdLimits.keepMs + 1)).toBeUndefined();
    queue.add(held(2, 'v', holdLimits.keepMs + 1));
    expect(queue.countOf('v', holdLimits.keepMs + 1)).toBe(1);
  });

  it('gives no id twice, not even after a restart that finds nothing waiting', () => {
    const queue = new HoldQueue();
    const first = queue.nextId(1000);
    queue.add(held(first));
    expect(queue.nextId(1000)).toBe(first + 1);
    expect(new HoldQueue().nextId(1001)).toBeGreaterThan(first);
  });
});
