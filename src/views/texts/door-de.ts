import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in German. */
export const captcha: Texts['captcha'] = {
  picture: 'Bild mit fünf Buchstaben und Ziffern',
  pictureAnswer: 'Zeichen',
  questionAnswer: 'Antwort',
  another: 'Anderes Bild',
  hint: 'Groß- und Kleinschreibung ist egal.',
};

/** The page before everything, in German. It must not say what is behind it. */
export const gate: Texts['gate'] = {
  heading: 'Bitte hier hereinkommen',
  modes: {
    captcha: 'Lies das Bild, um hereinzukommen.',
    question: 'Beantworte die Frage, um hereinzukommen.',
    password: 'Dieser Ort öffnet sich allen, die sein Passwort kennen.',
    members: 'Dieser Ort ist nur für Mitglieder offen.',
  },
  password: 'Passwort',
  passwordHints: {
    password: 'Das, das du bekommen hast. Hast du eine Einladung, dann öffne ihren Link.',
    members: 'Das, aus dem dein Tripcode entsteht. Hast du eine Einladung, dann öffne ihren Link.',
  },
  enter: 'Hereinkommen',
  invitation: 'Du bist eingeladen',
  invitationHint: 'Der Knopf löst die Einladung für diesen Browser ein.',
  refusals: {
    needed: 'Da fehlt noch etwas.',
    wrong: 'Das war nicht richtig.',
    expired: 'Das war zu alt oder schon benutzt. Hier ist eine neue Aufgabe.',
    'form-expired': 'Dieses Formular war zu alt. Jetzt ist es frisch: Versuch es noch einmal.',
    void: 'Diese Einladung öffnet nichts (mehr).',
    wait: 'Zu viele Versuche. Versuch es in {n} s wieder.',
  },
};

/** The broadcaster’s page about who may come in, in German. */
export const door: Texts['door'] = {
  heading: 'Zugang',
  who: 'Wer hereindarf',
  modes: {
    open: 'Alle',
    captcha: 'Wer ein Bild liest',
    question: 'Wer die Frage beantwortet',
    password: 'Wer das Passwort kennt',
    members: 'Mitglieder und Eingeladene',
  },
  tripcodes: 'Tripcodes der Mitglieder, einer je Zeile',
  apply: 'Übernehmen',
  atOnce: 'Das gilt sofort, auch für alle, die schon hier sind.',
  captcha: 'Was vor der ersten Nachricht gefragt wird',
  kinds: { picture: 'Ein Bild', question: 'Die Frage', both: 'Beides' },
  question: 'Frage',
  answers: 'Richtige Antworten, eine je Zeile',
  invite: 'Einladen',
  label: 'Für wen (nur du siehst es)',
  uses: 'Für wie viele Leute',
  days: 'Für wie viele Tage',
  create: 'Link erstellen',
  link: 'Link',
  linkOnce: 'Dieser Link wird nur jetzt gezeigt:',
  invitations: 'Einladungen',
  used: '{n} von {m} benutzt.',
  states: {
    good: 'Offen.',
    used: 'Aufgebraucht.',
    old: 'Abgelaufen.',
    revoked: 'Zurückgezogen: Wer damit kam, ist draußen.',
  },
  revoke: 'Zurückziehen',
  restore: 'Wieder öffnen',
  password: 'Passwort der Tür',
  newPassword: 'Neues Passwort, mindestens 8 Zeichen',
  passwordIsSet: 'Es gibt eines. Mit einem anderen sind alle draußen, die damit hereinkamen.',
  passwordIsUnset: 'Es gibt noch keines.',
  guests: {
    heading: 'Private Adresse',
    everybody: 'Alle finden die Adresse. Mit tor.private = true finden sie nur die, die einen Schlüssel haben.',
    hint: 'Nur wer einen Schlüssel hat, findet die Adresse. Für alle anderen ist es, als gäbe es nichts.',
    name: 'Für wen (a-z, Ziffern, - und _)',
    create: 'Schlüssel erstellen',
    once: 'Adresse und Schlüssel werden nur jetzt gezeigt:',
    key: 'Schlüssel',
    keys: 'Schlüssel',
    steps:
      'Im Tor Browser am Computer: die Adresse öffnen, den Schlüssel einfügen, wo nach dem privaten Schlüssel für diesen Onion-Dienst gefragt wird („Enter your private key for this onion service“), und den Schlüssel merken lassen. Der Tor Browser für Android nimmt keinen Schlüssel an.',
    none: 'Noch hat niemand einen Schlüssel.',
  },
  notices: {
    bounds: 'Einer der Werte fehlt oder ist zu groß.',
    'question-missing': 'Eine Frage braucht ihren Text und mindestens eine Antwort.',
    'password-bounds': 'Ein Passwort hat mindestens 8 Zeichen.',
    'password-missing': 'Setze zuerst ein Passwort: Bis dahin käme niemand herein.',
    'guest-name':
      'Ein Name hat 1 bis 32 Buchstaben a-z, Ziffern, - und _ und beginnt mit einem Buchstaben oder einer Ziffer.',
    'guest-known': 'Unter diesem Namen gibt es schon einen Schlüssel.',
    'guest-many': 'Für mehr Schlüssel ist kein Platz. Widerrufe zuerst einen.',
    'not-saved': 'Es gilt jetzt, konnte aber nicht gespeichert werden.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'Warten auf einen Platz',
  reason: 'Es sind mehr Leute da, als dieser Server tragen kann. Plätze werden der Reihe nach vergeben.',
  next: 'Du bist als Nächstes dran.',
  place: 'Dein Platz in der Schlange: {n}.',
  about: 'Etwa {n} Leute sind vor dir.',
  hint: 'Lass diese Seite offen: Sie erneuert sich und lässt dich ein. Wenn du sie schließt, bleibt dein Platz drei Minuten lang erhalten.',
  again: 'Jetzt nachsehen',
};
