import { describe, expect, it } from 'vitest';
import {
  advanceSchedule,
  begun,
  confirmByMs,
  confirmed,
  ended,
  isUrgent,
  newSchedule,
  nextChangeMs,
  planned,
  planOf,
  type Schedule,
  timeOf,
} from './schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Ten in the morning of some day, UTC. */
const now = Date.UTC(2026, 10, 22, 10);

const never = { nowMs: now, jitterMs: 0, random: () => 0 };

function sure(result: Schedule | string): Schedule {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('a moment', () => {
  it('is a time from now, a time on a day, or the next time a day is so old', () => {
    expect(timeOf({ kind: 'in', ms: 5 }, now)).toBe(now + 5);
    expect(timeOf({ kind: 'at', unixMs: 7 }, now)).toBe(7);
    expect(timeOf({ kind: 'daily', ms: 11 * hour }, now)).toBe(now + hour);
    expect(timeOf({ kind: 'daily', ms: 10 * hour }, now)).toBe(now + 24 * hour);
    expect(timeOf({ kind: 'daily', ms: 9 * hour }, now)).toBe(now + 23 * hour);
  });
});

describe('a plan', () => {
  it('stops at the next time of day after its start', () => {
    const wish = { start: { kind: 'daily', ms: 21 * hour }, stop: { kind: 'daily', ms: hour } } as const;
    expect(planOf(wish, never)).toEqual({ startsAtMs: now + 11 * hour, stopsAtMs: now + 15 * hour });
  });

  it('does not stop before it starts', () => {
    const wish = { start: { kind: 'in', ms: hour }, stop: { kind: 'in', ms: hour } } as const;
    expect(planOf(wish, never)).toBe('stop-before-start');
  });

  it('is late by a chance of its own for each time, and stays in order', () => {
    const chances = [0.5, 0];
    const wish = { start: { kind: 'in', ms: hour }, stop: { kind: 'in', ms: 2 * hour } } as const;
    const random = () => chances.shift() ?? 0;
    expect(planOf(wish, { nowMs: now, jitterMs: 4 * hour, random })).toEqual({
      startsAtMs: now + 3 * hour,
      stopsAtMs: now + 3 * hour + 1000,
    });
  });
});

describe('a schedule', () => {
  it('is on air from the beginning and for ever when nothing is planned', () => {
    const schedule = newSchedule({}, 0, now);
    expect(schedule.phase).toBe('open');
    expect(nextChangeMs(schedule, now)).toBeUndefined();
    expect(advanceSchedule(schedule, now + 1000 * hour)).toBe(schedule);
  });

  it('begins and ends when the time has come, also when nobody looked for long', () => {
    const plan = { startsAtMs: now + hour, stopsAtMs: now + 2 * hour };
    const before = newSchedule(plan, 0, now);
    expect([before.phase, nextChangeMs(before, now)]).toEqual(['before', now + hour]);
    expect(advanceSchedule(before, now + hour - 1)).toBe(before);
    const open = advanceSchedule(before, now + hour);
    expect([open.phase, nextChangeMs(open, now + hour)]).toEqual(['open', now + 2 * hour]);
    expect(advanceSchedule(open, now + 2 * hour)).toMatchObject({ phase: 'over', endedBy: 'plan' });
    expect(advanceSchedule(before, now + 9 * hour).phase).toBe('over');
    expect(newSchedule(plan, 0, now + 9 * hour).phase).toBe('over');
    expect(newSchedule({ startsAtMs: now - 1 }, 0, now).phase).toBe('open');
  });

  it('ends when the broadcaster says no word, counted from the beginning and from each word', () => {
    const waiting = newSchedule({ startsAtMs: now + hour }, 20 * minute, now);
    expect(confirmByMs(waiting)).toBe(Number.POSITIVE_INFINITY);
    const open = advanceSchedule(waiting, now + hour);
    expect(confirmByMs(open)).toBe(now + hour + 20 * minute);
    expect(nextChangeMs(open, now + hour)).toBe(now + hour + 15 * minute);
    expect(isUrgent(open, now + hour + 15 * minute - 1)).toBe(false);
    expect(isUrgent(open, now + hour + 15 * minute)).toBe(true);
    expect(nextChangeMs(open, now + hour + 15 * minute)).toBe(now + hour + 20 * minute);
    const later = sure(confirmed(open, now + hour + 19 * minute));
    expect(advanceSchedule(later, now + hour + 38 * minute).phase).toBe('open');
    const over = advanceSchedule(later, now + hour + 39 * minute);
    expect(over).toMatchObject({ phase: 'over', endedBy: 'switch' });
    expect(confirmed(over, now + 2 * hour)).toBe('not-on-air');
    expect(isUrgent(over, now + 9 * hour)).toBe(false);
  });

  it('is ended and begun by hand', () => {
    const over = sure(ended(newSchedule({ stopsAtMs: now + hour }, 20 * minute, now)));
    expect(over).toMatchObject({ phase: 'over', endedBy: 'person' });
    expect(over.stopsAtMs).toBeUndefined();
    expect(ended(over)).toBe('not-on-air');
    const open = sure(begun(over, now + 2 * hour));
    expect(confirmByMs(open)).toBe(now + 2 * hour + 20 * minute);
    expect(begun(open, now)).toBe('is-on-air');
    const early = sure(begun(newSchedule({ startsAtMs: now + hour, stopsAtMs: now + 2 * hour }, 0, now), now));
    expect(early).toMatchObject({ phase: 'open', stopsAtMs: now + 2 * hour });
    expect(advanceSchedule(early, now + hour)).toBe(early);
  });

  it('takes another plan: an end while on air, a beginning and an end before and after', () => {
    const open = newSchedule({ stopsAtMs: now + hour }, 0, now);
    expect(planned(open, { startsAtMs: now + hour }, now)).toBe('is-on-air');
    expect(planned(open, { stopsAtMs: now }, now)).toBe('stop-is-past');
    expect(sure(planned(open, {}, now)).stopsAtMs).toBeUndefined();
    const over = sure(ended(open));
    const again = sure(planned(over, { startsAtMs: now + hour, stopsAtMs: now + 2 * hour }, now));
    expect(again).toMatchObject({ phase: 'before', startsAtMs: now + hour, stopsAtMs: now + 2 * hour });
    expect(again.endedBy).toBeUndefined();
    expect(sure(planned(over, {}, now)).phase).toBe('over');
  });
});
