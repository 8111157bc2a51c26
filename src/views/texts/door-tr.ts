import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Turkish. */
export const captcha: Texts['captcha'] = {
  picture: 'Beş harf ve rakamlı resim',
  pictureAnswer: 'Gördüğünüz',
  questionAnswer: 'Yanıt',
  another: 'Başka resim',
  hint: 'Büyük ve küçük harf ayrımı yoktur.',
};

/** The page before everything, in Turkish. */
export const gate: Texts['gate'] = {
  heading: 'Lütfen kapıdan girin',
  modes: {
    captcha: 'Girmek için resmi okuyun.',
    question: 'Girmek için soruyu yanıtlayın.',
    password: 'Burası parolasını bilenlere açılır.',
    members: 'Burası üyelerine açıktır.',
  },
  password: 'Parola',
  passwordHints: {
    password: 'Size verilen parola. Davetiniz varsa bağlantısını açın.',
    members: 'Tripkodunuzu üreten parola. Davetiniz varsa bağlantısını açın.',
  },
  enter: 'Gir',
  invitation: 'Davetlisiniz',
  invitationHint: 'Düğme, daveti bu tarayıcı için kullanır.',
  refusals: {
    needed: 'Bir şey eksik.',
    wrong: 'Doğru değildi.',
    expired: 'O eskimiş ya da kullanılmıştı. İşte bir başkası.',
    'form-expired': 'Bu form eskimişti. Şimdi yenilendi: tekrar deneyin.',
    void: 'Bu davet (artık) bir şey açmıyor.',
    wait: 'Çok fazla deneme. {n} sn sonra tekrar deneyin.',
  },
};

/** The broadcaster’s page about who may come in, in Turkish. */
export const door: Texts['door'] = {
  heading: 'Erişim',
  who: 'Kimler girebilir',
  modes: {
    open: 'Herkes',
    captcha: 'Resmi okuyanlar',
    question: 'Soruyu yanıtlayanlar',
    password: 'Parolayı bilenler',
    members: 'Üyeler ve davetliler',
  },
  tripcodes: 'Üyelerin tripkodları, her satıra bir tane',
  apply: 'Uygula',
  atOnce: 'Hemen geçerli olur, burada olanlar için de.',
  captcha: 'İlk mesajdan önce sorulan',
  kinds: { picture: 'Resim', question: 'Soru', both: 'İkisi de' },
  question: 'Soru',
  answers: 'Doğru yanıtlar, her satıra bir tane',
  invite: 'Davet et',
  label: 'Kimin için (yalnızca siz görürsünüz)',
  uses: 'Kaç kişi',
  days: 'Kaç gün',
  create: 'Bağlantı oluştur',
  link: 'Bağlantı',
  linkOnce: 'Bu bağlantı yalnızca şimdi gösteriliyor:',
  invitations: 'Davetler',
  used: '{m} hakkın {n} tanesi kullanıldı.',
  states: { good: 'Açık.', used: 'Tükendi.', old: 'Eskidi.', revoked: 'Geri alındı: bununla gelenler çıkarıldı.' },
  revoke: 'Geri al',
  restore: 'Yeniden geçerli kıl',
  password: 'Kapının parolası',
  newPassword: 'Yeni parola, en az 8 karakter',
  passwordIsSet: 'Bir parola var. Başka bir parola, onunla girenleri dışarı çıkarır.',
  passwordIsUnset: 'Henüz parola yok.',
  guests: {
    heading: 'Özel adres',
    everybody: 'Adresi herkes bulur. tor.private = true ile yalnızca anahtarı olanlar bulur.',
    hint: 'Adresi yalnızca anahtarı olanlar bulur. Ötekiler için burada hiçbir şey yok gibidir.',
    name: 'Kimin için (a-z, rakam, - ve _)',
    create: 'Anahtar oluştur',
    once: 'Adres ve anahtar yalnızca şimdi gösterilir:',
    key: 'Anahtar',
    keys: 'Anahtarlar',
    steps:
      'Bilgisayardaki Tor Browser’da: adresi açın, bu onion hizmetinin özel anahtarının istendiği yere (“Enter your private key for this onion service”) anahtarı yapıştırın ve hatırlanmasını işaretleyin. Android için Tor Browser anahtar kabul etmez.',
    none: 'Henüz kimsenin anahtarı yok.',
  },
  notices: {
    bounds: 'Değerlerden biri eksik ya da çok büyük.',
    'question-missing': 'Bir sorunun metni ve en az bir yanıtı olmalı.',
    'password-bounds': 'Bir parolada en az 8 karakter bulunur.',
    'password-missing': 'Önce bir parola belirleyin: o zamana kadar kimse giremez.',
    'guest-name': 'Bir ad 1 ile 32 arası a-z harfi, rakam, - ve _ içerir ve harf ya da rakamla başlar.',
    'guest-known': 'Bu adla bir anahtar zaten var.',
    'guest-many': 'Daha fazla anahtara yer yok. Önce birini iptal edin.',
    'not-saved': 'Şimdilik geçerli ama kaydedilemedi.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'Yer bekleniyor',
  reason: 'Bu sunucunun kaldırabileceğinden fazla kişi var. Yerler sıraya göre veriliyor.',
  next: 'Sıradaki kişi sensin.',
  place: 'Kuyruktaki yerin: {n}.',
  about: 'Önünde yaklaşık {n} kişi var.',
  hint: 'Bu sayfayı açık bırak: kendiliğinden yenilenir ve seni içeri alır. Kapatırsan yerin üç dakika saklanır.',
  again: 'Şimdi bak',
};
