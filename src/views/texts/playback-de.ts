/** Quality, and what goes wrong with it, in German. */
export const playbackDe = {
  auto: 'Automatisch',
  autoTitle: 'Die Qualität, die deine Verbindung schafft',
  facts: '{w} × {h} Pixel, {n} kbit/s',
  soundFacts: 'Ohne Bild, {n} kbit/s',
  soundChosen: 'Ton ohne Bild braucht am wenigsten. Wähle eine andere Qualität, um das Bild zu sehen.',
  soundForNow: 'Deine Verbindung reicht gerade nicht für ein Bild. Es kommt von selbst wieder.',
  tooSlow: 'Deine Verbindung ist zu langsam für diese Qualität. Wähle eine niedrigere oder „Automatisch“.',
  silent: 'Hier ist seit einer Weile nichts angekommen.',
  reload: 'Player neu laden',
  unplayable: 'Dieser Browser spielt keines der Formate dieses Bildes ab.',
  rate: '{n} kbit/s',
} as const;
