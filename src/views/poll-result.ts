import { percentOf, type PollStatus } from '../chat/poll.ts';
import type { Texts } from './texts/en.ts';
import { counted, filled } from './texts/words.ts';

/** How a poll ended, as an announcement of several lines: the question, then each answer with its votes. */
export function pollResultText({ poll, votes, total }: PollStatus, { poll: texts, lang }: Texts): string {
  const lines = poll.options.map((option, index) => {
    const count = votes[index] ?? 0;
    return filled(texts.resultLine, { option, n: count, p: percentOf(count, total) });
  });
  return [filled(texts.result, { question: poll.question }), ...lines, counted(texts.votes, total, lang)].join('\n');
}
