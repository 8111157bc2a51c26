/** Going back in the stream, in German. */
export const rewindDe = {
  back: '{t} zurück',
  forward: '{t} vor',
  behind: '{t} hinter live',
} as const;

/** Recordings and clips. */
export const recordingsDe = {
  heading: 'Aufnahmen',
  none: 'Es gibt keine Aufnahmen.',
  all: 'Alle Aufnahmen',
  isClip: 'Ein Ausschnitt aus dem Stream.',
  onlyYou: 'Nur du siehst das.',
  save: 'Speichern',
  record: 'Aufnahme',
  recording: 'Wird aufgenommen: {t}, {s}',
  waiting: 'Die Aufnahme beginnt mit dem nächsten Bild einer Sendung.',
  off: 'Es wird nichts aufgenommen.',
  start: 'Aufnahme starten',
  stop: 'Aufnahme beenden',
  stopped: {
    full: 'Die Aufnahme ist beendet: Die Festplatte ist fast voll. Der Stream läuft weiter.',
    limit: 'Die Aufnahme ist beendet: Mehr Platz dürfen Aufnahmen nicht belegen. Der Stream läuft weiter.',
    slow: 'Die Aufnahme ist beendet: Die Festplatte kommt nicht mit. Der Stream läuft weiter.',
    failed: 'Die Aufnahme ist beendet: Die Festplatte nimmt nichts an. Der Stream läuft weiter.',
  },
  kept: 'Aufbewahrt',
  nothingKept: 'Es wurde noch nichts aufgenommen.',
  clips: 'Ausschnitte',
  play: 'Abspielen',
  published: 'veröffentlicht',
  notPublished: 'nicht veröffentlicht',
  publish: 'Veröffentlichen',
  unpublish: 'Zurückziehen',
  delete: 'Löschen',
  deleteHint: 'Das lässt sich nicht rückgängig machen.',
  deleteForGood: 'Endgültig löschen',
  notices: {
    gone: 'Diese Aufnahme gibt es nicht mehr.',
    'not-saved': 'Die Festplatte nimmt nichts an: Es hat sich nichts geändert.',
  },
  clip: {
    make: 'Ausschnitt',
    hint: 'Ein Link zu den letzten {n} s, für wen du willst',
    ready: 'Der Link zu deinem Ausschnitt:',
    watch: 'Ausschnitt ansehen',
    busy: 'Gerade wurden viele Ausschnitte gemacht. Versuch es später noch einmal.',
    nothing: 'Noch gibt es nichts zum Ausschneiden.',
    expired: 'Dieses Formular war zu alt. Versuch es noch einmal.',
  },
} as const;
