import { describe, expect, it } from 'vitest';
import { addressesOf, type Backend, balancedAt, decideBalance } from './balance-decision.ts';

function backend(letter: string, more: Partial<Backend> = {}): Backend {
  return { address: `${letter.repeat(56)}.onion`, isPublished: true, isDraining: false, restarts: 0, ...more };
}

const both = [backend('a'), backend('b')];
const running = balancedAt(both, 0);

describe('when Onionbalance is started', () => {
  it('waits for a service that it could find', () => {
    expect(decideBalance([backend('a', { isPublished: false })], undefined, 0, 0)).toEqual({ kind: 'leave' });
  });

  it('starts at once when all can be found, and else waits half a minute for the others', () => {
    expect(decideBalance(both, undefined, 0, 0)).toEqual({ kind: 'start', inMs: 0 });
    const one = [backend('a'), backend('b', { isPublished: false })];
    expect(decideBalance(one, undefined, 1000, 2000)).toEqual({ kind: 'start', inMs: 29_000 });
    expect(decideBalance(one, undefined, 1000, 40_000)).toEqual({ kind: 'start', inMs: 0 });
  });

  it('goes on while nothing is new, and while a service is away', () => {
    expect(decideBalance(both, running, 0, 1000)).toEqual({ kind: 'leave' });
    const away = [backend('a'), backend('b', { isPublished: false, restarts: 1 })];
    expect(decideBalance(away, running, 0, 1000)).toEqual({ kind: 'leave' });
  });

  it('looks again, not too often, for a service that came back at other places, or came late', () => {
    const back = [backend('a'), backend('b', { restarts: 1 })];
    expect(decideBalance(back, running, 0, 20_000)).toEqual({ kind: 'start', inMs: 100_000 });
    expect(decideBalance(back, running, 0, 300_000)).toEqual({ kind: 'start', inMs: 0 });
    const before = balancedAt([backend('a'), backend('b', { isPublished: false })], 0);
    expect(decideBalance(both, before, 0, 300_000)).toEqual({ kind: 'start', inMs: 0 });
  });

  it('leaves one out that takes no newcomers, at once', () => {
    const drained = [backend('a'), backend('b', { isDraining: true })];
    expect(decideBalance(drained, running, 0, 1000)).toEqual({ kind: 'start', inMs: 0 });
    expect(addressesOf(drained)).toEqual([`${'a'.repeat(56)}.onion`]);
    expect(decideBalance(drained, balancedAt(drained, 1000), 0, 2000)).toEqual({ kind: 'leave' });
  });

  it('leaves the last announcement alone when nothing can be found any more', () => {
    const gone = both.map((each) => ({ ...each, isPublished: false }));
    expect(decideBalance(gone, running, 0, 1000)).toEqual({ kind: 'leave' });
  });
});
