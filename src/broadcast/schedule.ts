/**
 * When something is to happen, as a person says it. in: after so many milliseconds. at: at this Unix time. daily: when a day in UTC is so many milliseconds old,
 * the next time.
 */
export type Moment =
  | { readonly kind: 'in'; readonly ms: number }
  | { readonly kind: 'at'; readonly unixMs: number }
  | { readonly kind: 'daily'; readonly ms: number };

/** Times in Unix milliseconds. */
export interface Plan {
  readonly startsAtMs?: number;
  readonly stopsAtMs?: number;
}

/** Where the broadcast stands by the clock. A value: every function here makes the next one. */
export interface Schedule extends Plan {
  /** before: nobody sees anything yet. open: what is sent is shown. over: nobody sees anything any more. */
  readonly phase: 'before' | 'open' | 'over';
  /** The dead man's switch: how long the broadcast goes on without a word from the broadcaster; absent if there is none. */
  readonly confirmMs?: number;
  /** The last word, or the beginning. */
  readonly confirmedAtMs: number;
  /** What ended it: the plan, the switch or a person. */
  readonly endedBy?: 'plan' | 'switch' | 'person';
}

/** Why something cannot be done now. */
export type ScheduleRefusal = 'is-on-air' | 'not-on-air' | 'stop-before-start' | 'stop-is-past';

/** What a person is told of it; Unix milliseconds. */
export interface ScheduleView extends Plan {
  readonly phase: Schedule['phase'];
  /** By when the broadcaster must confirm. */
  readonly confirmByMs?: number;
  readonly endedBy?: NonNullable<Schedule['endedBy']>;
}

/** What staff can do with it; each says why not, if not. */
export interface ScheduleControls {
  readonly view: ScheduleView;
  /** Another plan, in the words of the configuration; `moment`: one of them is not understood. */
  plan(words: { readonly start: string; readonly stop: string }): ScheduleRefusal | 'moment' | undefined;
  begin(): ScheduleRefusal | undefined;
  end(): ScheduleRefusal | undefined;
  confirm(): ScheduleRefusal | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The Unix time of a moment, seen from `nowMs`. */
export function timeOf(moment: Moment, nowMs: number): number {
  switch (moment.kind) {
    case 'in':
      return nowMs + moment.ms;
    case 'at':
      return moment.unixMs;
    case 'daily': {
      const today = Math.floor(nowMs / dayMs) * dayMs + moment.ms;
      return today > nowMs ? today : today + dayMs;
    }
  }
}

/**
 * The times of a wish. Up to `jitterMs` is added to each, by chance: who knows when somebody always comes home, or sees when a line begins to carry much, learns less
 * from when a stream begins. `random` gives numbers from 0 to below 1. A time of day to stop at is the next one after the start.
 */
export function planOf(
  wish: { readonly start?: Moment | undefined; readonly stop?: Moment | undefined },
  { nowMs, jitterMs, random }: { readonly nowMs: number; readonly jitterMs: number; random(): number },
): Plan | ScheduleRefusal {
  const start = wish.start && timeOf(wish.start, nowMs);
  const stop = wish.stop && timeOf(wish.stop, wish.stop.kind === 'daily' ? Math.max(start ?? nowMs, nowMs) : nowMs);
  if (start !== undefined && stop !== undefined && stop <= start) return 'stop-before-start';
  const later = (time: number): number => time + Math.floor(random() * jitterMs);
  const startsAtMs = start === undefined ? undefined : later(start);
  // However the chance falls: never before the start.
  const stopsAtMs = stop === undefined ? undefined : Math.max(later(stop), (startsAtMs ?? 0) + 1000);
  return { ...(startsAtMs !== undefined && { startsAtMs }), ...(stopsAtMs !== undefined && { stopsAtMs }) };
}

/** The schedule of a server that starts. A `confirmMs` of 0 is no switch. */
export function newSchedule(plan: Plan, confirmMs: number, nowMs: number): Schedule {
  const isLater = plan.startsAtMs !== undefined && plan.startsAtMs > nowMs;
  const schedule: Schedule = {
    ...plan,
    phase: isLater ? 'before' : 'open',
    ...(confirmMs > 0 && { confirmMs }),
    confirmedAtMs: nowMs,
  };
  return advanceSchedule(schedule, nowMs);
}

/** What the clock makes of it. The same object if nothing. */
export function advanceSchedule(schedule: Schedule, nowMs: number): Schedule {
  const { phase, startsAtMs = 0, stopsAtMs = Number.POSITIVE_INFINITY } = schedule;
  if (phase === 'over') return schedule;
  if (stopsAtMs <= nowMs) return over(schedule, 'plan');
  if (phase === 'before') return startsAtMs > nowMs ? schedule : opened(schedule, nowMs);
  return confirmByMs(schedule) <= nowMs ? over(schedule, 'switch') : schedule;
}

/** When the clock makes something else of it next, or the broadcaster must be warned; undefined if never. */
export function nextChangeMs(schedule: Schedule, nowMs: number): number | undefined {
  const { phase, startsAtMs, stopsAtMs } = schedule;
  if (phase === 'over') return undefined;
  const due = confirmByMs(schedule);
  const times = [stopsAtMs, ...(phase === 'before' ? [startsAtMs] : [due, due - urgentMs(schedule)])].filter(
    (time): time is number => time !== undefined && Number.isFinite(time) && time > nowMs,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** By when the broadcaster must say a word; infinite without a switch or a broadcast. */
export function confirmByMs({ phase, confirmMs, confirmedAtMs }: Schedule): number {
  return confirmMs === undefined || phase !== 'open' ? Number.POSITIVE_INFINITY : confirmedAtMs + confirmMs;
}

/** Whether only the last quarter of that time is left. */
export function isUrgent(schedule: Schedule, nowMs: number): boolean {
  return confirmByMs(schedule) - urgentMs(schedule) <= nowMs;
}

/** Without what only the clock needs. */
export function viewOf(schedule: Schedule): ScheduleView {
  const { phase, startsAtMs, stopsAtMs, endedBy } = schedule;
  const due = confirmByMs(schedule);
  return {
    phase,
    ...(startsAtMs !== undefined && { startsAtMs }),
    ...(stopsAtMs !== undefined && { stopsAtMs }),
    ...(Number.isFinite(due) && { confirmByMs: due }),
    ...(endedBy !== undefined && { endedBy }),
  };
}

/** The broadcaster is there. */
export function confirmed(schedule: Schedule, nowMs: number): Schedule | ScheduleRefusal {
  return schedule.phase === 'open' ? { ...schedule, confirmedAtMs: nowMs } : 'not-on-air';
}

/** On air, now. A time to stop that is past is forgotten. */
export function begun(schedule: Schedule, nowMs: number): Schedule | ScheduleRefusal {
  if (schedule.phase === 'open') return 'is-on-air';
  const { stopsAtMs, ...rest } = schedule;
  return opened({ ...rest, ...(stopsAtMs !== undefined && stopsAtMs > nowMs && { stopsAtMs }) }, nowMs);
}

/** Off air, now, and nothing planned any more. */
export function ended(schedule: Schedule): Schedule | ScheduleRefusal {
  return schedule.phase === 'over' ? 'not-on-air' : over(schedule, 'person');
}

/** Another plan in place of the one before. While something is on air only its end can be planned. */
export function planned(schedule: Schedule, plan: Plan, nowMs: number): Schedule | ScheduleRefusal {
  const { startsAtMs, stopsAtMs } = plan;
  if (stopsAtMs !== undefined && stopsAtMs <= nowMs) return 'stop-is-past';
  if (schedule.phase === 'open' && startsAtMs !== undefined) return 'is-on-air';
  const { startsAtMs: _start, stopsAtMs: _stop, endedBy, ...rest } = schedule;
  if (startsAtMs !== undefined) return advanceSchedule({ ...rest, ...plan, phase: 'before' }, nowMs);
  return { ...rest, ...plan, ...(endedBy !== undefined && { endedBy }) };
}

function opened(schedule: Schedule, nowMs: number): Schedule {
  const { startsAtMs: _start, endedBy: _endedBy, ...rest } = schedule;
  return { ...rest, phase: 'open', confirmedAtMs: nowMs };
}

function over(schedule: Schedule, endedBy: NonNullable<Schedule['endedBy']>): Schedule {
  const { startsAtMs: _start, stopsAtMs: _stop, ...rest } = schedule;
  return { ...rest, phase: 'over', endedBy };
}

function urgentMs({ confirmMs = 0 }: Schedule): number {
  return confirmMs / 4;
}
