/** Going back in the stream. `{t}` stands for a span or a time on the clock. */
export const rewindEn = {
  back: 'Go back {t}',
  forward: 'Go forward {t}',
  behind: '{t} behind live',
} as const;
