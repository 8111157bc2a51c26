import type { OperationOutput } from '../http/control/operations.ts';
import type { ControlFlags } from './control/ask.ts';
import { type Commands, controlCommand, run } from './control/control-command.ts';

interface PlanFlags extends ControlFlags {
  readonly start?: string;
  readonly stop?: string;
}

/** Commands about when the broadcast begins and ends. */
export function addScheduleCommands(commands: Commands): void {
  const schedule = commands.program
    .command('schedule')
    .description('show or change when the broadcast begins and ends, and confirm that you are there');
  controlCommand(schedule, 'show', 'show when it begins and ends', ['schedule', 'schedule show --json'], true).action(
    (flags: ControlFlags) => run(commands, 'schedule', {}, flags, tellSchedule),
  );
  controlCommand(schedule, 'set', 'plan it anew, in place of the plan before', [
    'schedule set --start 21:30 --stop 23:00',
    'schedule set --stop 45m',
    'schedule set',
  ])
    .option('--start <time>', '10m from now, 21:30 or "2026-11-23 21:30" in UTC')
    .option('--stop <time>', 'in the same way')
    .action(({ start, stop, ...flags }: PlanFlags) => {
      const wish = { ...(start === undefined ? {} : { start }), ...(stop === undefined ? {} : { stop }) };
      return run(commands, 'setSchedule', wish, flags, tellSchedule);
    });
  const acts = [
    ['begin', 'beginBroadcast', 'show what is sent, now'],
    ['end', 'endBroadcast', 'end the broadcast, now; publishers stay connected'],
    ['confirm', 'confirmBroadcast', "tell the dead man's switch that you are there"],
  ] as const;
  for (const [name, operation, what] of acts) {
    controlCommand(schedule, name, what, [`schedule ${name}`]).action((flags: ControlFlags) =>
      run(commands, operation, {}, flags, tellSchedule),
    );
  }
}

const endings = { plan: 'its time had come', switch: 'nobody confirmed', person: 'as was asked for' } as const;

function tellSchedule({ phase, startsAtMs, stopsAtMs, confirmByMs, endedBy }: OperationOutput<'schedule'>): string {
  const lines = {
    before: 'The broadcast has not begun: nobody sees anything.',
    open: 'The broadcast is on.',
    over: `The broadcast is over${endedBy === undefined ? '' : `: ${endings[endedBy]}`}.`,
  };
  return [
    lines[phase],
    ...(startsAtMs === undefined ? [] : [`It begins at ${utc(startsAtMs)}.`]),
    ...(stopsAtMs === undefined ? [] : [`It ends at ${utc(stopsAtMs)}.`]),
    ...(confirmByMs === undefined ? [] : [`Confirm by ${utc(confirmByMs)}, or it ends: onioncast schedule confirm`]),
    '',
  ].join('\n');
}

function utc(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
