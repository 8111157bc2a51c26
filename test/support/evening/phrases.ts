/** What is said in an evening. No phrase is part of another one. */
export interface Phrases {
  greets(name: string): string;
  isKnown(name: string): string;
  /** Said to the viewer by somebody else. */
  asks(name: string): string;
  answers(name: string): string;
  /** Said to that other one; more follows. */
  readonly pointsUp: string;
  saysMore(name: string): string;
  isSorry(name: string): string;
  endsWith(name: string): string;
  polls(name: string): string;
  readonly options: readonly [string, string];
  readonly reason: string;
  moderates(name: string): string;
}

export const englishPhrases: Phrases = {
  greets: (name) => `Good evening from ${name}`,
  isKnown: (name) => `Now you know who ${name} is`,
  asks: (name) => `@${name} has anybody seen the heron tonight?`,
  answers: (name) => `Twice, by the lock, says ${name}`,
  pointsUp: '@Nettle look up ',
  saysMore: (name) => `But ${name} has more to say`,
  isSorry: (name) => `${name} is sorry`,
  endsWith: (name) => `${name} says good night`,
  polls: (name) => `Which way now, ${name}?`,
  options: ['Upstream', 'Home'],
  reason: 'Let others speak',
  moderates: (name) => `Owl of ${name}`,
};

export const persianPhrases: Phrases = {
  greets: (name) => `شب همه بخیر، من ${name} هستم`,
  isKnown: (name) => `حالا می‌دانید ${name} کیست`,
  asks: (name) => `@${name} کسی امشب حواصیل را دیده است؟`,
  answers: (name) => `دو بار، کنار آب‌بند (lock 3)، ${name} می‌گوید`,
  pointsUp: '@Nettle بالا را ببین ',
  saysMore: (name) => `اما ${name} حرف‌های دیگری هم دارد`,
  isSorry: (name) => `${name} پوزش می‌خواهد`,
  endsWith: (name) => `${name} شب خوش می‌گوید`,
  polls: (name) => `حالا از کدام سو، ${name}؟`,
  options: ['بالادست', 'خانه'],
  reason: 'بگذارید دیگران هم حرف بزنند',
  moderates: (name) => `جغد ${name}`,
};

export const arabicPhrases: Phrases = {
  greets: (name) => `مساء الخير من ${name}`,
  isKnown: (name) => `الآن تعرفون من هي ${name}`,
  asks: (name) => `@${name} هل رأى أحد طائر البلشون الليلة؟`,
  answers: (name) => `مرتين عند القفل (lock 3)، تقول ${name}`,
  pointsUp: '@Nettle انظري إلى أعلى ',
  saysMore: (name) => `لكن لدى ${name} المزيد لتقوله`,
  isSorry: (name) => `${name} تعتذر`,
  endsWith: (name) => `${name} تقول تصبحون على خير`,
  polls: (name) => `إلى أين الآن يا ${name}؟`,
  options: ['عكس التيار', 'إلى البيت'],
  reason: 'دعوا الآخرين يتكلمون',
  moderates: (name) => `بومة ${name}`,
};
