/** The onion addresses at the desk, in Turkish. */
export const addressesTr = {
  heading: 'Adresler',
  none: 'Burada onion adresi yok.',
  names: {
    public: 'Yayının adresi.',
    temporary: 'Yayının ikinci adresi, yalnızca bu çalıştırma için.',
    desk: 'Kendi adresiniz, bir anahtarın ardında.',
  },
  published: 'Erişilebilir',
  notPublished: 'Şu anda erişilemiyor',
  qr: 'Adresin QR kodu',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const scheduleTr = {
  heading: 'Başlangıç ve bitiş',
  phases: {
    before: 'Henüz kimse bir şey görmüyor.',
    open: 'Gönderdiğiniz gösteriliyor.',
    over: 'Artık kimse bir şey görmüyor.',
  },
  startsAt: 'Başlangıç: {t}',
  stopsAt: 'Bitiş: {t}',
  confirmBy: 'Hâlâ orada olduğunuzu bildirmezseniz {t} itibarıyla biter.',
  confirm: 'Hâlâ buradayım',
  begin: 'Şimdi başlat',
  end: 'Şimdi bitir',
  plan: 'Planla',
  start: 'Başlangıç',
  stop: 'Bitiş',
  hint: 'Bir süre sonra (10m, 2h), UTC saatiyle (21:30) veya bir günde (2026-11-23 21:30). Boş: kendiliğinden olmaz.',
  refusals: {
    moment: 'Bu, 10m, 21:30 veya 2026-11-23 21:30 gibi bir zaman değil.',
    'is-on-air': 'Yayın sürüyor: yalnızca bitişi planlanabilir.',
    'not-on-air': 'Yayın sürmüyor.',
    'stop-before-start': 'Başlamadan bitemez.',
    'stop-is-past': 'O zaman geçti.',
  },
} as const;
