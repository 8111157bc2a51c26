/** The onion addresses at the desk. */
export const addressesEn = {
  heading: 'Addresses',
  none: 'There is no onion address here.',
  names: {
    public: 'The address of the stream.',
    temporary: 'A second address of the stream, for this run alone.',
    desk: 'Your own, behind a key.',
  },
  published: 'Can be reached',
  notPublished: 'Cannot be reached at the moment',
  qr: 'QR code of the address',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleEn = {
  heading: 'Begin and end',
  phases: {
    before: 'Nobody sees anything yet.',
    open: 'What you send is shown.',
    over: 'Nobody sees anything any more.',
  },
  startsAt: 'Begins: {t}',
  stopsAt: 'Ends: {t}',
  confirmBy: 'Ends {t} unless you say that you are still there.',
  confirm: 'I am still there',
  begin: 'Begin now',
  end: 'End now',
  plan: 'Plan',
  start: 'Begin',
  stop: 'End',
  hint: 'In so much time (10m, 2h), at a time in UTC (21:30), or on a day (2026-11-23 21:30). Empty: not by itself.',
  refusals: {
    moment: 'That is no time like 10m, 21:30 or 2026-11-23 21:30.',
    'is-on-air': 'The broadcast is on: only its end can be planned.',
    'not-on-air': 'The broadcast is not on.',
    'stop-before-start': 'It cannot end before it begins.',
    'stop-is-past': 'That time is past.',
  },
} as const;
