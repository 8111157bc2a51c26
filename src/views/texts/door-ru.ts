import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Russian. */
export const captcha: Texts['captcha'] = {
  picture: 'Картинка с пятью буквами и цифрами',
  pictureAnswer: 'Что вы видите',
  questionAnswer: 'Ответ',
  another: 'Другая картинка',
  hint: 'Большие и маленькие буквы не различаются.',
};

/** The page before everything, in Russian. */
export const gate: Texts['gate'] = {
  heading: 'Войдите, пожалуйста, через дверь',
  captcha: 'Прочитайте картинку, чтобы войти.',
  question: 'Ответьте на вопрос, чтобы войти.',
  members: 'Это место открыто для своих участников.',
  password: 'Пароль',
  passwordHint: 'Тот, из которого получается ваш трипкод. Если у вас есть приглашение, откройте его ссылку.',
  enter: 'Войти',
  invitation: 'Вас приглашают',
  invitationHint: 'Кнопка использует приглашение для этого браузера.',
  refusals: {
    needed: 'Чего-то не хватает.',
    wrong: 'Неверно.',
    expired: 'То задание устарело или уже использовано. Вот другое.',
    'form-expired': 'Эта форма устарела. Теперь она свежая: попробуйте ещё раз.',
    void: 'Это приглашение ничего (больше) не открывает.',
    wait: 'Слишком много попыток. Попробуйте через {n} с.',
  },
};

/** The broadcaster’s page about who may come in, in Russian. */
export const door: Texts['door'] = {
  heading: 'Доступ',
  who: 'Кто может войти',
  modes: {
    open: 'Все',
    captcha: 'Кто прочитает картинку',
    question: 'Кто ответит на вопрос',
    members: 'Участники и приглашённые',
  },
  tripcodes: 'Трипкоды участников, по одному в строке',
  apply: 'Применить',
  atOnce: 'Действует сразу, и для тех, кто уже здесь.',
  captcha: 'Что спрашивать перед первым сообщением',
  kinds: { picture: 'Картинку', question: 'Вопрос', both: 'И то и другое' },
  question: 'Вопрос',
  answers: 'Верные ответы, по одному в строке',
  invite: 'Пригласить',
  label: 'Для кого (видите только вы)',
  uses: 'Сколько человек',
  days: 'На сколько дней',
  create: 'Создать ссылку',
  link: 'Ссылка',
  linkOnce: 'Эта ссылка показана только сейчас:',
  invitations: 'Приглашения',
  used: 'Использовано {n} из {m}.',
  states: { good: 'Открыто.', used: 'Использовано.', old: 'Устарело.', revoked: 'Отозвано: вошедшие по нему удалены.' },
  revoke: 'Отозвать',
  restore: 'Вернуть',
  notices: {
    bounds: 'Одно из значений отсутствует или слишком велико.',
    'question-missing': 'Вопросу нужны текст и хотя бы один ответ.',
    'not-saved': 'Пока действует, но сохранить не удалось.',
  },
};
