import type { ScheduleControls } from '../../src/broadcast/schedule.ts';

/** A broadcast that is always on, and about which there is nothing to decide. */
export const noTimers: ScheduleControls = {
  view: { phase: 'open' },
  plan: () => 'is-on-air',
  begin: () => 'is-on-air',
  end: () => 'not-on-air',
  confirm: () => 'not-on-air',
};
