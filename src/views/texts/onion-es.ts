/** The onion addresses at the desk, in Spanish. */
export const addressesEs = {
  heading: 'Direcciones',
  none: 'Aquí no hay ninguna dirección onion.',
  names: {
    public: 'La dirección de la transmisión.',
    temporary: 'Una segunda dirección de la transmisión, solo para esta sesión.',
    desk: 'La propia, tras una clave.',
  },
  published: 'Accesible',
  notPublished: 'Ahora no es accesible',
  qr: 'Código QR de la dirección',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleEs = {
  heading: 'Comienzo y final',
  phases: {
    before: 'Nadie ve nada todavía.',
    open: 'Se muestra lo que envías.',
    over: 'Ya nadie ve nada.',
  },
  startsAt: 'Comienza: {t}',
  stopsAt: 'Termina: {t}',
  confirmBy: 'Termina el {t} si no confirmas que sigues ahí.',
  confirm: 'Sigo aquí',
  begin: 'Comenzar ahora',
  end: 'Terminar ahora',
  plan: 'Planificar',
  start: 'Comienzo',
  stop: 'Final',
  hint: 'Dentro de un tiempo (10m, 2h), a una hora UTC (21:30) o en un día (2026-11-23 21:30). Vacío: no por sí sola.',
  refusals: {
    moment: 'No es un tiempo como 10m, 21:30 o 2026-11-23 21:30.',
    'is-on-air': 'La transmisión está en marcha: solo se puede planificar su final.',
    'not-on-air': 'La transmisión no está en marcha.',
    'stop-before-start': 'No puede terminar antes de comenzar.',
    'stop-is-past': 'Esa hora ya ha pasado.',
  },
} as const;
