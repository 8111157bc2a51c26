import type { ChatFormModes } from '../chat/chat-view.ts';
import type { PublicModes } from '../chat/modes.ts';
import type { Texts } from './texts/en.ts';
import { counted, filled } from './texts/words.ts';

/** The sentences about the rules that hold. */
type ModeTexts = Pick<Texts, 'lang' | 'modes'>;

/** What holds for everybody at the moment, in sentences; empty when the chat is open. The strictest alone where the others follow from it. */
export function modeSentences({ slowMs, isLocked, isMembersOnly }: PublicModes, { modes }: ModeTexts): string[] {
  if (isLocked) return [modes.locked];
  return [
    ...(isMembersOnly ? [modes.members] : []),
    ...(slowMs > 0 ? [filled(modes.slow, { n: Math.ceil(slowMs / 1000) })] : []),
  ];
}

/** What a writer should know before the next message, in one line; `later` is the line once the wait is over. */
export function writingNotice(data: ChatFormModes, texts: ModeTexts): { now: string; later: string } {
  const { held, waitSeconds, rules } = data;
  const { lang, modes } = texts;
  const sentences = [...(held > 0 ? [counted(modes.held, held, lang)] : []), ...modeSentences(rules, texts)];
  const waiting = waitSeconds === undefined ? [] : [filled(modes.wait, { n: waitSeconds })];
  return { now: [...sentences, ...waiting].join(' '), later: sentences.join(' ') };
}
