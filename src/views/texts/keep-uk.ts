/** Going back in the stream, in Ukrainian. */
export const rewindUk = {
  back: 'Назад на {t}',
  forward: 'Вперед на {t}',
  behind: 'Відставання від ефіру {t}',
} as const;
