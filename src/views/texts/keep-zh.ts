/** Going back in the stream, in Chinese. */
export const rewindZh = {
  back: '后退 {t}',
  forward: '前进 {t}',
  behind: '落后直播 {t}',
} as const;

/** Recordings and clips. */
export const recordingsZh = {
  heading: '录像',
  none: '没有录像。',
  all: '全部录像',
  isClip: '直播片段。',
  onlyYou: '只有你能看到。',
  save: '保存',
  record: '录制',
  recording: '正在录制:{t},{s}',
  waiting: '从直播的下一个画面开始录制。',
  off: '没有在录制。',
  start: '开始录制',
  stop: '停止录制',
  stopped: {
    full: '录制已停止:磁盘快满了。直播照常进行。',
    limit: '录制已停止:录像已占满允许的空间。直播照常进行。',
    slow: '录制已停止:磁盘速度跟不上。直播照常进行。',
    failed: '录制已停止:磁盘拒绝写入。直播照常进行。',
  },
  kept: '已保存',
  nothingKept: '还没有录制任何内容。',
  clips: '片段',
  play: '播放',
  published: '已发布',
  notPublished: '未发布',
  publish: '发布',
  unpublish: '撤回',
  delete: '删除',
  deleteHint: '删除后无法恢复。',
  deleteForGood: '永久删除',
  notices: {
    gone: '该录像已不存在。',
    'not-saved': '磁盘拒绝写入:没有任何更改。',
  },
  clip: {
    make: '制作片段',
    hint: '最近 {n} 秒的链接,可以分享给任何人',
    ready: '你的片段链接:',
    watch: '观看片段',
    busy: '刚刚制作了很多片段,请稍后再试。',
    nothing: '还没有可以制作片段的内容。',
    expired: '表单已过期,请重试。',
  },
} as const;
