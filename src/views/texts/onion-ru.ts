/** The onion addresses at the desk, in Russian. */
export const addressesRu = {
  heading: 'Адреса',
  none: 'Здесь нет onion-адреса.',
  names: {
    public: 'Адрес трансляции.',
    temporary: 'Второй адрес трансляции, только на этот запуск.',
    desk: 'Ваш собственный, под ключом.',
  },
  published: 'Доступен',
  notPublished: 'Сейчас недоступен',
  qr: 'QR-код адреса',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleRu = {
  heading: 'Начало и конец',
  phases: {
    before: 'Пока никто ничего не видит.',
    open: 'То, что вы отправляете, показывается.',
    over: 'Больше никто ничего не видит.',
  },
  startsAt: 'Начало: {t}',
  stopsAt: 'Конец: {t}',
  confirmBy: 'Закончится {t}, если вы не подтвердите, что вы ещё здесь.',
  confirm: 'Я ещё здесь',
  begin: 'Начать сейчас',
  end: 'Закончить сейчас',
  plan: 'Запланировать',
  start: 'Начало',
  stop: 'Конец',
  hint: 'Через какое-то время (10m, 2h), в час по UTC (21:30) или в день (2026-11-23 21:30). Пусто: не само собой.',
  refusals: {
    moment: 'Это не время вида 10m, 21:30 или 2026-11-23 21:30.',
    'is-on-air': 'Трансляция идёт: запланировать можно только её конец.',
    'not-on-air': 'Трансляция не идёт.',
    'stop-before-start': 'Она не может закончиться раньше, чем начнётся.',
    'stop-is-past': 'Это время уже прошло.',
  },
} as const;
