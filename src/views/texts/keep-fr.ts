/** Going back in the stream, in French. */
export const rewindFr = {
  back: 'Reculer de {t}',
  forward: 'Avancer de {t}',
  behind: '{t} de retard sur le direct',
} as const;
