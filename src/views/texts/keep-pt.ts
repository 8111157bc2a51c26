/** Going back in the stream, in Portuguese. */
export const rewindPt = {
  back: 'Voltar {t}',
  forward: 'Avançar {t}',
  behind: '{t} atrás do vivo',
} as const;
