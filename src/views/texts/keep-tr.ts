/** Going back in the stream, in Turkish. */
export const rewindTr = {
  back: '{t} geri git',
  forward: '{t} ileri git',
  behind: 'Canlı yayının {t} gerisinde',
} as const;
