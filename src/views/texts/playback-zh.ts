/** Quality, and what goes wrong with it, in Chinese. */
export const playbackZh = {
  auto: '自动',
  autoTitle: '您的连接所能承载的画质',
  facts: '{w} × {h} 像素，{n} kbit/s',
  soundFacts: '无画面，{n} kbit/s',
  soundChosen: '只听声音占用带宽最少。要看画面，请选择其他画质。',
  soundForNow: '您的连接目前不足以传送画面。画面会自动恢复。',
  tooSlow: '您的连接速度不足以支持此画质。请选择较低的画质或“自动”。',
  silent: '这里已有一段时间没有收到数据。',
  reload: '重新加载播放器',
  unplayable: '此浏览器无法播放该画面的任何格式。',
  rate: '{n} kbit/s',
} as const;
