import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Ukrainian. */
export const captcha: Texts['captcha'] = {
  picture: 'Картинка з п’ятьма літерами та цифрами',
  pictureAnswer: 'Що ви бачите',
  questionAnswer: 'Відповідь',
  another: 'Інша картинка',
  hint: 'Великі й малі літери не розрізняються.',
};

/** The page before everything, in Ukrainian. */
export const gate: Texts['gate'] = {
  heading: 'Увійдіть, будь ласка, через двері',
  captcha: 'Прочитайте картинку, щоб увійти.',
  question: 'Дайте відповідь на питання, щоб увійти.',
  members: 'Це місце відкрите для своїх учасників.',
  password: 'Пароль',
  passwordHint: 'Той, з якого виходить ваш трипкод. Якщо маєте запрошення, відкрийте його посилання.',
  enter: 'Увійти',
  invitation: 'Вас запрошують',
  invitationHint: 'Кнопка використає запрошення для цього браузера.',
  refusals: {
    needed: 'Чогось бракує.',
    wrong: 'Неправильно.',
    expired: 'Те завдання застаріло або вже використане. Ось інше.',
    'form-expired': 'Ця форма застаріла. Тепер вона свіжа: спробуйте ще раз.',
    void: 'Це запрошення нічого (більше) не відкриває.',
    wait: 'Забагато спроб. Спробуйте за {n} с.',
  },
};

/** The broadcaster’s page about who may come in, in Ukrainian. */
export const door: Texts['door'] = {
  heading: 'Доступ',
  who: 'Хто може увійти',
  modes: {
    open: 'Усі',
    captcha: 'Хто прочитає картинку',
    question: 'Хто відповість на питання',
    members: 'Учасники та запрошені',
  },
  tripcodes: 'Трипкоди учасників, по одному в рядку',
  apply: 'Застосувати',
  atOnce: 'Діє одразу, і для тих, хто вже тут.',
  captcha: 'Що питати перед першим повідомленням',
  kinds: { picture: 'Картинку', question: 'Питання', both: 'І те, і те' },
  question: 'Питання',
  answers: 'Правильні відповіді, по одній у рядку',
  invite: 'Запросити',
  label: 'Для кого (бачите лише ви)',
  uses: 'Скільки людей',
  days: 'На скільки днів',
  create: 'Створити посилання',
  link: 'Посилання',
  linkOnce: 'Це посилання показано лише зараз:',
  invitations: 'Запрошення',
  used: 'Використано {n} з {m}.',
  states: {
    good: 'Відкрите.',
    used: 'Використане.',
    old: 'Застаріле.',
    revoked: 'Відкликане: хто ввійшов за ним, того вилучено.',
  },
  revoke: 'Відкликати',
  restore: 'Повернути',
  notices: {
    bounds: 'Одного зі значень немає або воно завелике.',
    'question-missing': 'Питанню потрібні текст і хоча б одна відповідь.',
    'not-saved': 'Поки що діє, але зберегти не вдалося.',
  },
};
