/** Going back in the stream, in German. */
export const rewindDe = {
  back: '{t} zurück',
  forward: '{t} vor',
  behind: '{t} hinter live',
} as const;
