import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Arabic. */
export const captcha: Texts['captcha'] = {
  picture: 'صورة فيها خمسة حروف وأرقام',
  pictureAnswer: 'ما تراه',
  questionAnswer: 'الجواب',
  another: 'صورة أخرى',
  hint: 'لا فرق بين الحروف الكبيرة والصغيرة.',
};

/** The page before everything, in Arabic. */
export const gate: Texts['gate'] = {
  heading: 'تفضّل من الباب',
  modes: {
    captcha: 'اقرأ الصورة لتدخل.',
    question: 'أجب عن السؤال لتدخل.',
    password: 'هذا المكان مفتوح لمن يعرف كلمة سره.',
    members: 'هذا المكان مفتوح لأعضائه.',
  },
  password: 'كلمة السر',
  passwordHints: {
    password: 'التي أُعطيت لك. إن كانت معك دعوة فافتح رابطها.',
    members: 'التي يُصنع منها رمزك. إن كانت معك دعوة فافتح رابطها.',
  },
  enter: 'ادخل',
  invitation: 'أنت مدعوّ',
  invitationHint: 'يستعمل الزر الدعوة لهذا المتصفح.',
  refusals: {
    needed: 'ينقص شيء.',
    wrong: 'لم يكن صحيحًا.',
    expired: 'كان ذاك قديمًا أو مستعملًا. هذا غيره.',
    'form-expired': 'كانت هذه الاستمارة قديمة وقد جُدّدت: حاول مرة أخرى.',
    void: 'هذه الدعوة لا تفتح شيئًا (بعد الآن).',
    wait: 'محاولات كثيرة. حاول بعد {n} ث.',
  },
};

/** The broadcaster’s page about who may come in, in Arabic. */
export const door: Texts['door'] = {
  heading: 'الدخول',
  who: 'من يمكنه الدخول',
  modes: {
    open: 'الجميع',
    captcha: 'من يقرأ صورة',
    question: 'من يجيب عن السؤال',
    password: 'من يعرف كلمة السر',
    members: 'الأعضاء والمدعوّون',
  },
  tripcodes: 'رموز الأعضاء، واحد في كل سطر',
  apply: 'طبّق',
  atOnce: 'يسري فورًا، وعلى الحاضرين أيضًا.',
  captcha: 'ما يُطلب قبل أول رسالة',
  kinds: { picture: 'صورة', question: 'السؤال', both: 'كلاهما' },
  question: 'السؤال',
  answers: 'الأجوبة الصحيحة، واحد في كل سطر',
  invite: 'ادعُ',
  label: 'لمن (تراه وحدك)',
  uses: 'كم شخصًا',
  days: 'كم يومًا',
  create: 'أنشئ رابطًا',
  link: 'الرابط',
  linkOnce: 'يظهر هذا الرابط الآن فقط:',
  invitations: 'الدعوات',
  used: 'استُعمل {n} من {m}.',
  states: { good: 'مفتوحة.', used: 'استُنفدت.', old: 'قديمة.', revoked: 'سُحبت: أُخرج من دخل بها.' },
  revoke: 'اسحب',
  restore: 'أعِد',
  password: 'كلمة سر الباب',
  newPassword: 'كلمة سر جديدة، من 8 أحرف على الأقل',
  passwordIsSet: 'توجد واحدة. وبكلمة أخرى يخرج من دخل بها.',
  passwordIsUnset: 'لا توجد واحدة بعد.',
  guests: {
    heading: 'عنوان خاص',
    everybody: 'يجد الجميع العنوان. ومع tor.private = true لا يجده إلا من معه مفتاح.',
    hint: 'لا يجد العنوان إلا من معه مفتاح. وهو لغيرهم كأنه غير موجود.',
    name: 'لمن (a-z وأرقام و - و _)',
    create: 'أنشئ مفتاحًا',
    once: 'يظهر العنوان والمفتاح الآن فقط:',
    key: 'المفتاح',
    keys: 'المفاتيح',
    steps:
      'في متصفح تور على الحاسوب: افتح العنوان، وألصق المفتاح حيث يُطلب المفتاح الخاص بخدمة البصل هذه («Enter your private key for this onion service»)، واختر تذكّره. متصفح تور لأندرويد لا يقبل المفاتيح.',
    none: 'لا أحد معه مفتاح بعد.',
  },
  notices: {
    bounds: 'إحدى القيم ناقصة أو كبيرة جدًا.',
    'question-missing': 'يحتاج السؤال إلى نصّه وجواب واحد على الأقل.',
    'password-bounds': 'كلمة السر من 8 أحرف على الأقل.',
    'password-missing': 'ضع كلمة سر أولًا: حتى ذلك الحين لن يستطيع أحد الدخول.',
    'guest-name': 'الاسم من 1 إلى 32 من الحروف a-z والأرقام و - و _، ويبدأ بحرف أو رقم.',
    'guest-known': 'يوجد مفتاح بهذا الاسم.',
    'guest-many': 'لا مكان لمفاتيح أخرى. اسحب واحدًا أولًا.',
    'not-saved': 'يسري الآن، لكن تعذّر حفظه.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'في انتظار مكان',
  reason: 'عدد الناس أكبر مما يستطيع هذا الخادم حمله. تُعطى الأماكن بترتيب الطابور.',
  next: 'دورك هو التالي.',
  place: 'مكانك في الطابور: {n}.',
  about: 'أمامك نحو {n} شخصًا.',
  hint: 'اترك هذه الصفحة مفتوحة: فهي تتجدّد وحدها وتُدخلك. إذا أغلقتها يُحفظ مكانك ثلاث دقائق.',
  again: 'انظر الآن',
};
