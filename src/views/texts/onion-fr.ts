/** The onion addresses at the desk, in French. */
export const addressesFr = {
  heading: 'Adresses',
  none: 'Il n’y a pas d’adresse onion ici.',
  names: {
    public: 'L’adresse de la diffusion.',
    temporary: 'Une seconde adresse de la diffusion, pour cette session seulement.',
    desk: 'La vôtre, derrière une clé.',
  },
  published: 'Joignable',
  notPublished: 'Pas joignable pour le moment',
  qr: 'Code QR de l’adresse',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleFr = {
  heading: 'Début et fin',
  phases: {
    before: 'Personne ne voit encore rien.',
    open: 'Ce que vous envoyez est montré.',
    over: 'Plus personne ne voit rien.',
  },
  startsAt: 'Début : {t}',
  stopsAt: 'Fin : {t}',
  confirmBy: 'Se termine le {t} si vous ne dites pas que vous êtes encore là.',
  confirm: 'Je suis encore là',
  begin: 'Commencer maintenant',
  end: 'Terminer maintenant',
  plan: 'Prévoir',
  start: 'Début',
  stop: 'Fin',
  hint: 'Dans un certain temps (10m, 2h), à une heure UTC (21:30) ou un jour (2026-11-23 21:30). Vide : pas de lui-même.',
  refusals: {
    moment: 'Ce n’est pas un temps comme 10m, 21:30 ou 2026-11-23 21:30.',
    'is-on-air': 'La diffusion est en cours : seule sa fin peut être prévue.',
    'not-on-air': 'La diffusion n’est pas en cours.',
    'stop-before-start': 'Elle ne peut pas se terminer avant de commencer.',
    'stop-is-past': 'Cette heure est passée.',
  },
} as const;
