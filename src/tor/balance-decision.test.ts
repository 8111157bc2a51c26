import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  type Backend,
  type BalanceDecision,
  type BalanceView,
  balancedAt,
  decideBalance,
} from './balance-decision.ts';

function backend(letter: string, more: Partial<Backend> = {}): Backend {
  return { address: `${letter.repeat(56)}.onion`, isPublished: true, isDraining: false, restarts: 0, ...more };
}

const both = [backend('a'), backend('b')];
const running = balancedAt(both, 0);
/** Ten minutes without a first announcement, two and a half hours without another. */
const firstSilenceMs = 600_000;
const silenceMs = 9_000_000;

function decide(backends: readonly Backend[], nowMs: number, more: Partial<BalanceView> = {}): BalanceDecision {
  return decideBalance({ backends, running, firstAtMs: 0, nowMs, ...more });
}

function news(inMs: number): BalanceDecision {
  return { kind: 'start', inMs, because: 'news' };
}

function silence(inMs: number): BalanceDecision {
  return { kind: 'start', inMs, because: 'silence' };
}

describe('when Onionbalance is started', () => {
  it('waits for a service that it could find', () => {
    const hidden = [backend('a', { isPublished: false })];
    expect(decide(hidden, 0, { running: undefined })).toEqual({ kind: 'leave' });
  });

  it('starts at once when all can be found, and else waits half a minute for the others', () => {
    expect(decide(both, 0, { running: undefined })).toEqual(news(0));
    const one = [backend('a'), backend('b', { isPublished: false })];
    expect(decide(one, 2000, { running: undefined, firstAtMs: 1000 })).toEqual(news(29_000));
    expect(decide(one, 40_000, { running: undefined, firstAtMs: 1000 })).toEqual(news(0));
  });

  it('goes on while nothing is new, and while a service is away', () => {
    expect(decide(both, 1000)).toEqual(silence(firstSilenceMs - 1000));
    const away = [backend('a'), backend('b', { isPublished: false, restarts: 1 })];
    expect(decide(away, 1000)).toEqual(silence(firstSilenceMs - 1000));
  });

  it('looks again, not too often, for a service that came back at other places, or came late', () => {
    const back = [backend('a'), backend('b', { restarts: 1 })];
    expect(decide(back, 20_000)).toEqual(news(100_000));
    expect(decide(back, 300_000)).toEqual(news(0));
    const before = balancedAt([backend('a'), backend('b', { isPublished: false })], 0);
    expect(decide(both, 300_000, { running: before })).toEqual(news(0));
  });

  it('leaves one out that takes no newcomers, at once', () => {
    const drained = [backend('a'), backend('b', { isDraining: true })];
    expect(decide(drained, 1000)).toEqual(news(0));
    expect(addressesOf(drained)).toEqual([`${'a'.repeat(56)}.onion`]);
    expect(decide(drained, 2000, { running: balancedAt(drained, 1000) })).toEqual(silence(firstSilenceMs - 1000));
  });

  it('leaves the last announcement alone when nothing can be found any more', () => {
    const gone = both.map((each) => ({ ...each, isPublished: false }));
    expect(decide(gone, 1000)).toEqual({ kind: 'leave' });
  });

  it('starts it anew when it announces nothing at all for ten minutes', () => {
    expect(decide(both, firstSilenceMs)).toEqual(silence(0));
    // What another run announced is no sign of life of this one.
    const anew = balancedAt(both, 10_000);
    expect(decide(both, 20_000, { running: anew, announcedAtMs: 9000 })).toEqual(silence(firstSilenceMs - 10_000));
  });

  it('starts it anew when it does not announce again before its last announcement is forgotten', () => {
    expect(decide(both, firstSilenceMs, { announcedAtMs: 60_000 })).toEqual(silence(silenceMs - 540_000));
    expect(decide(both, 60_000 + silenceMs, { announcedAtMs: 60_000 })).toEqual(silence(0));
  });
});
