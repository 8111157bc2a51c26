/** The onion addresses at the desk, in German. */
export const addressesDe = {
  heading: 'Adressen',
  none: 'Hier gibt es keine Onion-Adresse.',
  names: {
    public: 'Die Adresse des Streams.',
    temporary: 'Eine zweite Adresse des Streams, nur für diesen Lauf.',
    desk: 'Deine eigene, hinter einem Schlüssel.',
  },
  published: 'Erreichbar',
  notPublished: 'Gerade nicht erreichbar',
  qr: 'QR-Code der Adresse',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleDe = {
  heading: 'Beginn und Ende',
  phases: {
    before: 'Noch sieht niemand etwas.',
    open: 'Was du sendest, wird gezeigt.',
    over: 'Niemand sieht mehr etwas.',
  },
  startsAt: 'Beginn: {t}',
  stopsAt: 'Ende: {t}',
  confirmBy: 'Endet {t}, wenn du nicht sagst, dass du noch da bist.',
  confirm: 'Ich bin noch da',
  begin: 'Jetzt beginnen',
  end: 'Jetzt beenden',
  plan: 'Planen',
  start: 'Beginn',
  stop: 'Ende',
  hint: 'In so viel Zeit (10m, 2h), zu einer Uhrzeit in UTC (21:30) oder an einem Tag (2026-11-23 21:30). Leer: nicht von selbst.',
  refusals: {
    moment: 'Das ist keine Zeit wie 10m, 21:30 oder 2026-11-23 21:30.',
    'is-on-air': 'Die Sendung läuft: Nur ihr Ende lässt sich planen.',
    'not-on-air': 'Die Sendung läuft nicht.',
    'stop-before-start': 'Sie kann nicht enden, bevor sie beginnt.',
    'stop-is-past': 'Diese Zeit ist vorbei.',
  },
} as const;
