import * as kinds from './kinds.ts';
import { section, setting } from './setting.ts';

/** `[schedule]`. */
export const scheduleSection = section(
  'When the broadcast begins and ends by itself. Before and after, viewers see that nothing is on, whatever a publisher sends.',
  {
    start: setting(
      kinds.moment,
      '',
      'When it begins: "10m" after the start of the server, "21:30" by the clock of UTC, or "2026-11-23 21:30". Empty: at once.',
    ),
    stop: setting(kinds.moment, '', 'When it ends, in the same way. Empty: when the broadcaster ends it.'),
    jitterMs: setting(
      kinds.duration('0s', '2h'),
      '0s',
      'Up to so much is added to each of both, by chance: so that who watches your line learns less from when the stream begins and ends.',
    ),
    confirmMs: setting(
      kinds.duration('0s', '168h'),
      '0s',
      'The dead man\'s switch: the broadcast ends unless the broadcaster confirms within this time, at the desk or with "onioncast schedule confirm", again and again. "0s" is none.',
    ),
    takeDown: setting(
      kinds.flag,
      false,
      'Whether the onion addresses vanish, too, when the broadcast ends by its time or by the switch. They come back with the next start.',
    ),
  },
);
