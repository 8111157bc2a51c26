/** Quality, and what goes wrong with it, in French. */
export const playbackFr = {
  auto: 'Automatique',
  autoTitle: 'La qualité que permet votre connexion',
  facts: '{w} × {h} pixels, {n} kbit/s',
  soundFacts: 'Sans image, {n} kbit/s',
  soundChosen: 'Le son sans image demande le moins de débit. Choisissez une autre qualité pour voir l’image.',
  soundForNow: 'Votre connexion ne suffit pas pour l’image en ce moment. Elle reviendra d’elle-même.',
  tooSlow: 'Votre connexion est trop lente pour cette qualité. Choisissez-en une plus basse, ou Automatique.',
  silent: 'Rien n’est arrivé ici depuis un moment.',
  reload: 'Recharger le lecteur',
  unplayable: 'Ce navigateur ne lit aucun des formats de cette image.',
  rate: '{n} kbit/s',
} as const;
