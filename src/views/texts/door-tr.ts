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
  captcha: 'Girmek için resmi okuyun.',
  question: 'Girmek için soruyu yanıtlayın.',
  members: 'Burası üyelerine açıktır.',
  password: 'Parola',
  passwordHint: 'Tripkodunuzu üreten parola. Davetiniz varsa bağlantısını açın.',
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
  notices: {
    bounds: 'Değerlerden biri eksik ya da çok büyük.',
    'question-missing': 'Bir sorunun metni ve en az bir yanıtı olmalı.',
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
