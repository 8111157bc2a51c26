/** Quality, and what goes wrong with it, in Spanish. */
export const playbackEs = {
  auto: 'Automática',
  autoTitle: 'La calidad que permite tu conexión',
  facts: '{w} × {h} píxeles, {n} kbit/s',
  soundFacts: 'Sin imagen, {n} kbit/s',
  soundChosen: 'El sonido sin imagen es lo que menos ocupa. Para ver la imagen, basta con elegir otra calidad.',
  soundForNow: 'La conexión no da para la imagen en este momento. Volverá por sí sola.',
  tooSlow: 'La conexión es demasiado lenta para esta calidad. Elegir una más baja, o Automática.',
  silent: 'Hace un rato que no llega nada.',
  reload: 'Recargar el reproductor',
  unplayable: 'Este navegador no reproduce ninguno de los formatos de esta imagen.',
  rate: '{n} kbit/s',
} as const;
