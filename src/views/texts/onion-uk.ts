/** The onion addresses at the desk, in Ukrainian. */
export const addressesUk = {
  heading: 'Адреси',
  none: 'Тут немає onion-адреси.',
  names: {
    public: 'Адреса трансляції.',
    temporary: 'Друга адреса трансляції, лише на цей запуск.',
    desk: 'Ваша власна, під ключем.',
  },
  published: 'Доступна',
  notPublished: 'Зараз недоступна',
  qr: 'QR-код адреси',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleUk = {
  heading: 'Початок і кінець',
  phases: {
    before: 'Поки ніхто нічого не бачить.',
    open: 'Те, що ви надсилаєте, показується.',
    over: 'Більше ніхто нічого не бачить.',
  },
  startsAt: 'Початок: {t}',
  stopsAt: 'Кінець: {t}',
  confirmBy: 'Закінчиться {t}, якщо ви не підтвердите, що ви ще тут.',
  confirm: 'Я ще тут',
  begin: 'Почати зараз',
  end: 'Закінчити зараз',
  plan: 'Запланувати',
  start: 'Початок',
  stop: 'Кінець',
  hint: 'Через певний час (10m, 2h), о годині за UTC (21:30) або в день (2026-11-23 21:30). Порожньо: не саме собою.',
  refusals: {
    moment: 'Це не час на кшталт 10m, 21:30 або 2026-11-23 21:30.',
    'is-on-air': 'Трансляція триває: запланувати можна лише її кінець.',
    'not-on-air': 'Трансляція не триває.',
    'stop-before-start': 'Вона не може закінчитися раніше, ніж почнеться.',
    'stop-is-past': 'Цей час уже минув.',
  },
} as const;
