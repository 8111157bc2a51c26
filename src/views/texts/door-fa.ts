import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Persian. */
export const captcha: Texts['captcha'] = {
  picture: 'تصویری با پنج حرف و رقم',
  pictureAnswer: 'آنچه می‌بینید',
  questionAnswer: 'پاسخ',
  another: 'تصویری دیگر',
  hint: 'بزرگی و کوچکی حرف‌ها فرقی ندارد.',
};

/** The page before everything, in Persian. */
export const gate: Texts['gate'] = {
  heading: 'لطفاً از در وارد شوید',
  captcha: 'برای ورود تصویر را بخوانید.',
  question: 'برای ورود به پرسش پاسخ دهید.',
  members: 'اینجا برای اعضای خود باز است.',
  password: 'گذرواژه',
  passwordHint: 'همان که تریپ‌کد شما را می‌سازد. اگر دعوت‌نامه دارید، پیوندش را باز کنید.',
  enter: 'ورود',
  invitation: 'شما دعوت شده‌اید',
  invitationHint: 'دکمه، دعوت‌نامه را برای این مرورگر به کار می‌برد.',
  refusals: {
    needed: 'چیزی کم است.',
    wrong: 'درست نبود.',
    expired: 'آن کهنه یا استفاده‌شده بود. این هم یکی دیگر.',
    'form-expired': 'این فرم کهنه شده بود و اکنون تازه است: دوباره امتحان کنید.',
    void: 'این دعوت‌نامه (دیگر) چیزی را باز نمی‌کند.',
    wait: 'تلاش بیش از اندازه. {n} ثانیهٔ دیگر دوباره امتحان کنید.',
  },
};

/** The broadcaster’s page about who may come in, in Persian. */
export const door: Texts['door'] = {
  heading: 'ورود',
  who: 'چه کسی می‌تواند وارد شود',
  modes: {
    open: 'همه',
    captcha: 'هر که تصویر را بخواند',
    question: 'هر که به پرسش پاسخ دهد',
    members: 'اعضا و دعوت‌شدگان',
  },
  tripcodes: 'تریپ‌کد اعضا، هر سطر یکی',
  apply: 'اعمال',
  atOnce: 'بی‌درنگ کارگر می‌شود، برای حاضران هم.',
  captcha: 'آنچه پیش از نخستین پیام پرسیده می‌شود',
  kinds: { picture: 'تصویر', question: 'پرسش', both: 'هر دو' },
  question: 'پرسش',
  answers: 'پاسخ‌های درست، هر سطر یکی',
  invite: 'دعوت',
  label: 'برای چه کسی (تنها شما می‌بینید)',
  uses: 'چند نفر',
  days: 'چند روز',
  create: 'ساختن پیوند',
  link: 'پیوند',
  linkOnce: 'این پیوند تنها همین حالا نشان داده می‌شود:',
  invitations: 'دعوت‌نامه‌ها',
  used: '{n} از {m} استفاده شده.',
  states: {
    good: 'باز.',
    used: 'تمام‌شده.',
    old: 'کهنه.',
    revoked: 'پس‌گرفته: هر که با آن آمده بیرون است.',
  },
  revoke: 'پس بگیر',
  restore: 'بازگردان',
  notices: {
    bounds: 'یکی از مقدارها نیست یا خیلی بزرگ است.',
    'question-missing': 'پرسش به متن و دست‌کم یک پاسخ نیاز دارد.',
    'not-saved': 'فعلاً کارگر است، ولی ذخیره نشد.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'در انتظار جا',
  reason: 'تعداد افراد بیش از توان این سرور است. جاها به ترتیب صف داده می‌شود.',
  next: 'نوبت بعدی شماست.',
  place: 'جای شما در صف: {n}.',
  about: 'حدود {n} نفر پیش از شما هستند.',
  hint: 'این صفحه را باز نگه دارید: خودش تازه می‌شود و شما را راه می‌دهد. اگر آن را ببندید، جای شما سه دقیقه نگه داشته می‌شود.',
  again: 'اکنون ببین',
};
