import type { Message, PollResult } from '../chat/message.ts';
import { percentOf } from '../chat/poll.ts';
import type { Texts } from './texts/en.ts';
import { counted, filled } from './texts/words.ts';

/** How a poll ended, as an announcement of several lines: the question, then each answer with its votes. */
export function pollResultText({ question, options, votes }: PollResult, { poll: texts, lang }: Texts): string {
  const total = votes.reduce((sum, count) => sum + count, 0);
  const lines = options.map((option, index) => {
    const count = votes[index] ?? 0;
    return filled(texts.resultLine, { option, n: count, p: percentOf(count, total) });
  });
  return [filled(texts.result, { question }), ...lines, counted(texts.votes, total, lang)].join('\n');
}

/** The text of a message for those who read this language. */
export function textFor({ text, pollResult }: Pick<Message, 'text' | 'pollResult'>, texts: Texts): string {
  return pollResult === undefined ? text : pollResultText(pollResult, texts);
}
