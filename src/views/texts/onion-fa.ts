/** The onion addresses at the desk, in Persian. */
export const addressesFa = {
  heading: 'نشانی‌ها',
  none: 'اینجا هیچ نشانی onion نیست.',
  names: {
    public: 'نشانی پخش.',
    temporary: 'نشانی دوم پخش، تنها برای همین اجرا.',
    desk: 'نشانی خودتان، پشت یک کلید.',
  },
  published: 'در دسترس',
  notPublished: 'فعلاً در دسترس نیست',
  qr: 'کد QR نشانی',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleFa = {
  heading: 'آغاز و پایان',
  phases: {
    before: 'هنوز هیچ‌کس چیزی نمی‌بیند.',
    open: 'آنچه می‌فرستید نشان داده می‌شود.',
    over: 'دیگر هیچ‌کس چیزی نمی‌بیند.',
  },
  startsAt: 'آغاز: {t}',
  stopsAt: 'پایان: {t}',
  confirmBy: '{t} پایان می‌یابد، مگر اینکه بگویید هنوز هستید.',
  confirm: 'هنوز هستم',
  begin: 'همین حالا آغاز شود',
  end: 'همین حالا پایان یابد',
  plan: 'برنامه‌ریزی',
  start: 'آغاز',
  stop: 'پایان',
  hint: 'پس از مدتی (10m، 2h)، در ساعتی به UTC (21:30) یا در روزی (2026-11-23 21:30). خالی: نه خودبه‌خود.',
  refusals: {
    moment: 'این زمانی مانند 10m یا 21:30 یا 2026-11-23 21:30 نیست.',
    'is-on-air': 'پخش در جریان است: تنها پایان آن را می‌توان برنامه‌ریزی کرد.',
    'not-on-air': 'پخش در جریان نیست.',
    'stop-before-start': 'نمی‌تواند پیش از آغاز پایان یابد.',
    'stop-is-past': 'آن زمان گذشته است.',
  },
} as const;
