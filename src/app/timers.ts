import {
  advanceSchedule,
  begun,
  confirmByMs,
  confirmed,
  ended,
  isUrgent,
  type Moment,
  newSchedule,
  nextChangeMs,
  planned,
  planOf,
  type Schedule,
  type ScheduleControls,
  type ScheduleRefusal,
  type ScheduleView,
  viewOf,
} from '../broadcast/schedule.ts';
import { formatDuration } from '../config/duration.ts';
import { parseMoment } from '../config/moment.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import type { ServeEvent } from '../serve-event.ts';

export interface TimersOptions {
  readonly settings: OnioncastConfig['schedule'];
  /** What viewers see is behind it. */
  readonly curtain: { open(): void; close(): void };
  /** Unix milliseconds: a machine that has slept has let the time pass, too. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  report(event: ServeEvent): void;
  /** The broadcast has ended by its time or by the switch, and the addresses are to go. */
  onTakeDown(): void;
}

/** Looked at so often at least: the clock may be set, the machine may sleep. */
const lookMs = 15_000;

/** Opens and closes the curtain when the time has come, and asks for the broadcaster's word. */
export class BroadcastTimers implements ScheduleControls {
  readonly #options: TimersOptions;
  #schedule: Schedule;
  #timer: NodeJS.Timeout | undefined;
  #hasWarned = false;
  #isDown = false;

  /** Throws CONFIG_INVALID for a plan that cannot be. */
  constructor(options: TimersOptions) {
    this.#options = options;
    this.#schedule = this.#fresh();
  }

  get view(): ScheduleView {
    return viewOf(this.#schedule);
  }

  /** Whether the addresses are gone, and stay so until the next start. */
  get isDown(): boolean {
    return this.#isDown;
  }

  start(): void {
    // Times count from here on, however long everything else took to be ready.
    this.#schedule = this.#fresh();
    const { phase, startsAtMs, stopsAtMs } = this.#schedule;
    if (phase === 'before') this.#note(`The broadcast begins ${utc(startsAtMs)}. Until then nobody sees anything.`);
    if (stopsAtMs !== undefined) this.#note(`The broadcast ends ${utc(stopsAtMs)}.`);
    if (phase === 'open') this.#options.curtain.open();
    if (phase === 'over') this.#sayOver();
    this.#look();
  }

  /** Another plan in the words of the configuration. */
  plan(words: { readonly start: string; readonly stop: string }): ScheduleRefusal | 'moment' | undefined {
    let wish: { start: Moment | undefined; stop: Moment | undefined };
    try {
      wish = { start: parseMoment(words.start), stop: parseMoment(words.stop) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return 'moment';
    }
    const plan = this.#plan(wish);
    return typeof plan === 'string' ? plan : this.#take(planned(this.#schedule, plan, this.#options.now()));
  }

  /** On air, now. */
  begin(): ScheduleRefusal | undefined {
    return this.#take(begun(this.#schedule, this.#options.now()));
  }

  /** Off air, now. */
  end(): ScheduleRefusal | undefined {
    return this.#take(ended(this.#schedule));
  }

  /** The broadcaster is there. */
  confirm(): ScheduleRefusal | undefined {
    return this.#take(confirmed(this.#schedule, this.#options.now()));
  }

  /** Safe to call twice. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #fresh(): Schedule {
    const { start, stop, confirmMs } = this.#options.settings;
    const plan = this.#plan({ start, stop });
    if (typeof plan === 'string') {
      throw new AppError('CONFIG_INVALID', 'schedule.stop comes before schedule.start.');
    }
    return newSchedule(plan, confirmMs, this.#options.now());
  }

  #plan(wish: { readonly start?: Moment | undefined; readonly stop?: Moment | undefined }) {
    const { settings, now, random } = this.#options;
    return planOf(wish, { nowMs: now(), jitterMs: settings.jitterMs, random });
  }

  #take(next: Schedule | ScheduleRefusal): ScheduleRefusal | undefined {
    if (typeof next === 'string') return next;
    const before = this.#schedule;
    this.#schedule = next;
    if (next.confirmedAtMs !== before.confirmedAtMs) this.#hasWarned = false;
    if (next.phase !== before.phase) this.#turn(before.phase, next.phase);
    this.#look();
    return undefined;
  }

  #look(): void {
    clearTimeout(this.#timer);
    const nowMs = this.#options.now();
    const next = advanceSchedule(this.#schedule, nowMs);
    if (next !== this.#schedule) {
      this.#take(next);
      return;
    }
    if (isUrgent(next, nowMs) && !this.#hasWarned) {
      this.#hasWarned = true;
      this.#note(`The broadcast ends ${utc(confirmByMs(next))} unless you confirm: onioncast schedule confirm`);
    }
    const changeMs = nextChangeMs(next, nowMs);
    if (changeMs === undefined) return;
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.min(changeMs - nowMs, lookMs)));
    this.#timer.unref();
  }

  #turn(from: Schedule['phase'], phase: Schedule['phase']): void {
    if (phase === 'open') {
      this.#note('The broadcast begins.');
      this.#options.curtain.open();
      return;
    }
    if (from === 'open') this.#options.curtain.close();
    if (phase === 'over') this.#sayOver();
  }

  #sayOver(): void {
    const { endedBy } = this.#schedule;
    const { takeDown, confirmMs } = this.#options.settings;
    const reasons = {
      plan: 'its time has come',
      switch: `nobody has confirmed for ${formatDuration(confirmMs)}`,
      person: 'as was asked for',
    };
    this.#note(`The broadcast has ended: ${reasons[endedBy ?? 'plan']}.`);
    if (!takeDown || endedBy === 'person' || this.#isDown) return;
    this.#isDown = true;
    this.#note('The onion addresses are taken down until the next start.');
    this.#options.onTakeDown();
  }

  #note(message: string): void {
    this.#options.report({ kind: 'note', message });
  }
}

/** A time for a terminal, by a clock that tells nothing of where it stands. */
function utc(unixMs = 0): string {
  return `at ${new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
