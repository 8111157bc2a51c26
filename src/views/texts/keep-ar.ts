/** Going back in the stream, in Arabic. */
export const rewindAr = {
  back: 'ارجع {t}',
  forward: 'تقدّم {t}',
  behind: 'متأخر عن البث المباشر {t}',
} as const;
