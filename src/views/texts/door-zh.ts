import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Chinese. */
export const captcha: Texts['captcha'] = {
  picture: '含有五个字母和数字的图片',
  pictureAnswer: '您看到的内容',
  questionAnswer: '答案',
  another: '换一张图片',
  hint: '不区分大小写。',
};

/** The page before everything, in Chinese. */
export const gate: Texts['gate'] = {
  heading: '请从门口进入',
  modes: {
    captcha: '请读出图片内容以进入。',
    question: '请回答问题以进入。',
    password: '知道密码的人可以进入这里。',
    members: '这里只对成员开放。',
  },
  password: '密码',
  passwordHints: {
    password: '即别人给您的密码。如果有邀请，请打开邀请链接。',
    members: '即生成您识别码的密码。如果有邀请，请打开邀请链接。',
  },
  enter: '进入',
  invitation: '您受到邀请',
  invitationHint: '按下按钮即在此浏览器中使用邀请。',
  refusals: {
    needed: '缺少一些内容。',
    wrong: '答案不对。',
    expired: '那个已过期或已用过。请试试这个。',
    'form-expired': '这个表单已过期，现已更新：请重试。',
    void: '这个邀请（已）无效。',
    wait: '尝试次数太多。请在 {n} 秒后重试。',
  },
};

/** The broadcaster’s page about who may come in, in Chinese. */
export const door: Texts['door'] = {
  heading: '准入',
  who: '谁可以进入',
  modes: {
    open: '所有人',
    captcha: '读出图片的人',
    question: '答对问题的人',
    password: '知道密码的人',
    members: '成员和受邀者',
  },
  tripcodes: '成员的识别码，每行一个',
  apply: '应用',
  atOnce: '立即生效，对已在场的人也有效。',
  captcha: '首次发言前的验证',
  kinds: { picture: '图片', question: '问题', both: '两者' },
  question: '问题',
  answers: '正确答案，每行一个',
  invite: '邀请',
  label: '给谁（只有您能看到）',
  uses: '多少人',
  days: '多少天',
  create: '生成链接',
  link: '链接',
  linkOnce: '此链接只显示这一次：',
  invitations: '邀请',
  used: '已使用 {n} / {m}。',
  states: { good: '有效。', used: '已用完。', old: '已过期。', revoked: '已撤销：凭此进入的人已被移出。' },
  revoke: '撤销',
  restore: '恢复',
  password: '入口密码',
  newPassword: '新密码，至少 8 个字符',
  passwordIsSet: '已有密码。换成新密码后，凭旧密码进入的人将被移出。',
  passwordIsUnset: '还没有密码。',
  guests: {
    heading: '私密地址',
    everybody: '所有人都能找到此地址。设置 tor.private = true 后，只有持有密钥的人才能找到。',
    hint: '只有持有密钥的人才能找到此地址。对其他人来说，这里什么都没有。',
    name: '给谁（a-z、数字、- 和 _）',
    create: '生成密钥',
    once: '地址和密钥只显示这一次：',
    key: '密钥',
    keys: '密钥',
    steps:
      '在电脑上的 Tor 浏览器中：打开地址，在要求输入此洋葱服务私钥的地方（“Enter your private key for this onion service”）粘贴密钥，并勾选记住密钥。安卓版 Tor 浏览器无法使用密钥。',
    none: '还没有人持有密钥。',
  },
  notices: {
    bounds: '某个值缺失或过大。',
    'question-missing': '问题需要文字和至少一个答案。',
    'password-bounds': '密码至少要有 8 个字符。',
    'password-missing': '请先设置密码：在此之前任何人都无法进入。',
    'guest-name': '名称由 1 至 32 个字母 a-z、数字、- 和 _ 组成，并以字母或数字开头。',
    'guest-known': '已有同名的密钥。',
    'guest-many': '无法再增加密钥，请先撤销一个。',
    'not-saved': '暂时生效，但未能保存。',
  },
};

export const queue: Texts['queue'] = {
  heading: '正在排队',
  reason: '人数超过了此服务器的承载能力。名额按排队顺序发放。',
  next: '下一位就是您。',
  place: '您在队列中的位置：{n}。',
  about: '您前面大约有 {n} 人。',
  hint: '请保持此页面打开：它会自动刷新并让您进入。如果关闭页面，您的位置会保留三分钟。',
  again: '立即查看',
};
