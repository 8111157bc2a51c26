/** Going back in the stream, in French. */
export const rewindFr = {
  back: 'Reculer de {t}',
  forward: 'Avancer de {t}',
  behind: '{t} de retard sur le direct',
} as const;

/** Recordings and clips. */
export const recordingsFr = {
  heading: 'Enregistrements',
  none: 'Il n’y a pas d’enregistrements.',
  all: 'Tous les enregistrements',
  isClip: 'Un extrait de la diffusion.',
  onlyYou: 'Vous seul voyez ceci.',
  save: 'Enregistrer',
  record: 'Enregistrement',
  recording: 'Enregistrement en cours : {t}, {s}',
  waiting: 'L’enregistrement commence à la prochaine image d’une diffusion.',
  off: 'Rien n’est enregistré.',
  start: 'Démarrer l’enregistrement',
  stop: 'Arrêter l’enregistrement',
  stopped: {
    full: 'L’enregistrement s’est arrêté : le disque est presque plein. La diffusion continue.',
    limit: 'L’enregistrement s’est arrêté : la place prévue est épuisée. La diffusion continue.',
    slow: 'L’enregistrement s’est arrêté : le disque est trop lent. La diffusion continue.',
    failed: 'L’enregistrement s’est arrêté : le disque refuse d’écrire. La diffusion continue.',
  },
  kept: 'Conservés',
  nothingKept: 'Rien n’a encore été enregistré.',
  clips: 'Extraits',
  play: 'Lire',
  published: 'publié',
  notPublished: 'non publié',
  publish: 'Publier',
  unpublish: 'Retirer',
  delete: 'Supprimer',
  deleteHint: 'C’est irréversible.',
  deleteForGood: 'Supprimer définitivement',
  notices: {
    gone: 'Cet enregistrement n’existe plus.',
    'not-saved': 'Le disque refuse : rien n’a changé.',
  },
  clip: {
    make: 'Faire un extrait',
    hint: 'Un lien vers les {n} dernières secondes, à partager',
    ready: 'Le lien de votre extrait :',
    watch: 'Voir l’extrait',
    busy: 'Beaucoup d’extraits viennent d’être faits. Réessayez plus tard.',
    nothing: 'Il n’y a encore rien à extraire.',
    expired: 'Ce formulaire était trop ancien. Réessayez.',
  },
} as const;
