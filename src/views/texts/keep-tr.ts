/** Going back in the stream, in Turkish. */
export const rewindTr = {
  back: '{t} geri git',
  forward: '{t} ileri git',
  behind: 'Canlı yayının {t} gerisinde',
} as const;

/** Recordings and clips. */
export const recordingsTr = {
  heading: 'Kayıtlar',
  none: 'Kayıt yok.',
  all: 'Tüm kayıtlar',
  isClip: 'Yayından bir kesit.',
  onlyYou: 'Bunu yalnızca siz görüyorsunuz.',
  save: 'Kaydet',
  record: 'Kayıt',
  recording: 'Kaydediliyor: {t}, {s}',
  waiting: 'Kayıt, yayının bir sonraki görüntüsüyle başlar.',
  off: 'Hiçbir şey kaydedilmiyor.',
  start: 'Kaydı başlat',
  stop: 'Kaydı durdur',
  stopped: {
    full: 'Kayıt durdu: disk neredeyse dolu. Yayın sürüyor.',
    limit: 'Kayıt durdu: kayıtlar ayrılan yeri doldurdu. Yayın sürüyor.',
    slow: 'Kayıt durdu: disk yetişemiyor. Yayın sürüyor.',
    failed: 'Kayıt durdu: disk yazmıyor. Yayın sürüyor.',
  },
  kept: 'Saklananlar',
  nothingKept: 'Henüz hiçbir şey kaydedilmedi.',
  clips: 'Kesitler',
  play: 'Oynat',
  published: 'yayımlandı',
  notPublished: 'yayımlanmadı',
  publish: 'Yayımla',
  unpublish: 'Geri çek',
  delete: 'Sil',
  deleteHint: 'Geri getirilemez.',
  deleteForGood: 'Kalıcı olarak sil',
  notices: {
    gone: 'Bu kayıt artık yok.',
    'not-saved': 'Disk yazmıyor: hiçbir şey değişmedi.',
  },
  clip: {
    make: 'Kesit al',
    hint: 'Son {n} sn için bir bağlantı, dilediğinizle paylaşın',
    ready: 'Kesitinizin bağlantısı:',
    watch: 'Kesiti izle',
    busy: 'Az önce çok sayıda kesit alındı. Daha sonra deneyin.',
    nothing: 'Henüz kesit alınacak bir şey yok.',
    expired: 'Bu form çok eskiydi. Yeniden deneyin.',
  },
} as const;
