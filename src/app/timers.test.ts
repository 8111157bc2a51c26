import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { ServeEvent } from '../serve-event.ts';
import { BroadcastTimers } from './timers.ts';

const minute = 60_000;

describe('the timers of a broadcast', () => {
  let said: string[];
  let timers: BroadcastTimers | undefined;

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 10) });
    said = [];
  });

  afterEach(() => {
    timers?.close();
    vi.useRealTimers();
  });

  /** With these settings of `[schedule]`. */
  function start(settings: Readonly<Record<string, string>>, random = () => 0): BroadcastTimers {
    const environment = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [`ONIONCAST_SCHEDULE_${name}`, value]),
    );
    timers = new BroadcastTimers({
      settings: loadConfig({ workingDirectory: '/nowhere', environment }).schedule,
      curtain: { open: () => said.push('open'), close: () => said.push('close') },
      now: () => Date.now(),
      random,
      report: (event: ServeEvent) => event.kind === 'note' && said.push(event.message),
      onTakeDown: () => said.push('down'),
    });
    timers.start();
    return timers;
  }

  const acts = (): string[] => said.filter((word) => ['open', 'close', 'down'].includes(word));

  it('open at once when nothing is planned', () => {
    expect(start({}).view).toEqual({ phase: 'open' });
    expect(said).toEqual(['open']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('open and close at their times, in UTC or from now on', async () => {
    const { view } = start({ START: '10m', STOP: '12:00' });
    expect(view).toMatchObject({ phase: 'before', startsAtMs: Date.now() + 10 * minute });
    await vi.advanceTimersByTimeAsync(10 * minute - 1);
    expect(acts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(acts()).toEqual(['open']);
    await vi.advanceTimersByTimeAsync(110 * minute);
    expect(acts()).toEqual(['open', 'close']);
    expect(timers?.view).toEqual({ phase: 'over', endedBy: 'plan' });
    expect(said).toContain('The broadcast ends at 2026-11-22 12:00 UTC.');
  });

  it('are late by chance, never early', () => {
    const { view } = start({ START: '10m', STOP: '1h', JITTER: '20m' }, () => 0.25);
    expect(view).toMatchObject({ startsAtMs: Date.now() + 15 * minute, stopsAtMs: Date.now() + 65 * minute });
  });

  it('end the broadcast when nobody confirms, after a warning, and take the addresses down if wished', async () => {
    const switched = start({ CONFIRM: '20m', TAKE_DOWN: 'true' });
    await vi.advanceTimersByTimeAsync(16 * minute);
    expect(said.filter((word) => /unless you confirm/.test(word))).toHaveLength(1);
    expect(switched.confirm()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(19 * minute);
    expect(said.filter((word) => /unless you confirm/.test(word))).toHaveLength(2);
    expect(acts()).toEqual(['open']);
    await vi.advanceTimersByTimeAsync(minute);
    expect(acts()).toEqual(['open', 'close', 'down']);
    expect(switched.isDown).toBe(true);
    expect(said).toContain('The broadcast has ended: nobody has confirmed for 20m.');
    expect(switched.confirm()).toBe('not-on-air');
    expect(switched.begin()).toBeUndefined();
    expect(acts()).toEqual(['open', 'close', 'down', 'open']);
  });

  it('are ended, begun and planned by hand', async () => {
    const hands = start({ CONFIRM: '1h', TAKE_DOWN: 'true' });
    expect(hands.end()).toBeUndefined();
    expect(hands.end()).toBe('not-on-air');
    expect(acts()).toEqual(['open', 'close']);
    expect(hands.plan({ start: '5m', stop: '10m' })).toBeUndefined();
    expect(hands.plan({ start: 'soon', stop: '' })).toBe('moment');
    expect(hands.plan({ start: '10m', stop: '5m' })).toBe('stop-before-start');
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(acts()).toEqual(['open', 'close', 'open']);
    expect(hands.begin()).toBe('is-on-air');
    expect(hands.plan({ start: '5m', stop: '' })).toBe('is-on-air');
    expect(hands.plan({ start: '', stop: '' })).toBeUndefined();
    expect(hands.view.stopsAtMs).toBeUndefined();
  });

  it('show nothing at all when the time is over before the start', () => {
    start({ STOP: '2026-11-22 09:00', TAKE_DOWN: 'true' });
    expect(acts()).toEqual(['down']);
    expect(() => start({ START: '2h', STOP: '1h' })).toThrow(/before schedule.start/);
  });
});
