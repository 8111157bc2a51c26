/** Going back in the stream, in Persian. */
export const rewindFa = {
  back: '{t} به عقب',
  forward: '{t} به جلو',
  behind: '{t} عقب‌تر از پخش زنده',
} as const;
