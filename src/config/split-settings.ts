import * as kinds from './kinds.ts';
import { section, setting } from './setting.ts';

/** `[split]`: what the public server needs. */
export const splitSettings = section(
  'Split mode, at the public server: the picture comes from another machine, by "onioncast push" there, over Tor alone.',
  {
    enabled: setting(
      kinds.flag,
      false,
      'Whether there is an onion service for such a publisher. It opens to one key alone; "onioncast publisher" prints address and key.',
    ),
    bufferMs: setting(
      kinds.duration('0s', '60s'),
      '10s',
      'How much is held back before it is played: a cut of the line that is shorter is not seen by anybody. Viewers are later by as much.',
    ),
    patienceMs: setting(
      kinds.duration('0s', '24h'),
      '10m',
      'How long the slate is shown for a publisher who is gone without a word, before the broadcast is over.',
    ),
    slate: setting(
      kinds.line(120),
      '',
      'What the slate says, which stands in for the picture when nothing is left to play; empty: that the connection is lost, in the language of the site.',
    ),
    startDelayMs: setting(
      kinds.duration('0s', '1h'),
      '0s',
      'The broadcast begins later than the publisher by a random time of up to so much, so that the two cannot be put side by side.',
    ),
    stopDelayMs: setting(
      kinds.duration('0s', '1h'),
      '0s',
      'It ends later by a random time of up to so much; the slate is shown meanwhile.',
    ),
  },
);

/** `[push]`: what the machine at home needs. */
export const pushSettings = section(
  'Split mode, at home: what "onioncast push" sends. Source, RTMP and encoder are set as for "serve".',
  {
    rendition: setting(
      kinds.rung,
      '480p',
      'The one rendition that is sent. The line takes an eighth more than picture and sound, always the same whatever is shown.',
    ),
    line: setting(
      kinds.oneOf(['always', 'on-air']),
      'always',
      '"always" keeps the line full for as long as the program runs, all day if you let it; "on-air" opens it only while there is something to send.',
    ),
  },
);
