/** Quality, and what goes wrong with it. `{n}` stands for thousands of bits a second, `{w}` and `{h}` for pixels. */
export const playbackEn = {
  auto: 'Automatic',
  autoTitle: 'The quality that your connection carries',
  facts: '{w} × {h} pixels, {n} kbit/s',
  soundFacts: 'No picture, {n} kbit/s',
  soundChosen: 'Sound without a picture takes the least. Choose another quality to see the picture.',
  soundForNow: 'Your connection carries no picture at the moment. It comes back by itself.',
  tooSlow: 'Your connection is too slow for this quality. Choose a lower one, or Automatic.',
  silent: 'Nothing has arrived here for a while.',
  reload: 'Load the player again',
  unplayable: 'This browser plays none of the formats of this picture.',
  rate: '{n} kbit/s',
} as const;
