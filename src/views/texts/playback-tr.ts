/** Quality, and what goes wrong with it, in Turkish. */
export const playbackTr = {
  auto: 'Otomatik',
  autoTitle: 'Bağlantınızın taşıyabildiği kalite',
  facts: '{w} × {h} piksel, {n} kbit/s',
  soundFacts: 'Görüntüsüz, {n} kbit/s',
  soundChosen: 'Görüntüsüz ses en az veriyi kullanır. Görüntüyü görmek için başka bir kalite seçin.',
  soundForNow: 'Bağlantınız şu anda görüntüyü taşımıyor. Görüntü kendiliğinden geri gelecek.',
  tooSlow: 'Bağlantınız bu kalite için çok yavaş. Daha düşük bir kalite ya da Otomatik seçin.',
  silent: 'Bir süredir buraya hiçbir şey ulaşmıyor.',
  reload: 'Oynatıcıyı yeniden yükle',
  unplayable: 'Bu tarayıcı bu görüntünün biçimlerinden hiçbirini oynatmıyor.',
  rate: '{n} kbit/s',
} as const;
