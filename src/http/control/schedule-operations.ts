import type { ScheduleControls, ScheduleRefusal, ScheduleView } from '../../broadcast/schedule.ts';
import { bind } from './bind.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';

/** When the broadcast begins and ends. */
export function scheduleOperations({ timers }: { readonly timers: ScheduleControls }): readonly BoundOperation[] {
  const done = (refusal: ScheduleRefusal | 'moment' | undefined): ScheduleView => {
    if (refusal !== undefined) throw new ControlRefusal(refusal);
    return timers.view;
  };
  return [
    bind(operations.schedule, () => timers.view),
    bind(operations.setSchedule, ({ start = '', stop = '' }) => done(timers.plan({ start, stop }))),
    bind(operations.beginBroadcast, () => done(timers.begin())),
    bind(operations.endBroadcast, () => done(timers.end())),
    bind(operations.confirmBroadcast, () => done(timers.confirm())),
  ];
}
