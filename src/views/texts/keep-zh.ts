/** Going back in the stream, in Chinese. */
export const rewindZh = {
  back: '后退 {t}',
  forward: '前进 {t}',
  behind: '落后直播 {t}',
} as const;
