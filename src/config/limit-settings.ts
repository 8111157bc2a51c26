import * as kinds from './kinds.ts';
import { section, setting } from './setting.ts';

/** `[limits]`: what strangers may take. */
export const limitSettings = section('What the server takes on.', {
  connections: setting(kinds.integer(16, 65_536), 1024, 'Connections open at once. A viewer needs three to six.'),
  viewers: setting(kinds.integer(1, 65_536), 300, 'Viewers who receive the stream at once.'),
  newSessions: setting(
    kinds.integer(1, 100_000),
    5,
    'New people let in per second in the long run, all together; others wait in a queue. Where limits.viewers are watching everybody new does.',
  ),
  newSessionsBurst: setting(kinds.integer(1, 100_000), 50, 'How many may come at once before that rate applies.'),
  shed: setting(
    kinds.flag,
    true,
    'Whether newcomers wait, and then playlists, recordings and clips are put off, when CPU or line can do no more. Whoever watches is not given up for it.',
  ),
  circuit: section(
    'What one Tor circuit may take: there is nothing else by which a stranger is known, and a browser has one. The broadcaster on this machine has none.',
    {
      connections: setting(kinds.integer(6, 1000), 12, 'Connections open at once. A browser opens six.'),
      requests: setting(kinds.integer(1, 10_000), 10, 'Requests a second in the long run.'),
      burst: setting(kinds.integer(10, 100_000), 40, 'Requests that may come at once before that rate applies.'),
      newSessions: setting(
        kinds.integer(1, 100_000),
        20,
        'Identities given out within an hour. A browser without cookies is somebody new whenever it opens the plain address.',
      ),
      responses: setting(
        kinds.integer(3, 1000),
        9,
        'Answers without end (stream, player, chat, events) open at once. A page has three.',
      ),
      viewers: setting(kinds.integer(1, 1000), 3, 'Identities that receive the stream at once.'),
      captchaTries: setting(
        kinds.integer(1, 10_000),
        3,
        'Captchas, passwords and invitations that are looked at within a minute. The same for each viewer.',
      ),
      close: setting(
        kinds.flag,
        true,
        'Whether a circuit that goes on at these limits is closed, with a tor of our own. Its connections are, in any case.',
      ),
    },
  ),
  session: section('What one viewer may take, by whatever circuits.', {
    responses: setting(
      kinds.integer(1, 100),
      3,
      'Answers without end of each kind open at once: so many tabs. One more ends the oldest.',
    ),
  }),
});
