/** Going back in the stream, in Russian. */
export const rewindRu = {
  back: 'Назад на {t}',
  forward: 'Вперёд на {t}',
  behind: 'Отставание от эфира {t}',
} as const;
