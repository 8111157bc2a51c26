/** Going back in the stream, in Spanish. */
export const rewindEs = {
  back: 'Retroceder {t}',
  forward: 'Avanzar {t}',
  behind: '{t} por detrás del directo',
} as const;

/** Recordings and clips. */
export const recordingsEs = {
  heading: 'Grabaciones',
  none: 'No hay grabaciones.',
  all: 'Todas las grabaciones',
  isClip: 'Un clip de la emisión.',
  onlyYou: 'Solo tú ves esto.',
  save: 'Guardar',
  record: 'Grabación',
  recording: 'Grabando: {t}, {s}',
  waiting: 'La grabación empieza con la próxima imagen de una emisión.',
  off: 'No se está grabando nada.',
  start: 'Empezar a grabar',
  stop: 'Dejar de grabar',
  stopped: {
    full: 'La grabación se ha detenido: el disco está casi lleno. La emisión sigue.',
    limit: 'La grabación se ha detenido: las grabaciones ocupan todo lo permitido. La emisión sigue.',
    slow: 'La grabación se ha detenido: el disco es demasiado lento. La emisión sigue.',
    failed: 'La grabación se ha detenido: el disco no acepta más datos. La emisión sigue.',
  },
  kept: 'Guardadas',
  nothingKept: 'Aún no se ha grabado nada.',
  clips: 'Clips',
  play: 'Reproducir',
  published: 'publicada',
  notPublished: 'sin publicar',
  publish: 'Publicar',
  unpublish: 'Retirar',
  delete: 'Borrar',
  deleteHint: 'No se puede recuperar.',
  deleteForGood: 'Borrar para siempre',
  notices: {
    gone: 'Esa grabación ya no existe.',
    'not-saved': 'El disco no acepta datos: no ha cambiado nada.',
  },
  clip: {
    make: 'Crear un clip',
    hint: 'Un enlace a los últimos {n} s, para compartir',
    ready: 'El enlace de tu clip:',
    watch: 'Ver el clip',
    busy: 'Se acaban de crear muchos clips. Inténtalo más tarde.',
    nothing: 'Aún no hay nada de lo que hacer un clip.',
    expired: 'El formulario era demasiado antiguo. Inténtalo de nuevo.',
  },
} as const;
