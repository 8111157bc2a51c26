/**
 * Words that name those who run a stream, in the languages of the interface: whoever bore one would be believed.
 * Accents and case do not matter, since names are compared by their skeletons.
 */

/** Reserved wherever they stand as a word of their own, and the long ones even inside another word. */
export const titlesOfStaff: readonly string[] = [
  ...['broadcaster', 'streamer', 'moderator', 'administrator', 'admin', 'sysadmin'],
  // German, Spanish, Portuguese, French
  ...['moderatorin', 'streamerin', 'administratorin', 'sendeleiter', 'sendeleitung'],
  ...['moderador', 'moderadora', 'administrador', 'administradora', 'emisor', 'emisora', 'transmisor', 'retransmisor'],
  ...['transmissor', 'transmissora', 'emissora', 'apresentador', 'apresentadora'],
  ...[
    'moderateur',
    'moderatrice',
    'administrateur',
    'administratrice',
    'diffuseur',
    'diffuseuse',
    'streameur',
    'streameuse',
  ],
  // Russian, Ukrainian
  ...['модератор', 'администратор', 'админ', 'стример', 'стримерша', 'ведущий', 'ведущая', 'вещатель'],
  ...['адміністратор', 'адмін', 'стрімер', 'стрімерка', 'ведучий', 'ведуча', 'мовник'],
  // Persian, Arabic
  ...['پخش‌کننده', 'استریمر', 'مدیر', 'ناظر', 'ادمین', 'مجری'],
  ...['المذيع', 'مذيع', 'المشرف', 'مشرف', 'المدير', 'مدير', 'أدمن', 'ادمن', 'الباث', 'البث', 'المنسق'],
  // Chinese, in both scripts
  ...['主播', '直播者', '广播者', '廣播者', '播主', '管理员', '管理員', '版主', '房管', '房主', '超管', '主持人'],
  // Turkish
  ...['yayıncı', 'moderatör', 'yönetici'],
];

/** Reserved only as a whole name: in longer ones they mean many things. */
export const wordsOfTheHouse: readonly string[] = [
  ...['mod', 'mods', 'owner', 'host', 'staff', 'support', 'system', 'server', 'service', 'onioncast'],
  ...['sender', 'besitzer', 'gastgeber', 'sistema', 'servidor', 'serveur', 'systeme', 'animateur', 'hote'],
  ...[
    'модер',
    'система',
    'сервер',
    'хозяин',
    'хост',
    'господар',
    'سیستم',
    'سرور',
    'النظام',
    'الخادم',
    '系统',
    '系統',
    '官方',
  ],
  ...['sistem', 'sunucu'],
];
