/** Going back in the stream, in Spanish. */
export const rewindEs = {
  back: 'Retroceder {t}',
  forward: 'Avanzar {t}',
  behind: '{t} por detrás del directo',
} as const;
