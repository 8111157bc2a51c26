import type { ChatFormModes } from '../chat/chat-view.ts';
import type { PublicModes } from '../chat/modes.ts';
import type { en } from './texts/en.ts';

/** The sentences about the rules that hold, in some language. */
export type ModeTexts = Readonly<Record<keyof typeof en.modes, string>>;

/** What holds for everybody at the moment, in sentences; empty when the chat is open. The strictest alone where the others follow from it. */
export function modeSentences({ slowMs, isLocked, isMembersOnly }: PublicModes, texts: ModeTexts): string[] {
  if (isLocked) return [texts.locked];
  return [
    ...(isMembersOnly ? [texts.members] : []),
    ...(slowMs > 0 ? [texts.slow.replace('{n}', String(Math.ceil(slowMs / 1000)))] : []),
  ];
}

/** What a writer should know before the next message, in one line; `later` is the line once the wait is over. */
export function writingNotice(data: ChatFormModes, texts: ModeTexts): { now: string; later: string } {
  const { held, waitSeconds, rules } = data;
  const { heldOne, heldMany, wait } = texts;
  const sentences = [
    ...(held > 0 ? [held === 1 ? heldOne : heldMany.replace('{n}', String(held))] : []),
    ...modeSentences(rules, texts),
  ];
  const waiting = waitSeconds === undefined ? [] : [wait.replace('{n}', String(waitSeconds))];
  return { now: [...sentences, ...waiting].join(' '), later: sentences.join(' ') };
}
