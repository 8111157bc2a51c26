/** The onion addresses at the desk, in Arabic. */
export const addressesAr = {
  heading: 'العناوين',
  none: 'لا يوجد هنا عنوان onion.',
  names: {
    public: 'عنوان البث.',
    temporary: 'عنوان ثانٍ للبث، لهذا التشغيل وحده.',
    desk: 'عنوانك الخاص، خلف مفتاح.',
  },
  published: 'يمكن الوصول إليه',
  notPublished: 'لا يمكن الوصول إليه حاليًا',
  qr: 'رمز QR للعنوان',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleAr = {
  heading: 'البداية والنهاية',
  phases: {
    before: 'لا أحد يرى شيئًا بعد.',
    open: 'ما ترسله يُعرض.',
    over: 'لم يعد أحد يرى شيئًا.',
  },
  startsAt: 'البداية: {t}',
  stopsAt: 'النهاية: {t}',
  confirmBy: 'ينتهي {t} ما لم تؤكّد أنك ما زلت هنا.',
  confirm: 'ما زلت هنا',
  begin: 'ابدأ الآن',
  end: 'أنهِ الآن',
  plan: 'خطّط',
  start: 'البداية',
  stop: 'النهاية',
  hint: 'بعد مدة (10m، 2h)، أو في ساعة بتوقيت UTC (21:30)، أو في يوم (2026-11-23 21:30). فارغ: ليس من تلقاء نفسه.',
  refusals: {
    moment: 'هذا ليس وقتًا مثل 10m أو 21:30 أو 2026-11-23 21:30.',
    'is-on-air': 'البث جارٍ: لا يمكن التخطيط إلا لنهايته.',
    'not-on-air': 'البث غير جارٍ.',
    'stop-before-start': 'لا يمكن أن ينتهي قبل أن يبدأ.',
    'stop-is-past': 'لقد مضى ذلك الوقت.',
  },
} as const;
