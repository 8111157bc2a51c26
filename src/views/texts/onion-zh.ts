/** The onion addresses at the desk, in Chinese. */
export const addressesZh = {
  heading: '地址',
  none: '这里没有 onion 地址。',
  names: {
    public: '直播的地址。',
    temporary: '直播的第二个地址，仅用于本次运行。',
    desk: '您自己的地址，需要密钥。',
  },
  published: '可以访问',
  notPublished: '目前无法访问',
  qr: '地址的二维码',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleZh = {
  heading: '开始与结束',
  phases: {
    before: '现在还没有人能看到。',
    open: '您发送的内容正在播出。',
    over: '已经没有人能看到了。',
  },
  startsAt: '开始：{t}',
  stopsAt: '结束：{t}',
  confirmBy: '除非您确认还在，否则将于 {t} 结束。',
  confirm: '我还在',
  begin: '立即开始',
  end: '立即结束',
  plan: '安排',
  start: '开始',
  stop: '结束',
  hint: '多久之后（10m、2h）、UTC 时刻（21:30），或某一天（2026-11-23 21:30）。留空：不自动进行。',
  refusals: {
    moment: '这不是 10m、21:30 或 2026-11-23 21:30 这样的时间。',
    'is-on-air': '直播正在进行：只能安排结束时间。',
    'not-on-air': '直播没有在进行。',
    'stop-before-start': '结束不能早于开始。',
    'stop-is-past': '这个时间已经过去了。',
  },
} as const;
