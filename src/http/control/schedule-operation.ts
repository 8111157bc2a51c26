import { z } from 'zod';
import { operation } from './operation.ts';

const nothing = z.strictObject({});
const words = z.string().max(64);

const scheduleShape = z
  .strictObject({
    phase: z
      .enum(['before', 'open', 'over'])
      .describe(
        '`before`: nobody sees anything yet. `open`: what is sent is shown. `over`: nobody sees anything any more.',
      ),
    startsAtMs: z.exactOptional(z.int()).describe('When it begins, the chance of `schedule.jitter` included.'),
    stopsAtMs: z.exactOptional(z.int()).describe('When it ends.'),
    confirmByMs: z.exactOptional(z.int()).describe('It ends then unless somebody confirms.'),
    endedBy: z.exactOptional(z.enum(['plan', 'switch', 'person'])).describe('`switch`: nobody has confirmed.'),
  })
  .readonly()
  .meta({ id: 'Schedule' });

/** What can be asked about the beginning and the end of the broadcast. */
export const scheduleOperationList = {
  schedule: operation('GET /schedule', 'When the broadcast begins and ends.', nothing, scheduleShape),
  setSchedule: operation(
    'PUT /schedule',
    'Plans it anew, in place of the plan before. While it is on air only its end can be planned.',
    z.strictObject({
      start: z
        .exactOptional(words)
        .describe('`10m` from now, `21:30` or `2026-11-23 21:30` in UTC; absent: not by itself.'),
      stop: z.exactOptional(words).describe('In the same way.'),
    }),
    scheduleShape,
  ),
  beginBroadcast: operation('POST /schedule/begin', 'Shows what is sent, now.', nothing, scheduleShape),
  endBroadcast: operation(
    'POST /schedule/end',
    'Ends the broadcast, now; publishers stay connected.',
    nothing,
    scheduleShape,
  ),
  confirmBroadcast: operation(
    'POST /schedule/confirm',
    "Tells the dead man's switch (`schedule.confirm`) that the broadcaster is there.",
    nothing,
    scheduleShape,
  ),
} as const;
