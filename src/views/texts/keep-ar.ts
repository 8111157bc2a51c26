/** Going back in the stream, in Arabic. */
export const rewindAr = {
  back: 'ارجع {t}',
  forward: 'تقدّم {t}',
  behind: 'متأخر عن البث المباشر {t}',
} as const;

/** Recordings and clips. */
export const recordingsAr = {
  heading: 'التسجيلات',
  none: 'لا توجد تسجيلات.',
  all: 'كل التسجيلات',
  isClip: 'مقطع من البث.',
  onlyYou: 'لا يراه أحد سواك.',
  save: 'حفظ',
  record: 'التسجيل',
  recording: 'جارٍ التسجيل: {t}، {s}',
  waiting: 'يبدأ التسجيل مع أول صورة قادمة من البث.',
  off: 'لا يُسجَّل شيء.',
  start: 'بدء التسجيل',
  stop: 'إيقاف التسجيل',
  stopped: {
    full: 'توقف التسجيل: القرص ممتلئ تقريبًا. البث مستمر.',
    limit: 'توقف التسجيل: شغلت التسجيلات كل المساحة المسموح بها. البث مستمر.',
    slow: 'توقف التسجيل: القرص بطيء جدًا. البث مستمر.',
    failed: 'توقف التسجيل: القرص يرفض الكتابة. البث مستمر.',
  },
  kept: 'المحفوظ',
  nothingKept: 'لم يُسجَّل شيء بعد.',
  clips: 'المقاطع',
  play: 'تشغيل',
  published: 'منشور',
  notPublished: 'غير منشور',
  publish: 'نشر',
  unpublish: 'سحب',
  delete: 'حذف',
  deleteHint: 'لا يمكن استرجاعه.',
  deleteForGood: 'حذف نهائي',
  notices: {
    gone: 'لم يعد هذا التسجيل موجودًا.',
    'not-saved': 'القرص يرفض الكتابة: لم يتغير شيء.',
  },
  clip: {
    make: 'إنشاء مقطع',
    hint: 'رابط لآخر {n} ث، لمن تشاء',
    ready: 'رابط مقطعك:',
    watch: 'مشاهدة المقطع',
    busy: 'أُنشئت مقاطع كثيرة للتو. حاول لاحقًا.',
    nothing: 'لا يوجد بعد ما يُقتطع.',
    expired: 'كان هذا النموذج قديمًا. حاول مرة أخرى.',
  },
} as const;
