/** Going back in the stream, in Turkish. */
export const rewindTr = {
  back: '{t} geri git',
  forward: '{t} ileri git',
  behind: 'canlı yayının {t} gerisinde',
} as const;
